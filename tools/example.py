"""Make the example photo of the page: `python tools/example.py` (needs scikit-image, which brings the photo).

Chelsea, a cat, photographed by Stéfan van der Walt, who gave up all rights (CC0): scikit-image's
`skimage.data.chelsea`.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from skimage.data import chelsea

TARGET = Path(__file__).parents[1] / "src" / "pawsight" / "web" / "static" / "examples" / "chelsea.jpg"


def main() -> None:
    """Write it as a JPEG of its own size, without metadata."""
    TARGET.parent.mkdir(exist_ok=True)
    Image.fromarray(chelsea()).save(TARGET, "JPEG", quality=85, optimize=True, progressive=True)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
