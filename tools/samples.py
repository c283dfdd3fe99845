"""Make the sample photos of the front page: `python tools/samples.py explore_farm_animals.rcc`.

Needs scikit-image and the resource file `explore_farm_animals.rcc` of GCompris (Debian: package `gcompris-qt-data`, in
`/usr/share/gcompris-qt/rcc`). All photographers gave up their rights; `static/examples/README.md` names them.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from PIL import Image, ImageOps
from skimage.data import chelsea

TARGET = Path(__file__).parents[1] / "src" / "pawsight" / "web" / "static" / "examples"
LONGEST = 800  # pixels of a photo that is sent
TILE = (288, 216)  # pixels of its tile on the page


def embedded_photos(resources: Path) -> list[Image.Image]:
    """Return the WebP photos of a Qt resource file, in their order in the file."""
    data = resources.read_bytes()
    starts = [match.start() for match in re.finditer(rb"RIFF.{4}WEBP", data, re.DOTALL)]
    files = [data[at : at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")] for at in starts]
    return [Image.open(io.BytesIO(file)).convert("RGB") for file in files]


def side_by_side(left: Image.Image, right: Image.Image, half: tuple[int, int] = (400, 600)) -> Image.Image:
    """Put two photos next to each other, each fitted to one half."""
    joined = Image.new("RGB", (2 * half[0], half[1]))
    for place, photo in enumerate((left, right)):
        joined.paste(ImageOps.fit(photo, half, Image.Resampling.LANCZOS), (place * half[0], 0))
    return joined


def main() -> None:
    """Write each as a JPEG to send and a WebP tile, both without metadata."""
    photos = embedded_photos(Path(sys.argv[1]))
    kitten, chickens, shepherd = photos[4], photos[5], photos[7]
    both = side_by_side(ImageOps.mirror(kitten.crop((130, 40, 490, 580))), shepherd.crop((584, 0, 1024, 660)))
    samples = {"cat": Image.fromarray(chelsea()), "dog": shepherd, "both": both, "neither": chickens}
    for name, photo in samples.items():
        photo.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        photo.save(TARGET / f"{name}.jpg", "JPEG", quality=80, optimize=True, progressive=True)
        tile = ImageOps.fit(photo, TILE, Image.Resampling.LANCZOS)
        tile.save(TARGET / f"{name}-tile.webp", "WEBP", quality=24, method=6)


if __name__ == "__main__":
    main()
