"""Make the example photo of the page: `python tools/example.py` (needs scikit-image, which brings the photo).

Chelsea, a cat, photographed by Stéfan van der Walt, who gave up all rights (CC0): scikit-image's
`skimage.data.chelsea`.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from skimage.data import chelsea

TARGET = Path(__file__).parents[1] / "src" / "pawsight" / "web" / "static" / "examples"
BUTTON = (144, 96)  # pixels: twice what the page shows on its button, for sharp screens


def main() -> None:
    """Write it as a JPEG of its own size, and once for the button, both without metadata."""
    photo = Image.fromarray(chelsea())
    small = photo.resize(BUTTON, Image.Resampling.LANCZOS)
    for name, image in (("chelsea", photo), ("chelsea-small", small)):
        path = TARGET / f"{name}.jpg"
        image.save(path, "JPEG", quality=85, optimize=True, progressive=True)
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
