"""How a model treats photos of neither: false accepts by kind of thing and by group of kinds.

A false accept is a photo of something else that gets a class or `both` as its verdict. One figure for all hides what
matters: a model may refuse every car and take every cow. And kinds that a model was trained to refuse say little about
those that it never saw, so each figure says which of the two it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from pawsight.estimates import NOT_MEASURED, Estimate, proportion

FILE = "refusal.json"
NEW_KINDS, SEEN_KINDS = "false_accepts_new_kinds", "false_accepts_seen_kinds"  # among a card's metrics
OTHERS = "other animals"
DRAWINGS = "drawings"
_DRAWN = {"art", "art_painting", "cartoon", "clipart", "drawing", "drawings", "drawn", "painting", "sketch"}
# Kind -> group. What is not here is an animal of another kind, unless its folder says that it is drawn.
GROUPS = {
    name: group
    for group, names in {
        "far things": "car cassette-player chain-saw church french-horn garbage-truck gas-pump golf-ball parachute",
        "farm animals": "bison chicken cow donkey duck goat goose horse llama pig sheep turkey",
        "wild cats and dogs": "bear cheetah coyote fox hyena jaguar leopard lion lynx panda puma raccoon tiger wolf",
        "birds and sea": "bird crab crocodile dolphin eagle emu fish flamingo lobster owl seal shark turtle whale",
        "people": "face faces man people person woman",
    }.items()
    for name in names.split()
}


class KindFigure(Struct, frozen=True):
    """False accepts of one kind.

    Attributes:
        kind: as in the manifest of the prepared photos, such as `creatures/cow`.
        group: see `GROUPS`.
        accepted: share of photos of this kind that were taken for a class.
        seen: whether photos of this kind took part in training the network; else it is new to all of the model. None
            where nobody recorded what it was trained on.
    """

    kind: str
    group: str
    accepted: Estimate
    seen: bool | None


class Refusal(Struct, frozen=True):
    """False accepts of one model on one set of photos.

    Attributes:
        photos: which photos, in words.
        new: of kinds that no part of the model saw.
        seen: of kinds that the network was trained on.
        unknown: of kinds that it may have been trained on or not.
        groups: group -> false accepts over its kinds.
        kinds: one entry a kind, the most accepted first.
    """

    photos: str
    new: Estimate
    seen: Estimate
    groups: dict[str, Estimate]
    kinds: list[KindFigure]
    unknown: Estimate = NOT_MEASURED

    def metrics(self) -> dict[str, Estimate]:
        """Return what was measured, by names for a card: new kinds first, then those seen, then each group."""
        found = {NEW_KINDS: self.new, SEEN_KINDS: self.seen}
        found |= {f"false_accepts_{group.replace(' ', '_')}": share for group, share in self.groups.items()}
        return {name: share for name, share in found.items() if share.value is not None}


def group_of(kind: str) -> str:
    """Return the group of a kind such as `creatures/cow`."""
    *folders, name = kind.lower().split("/")
    if _DRAWN & set(folders):
        return DRAWINGS
    return GROUPS.get(name, OTHERS)


def figures(photos: str, kinds: Sequence[str], accepted: Sequence[bool], seen: Iterable[str] | None) -> Refusal:
    """Count false accepts by kind and group.

    Args:
        photos: which photos, in words.
        kinds: of each photo of neither.
        accepted: whether it was taken for a class.
        seen: kinds that the network was trained on; None where that is not known.
    """
    known = set(seen or ())
    counted = [(kind, bool(taken)) for kind, taken in zip(kinds, accepted, strict=True)]
    names = sorted({kind for kind, _ in counted})
    rows = [
        KindFigure(
            kind,
            group_of(kind),
            _share(taken for one, taken in counted if one == kind),
            None if seen is None else kind in known,
        )
        for kind in names
    ]
    marks = {row.kind: row.seen for row in rows}
    new, trained, unknown = (
        _share(taken for kind, taken in counted if marks[kind] is mark) for mark in (False, True, None)
    )
    groups = sorted({row.group for row in rows})
    return Refusal(
        photos=photos,
        new=new,
        seen=trained,
        groups={group: _share(taken for kind, taken in counted if group_of(kind) == group) for group in groups},
        kinds=sorted(rows, key=lambda row: -(row.accepted.value or 0.0)),
        unknown=unknown,
    )


def _share(taken: Iterable[bool]) -> Estimate:
    found = list(taken)
    return proportion(sum(found), len(found))
