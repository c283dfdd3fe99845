"""Pixels of any mode -> 8-bit sRGB: palettes, grey, CMYK, 16 bits, transparency, and profiles of wide gamut."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

_LARGEST_PROFILE = 4_000_000  # bytes; profiles of cameras and phones have some kilobytes
_BACKDROP = "white"


def to_srgb(image: Image.Image, least: int | None) -> Image.Image:
    """Convert a loaded picture to 8-bit sRGB, on white where it is transparent.

    Args:
        image: as Pillow loaded it.
        least: no side of the result needs more than twice so many pixels; large pictures are averaged before their
            colors are converted, so that they do not cost their size twice.

    Returns:
        a picture of mode RGB.
    """
    rgb = _flatten(_shrink(_averageable(image), least))
    transform = _transform(_profile(image))
    return rgb if transform is None else ImageCms.applyTransform(rgb, transform) or rgb


def converts(image: Image.Image) -> bool:
    """Return whether `to_srgb` applies the profile that the picture carries, which its pixels then need."""
    return _transform(_profile(image)) is not None


def _profile(image: Image.Image) -> bytes:
    """Return the profile of a picture of three colors: of grey and CMYK only the brightness would differ a little."""
    profile = image.info.get("icc_profile") or b""
    return profile if image.mode in ("RGB", "RGBA", "RGBX", "P") and len(profile) <= _LARGEST_PROFILE else b""


@lru_cache(maxsize=16)
def _transform(profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """Build the conversion from a profile to sRGB; None where it is sRGB itself, is for no RGB, or does not read."""
    if not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != "RGB" or "srgb" in (source.profile.profile_description or "").lower():
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    except (OSError, ImageCms.PyCMSError, ValueError, TypeError):  # a broken profile says nothing about the pixels
        return None


def _averageable(image: Image.Image) -> Image.Image:
    """Convert modes whose pixels cannot be averaged (palettes, single bits, 16 bits, one transparent color) to one of
    those that can."""
    if image.mode.startswith("I") or image.mode == "F":
        return _from_many_bits(image)
    if image.mode == "La":  # Pillow converts it to nothing else
        image = image.convert("LA")
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(image, lab, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
    if image.mode in {"LA", "RGBA", "CMYK"} or (image.mode in {"L", "RGB"} and "transparency" not in image.info):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _from_many_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey (0 to 65,535) and floating-point grey (0 to 1) to 8 bits; `convert` would clip most of it."""
    grey = np.asarray(image)
    if image.mode == "F" and not np.isfinite(grey).all():
        raise ValueError("some pixels are not a number, or infinite")
    whole = _white(image, float(grey.max(initial=0)))
    step = whole / 255
    scaled = (np.clip(grey, 0, whole) // step).astype(np.uint8)
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        scaled[grey == transparent] = 255
    return Image.fromarray(scaled)


def _white(image: Image.Image, brightest: float) -> float:
    """Return the value that stands for white. Files have 16 bits; what a program converted to `I` may have had 8."""
    if image.mode == "F":
        return 1.0 if brightest <= 1 else 255.0
    return 255.0 if image.format is None and brightest <= 255 else 65535.0


def _shrink(image: Image.Image, least: int | None) -> Image.Image:
    factor = min(image.size) // (2 * least) if least else 0
    return image.reduce(factor) if factor >= 2 else image


def _flatten(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")  # which would copy it
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, _BACKDROP), rgba).convert("RGB")
