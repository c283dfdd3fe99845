"""What is known about the licenses of photos that the shipped models learned from, by the name of their file.

`docs/data.md` says where to gather the same photos.
"""

from __future__ import annotations

from collections.abc import Iterable

NOT_STATED = "not stated"
_RESEARCH = "research use; the photos are not part of this project"
LICENCES = {
    "kagglecatsanddogs_5340.zip": "Microsoft's cats and dogs (Asirra), CDLA-Permissive-2.0",
    "other.zip": "Imagenette, nine things that are neither cat nor dog; photos from ImageNet: " + _RESEARCH,
    "creatures.zip": "popular-animals (MIT), livestock, PACS and kangaroo (not stated), Caltech-101 (CC-BY-4.0): "
    + _RESEARCH,
    "near.zip": "popular-animals and raccoon (MIT): " + _RESEARCH,
    "drawn.zip": "PACS cartoons, paintings and sketches (not stated): " + _RESEARCH,
}


def known_licences(sources: Iterable[str]) -> dict[str, str]:
    """Return source -> what its photos are and their license, `not stated` where nothing is known."""
    return {name: LICENCES.get(name, NOT_STATED) for name in sources}
