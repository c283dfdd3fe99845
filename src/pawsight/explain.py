"""Where the model looked: maps -> heat map -> overlay.

The networks here pool the last feature maps and apply one linear layer. For such networks Grad-CAM (Selvaraju et al.,
arXiv 1610.02391) has a closed form, the class activation map (Zhou et al., arXiv 1512.04150): the linear layer applied
at each place. Every graph returns that as `maps`, so an explanation needs no gradient and no second pass. A head with
weights of its own for each place (`head="flatten"`) gives HiResCAM in the same way (Draelos and Carin, arXiv
2011.08891).

Maps are calibrated logits, bias included: above 0 a place by itself would make the class more likely than not. The bias
stays in on purpose: without it half of the places in photos of dogs would speak for a cat (51 % of the default model's
places in 40 validation photos, 3 % with it). What the gate thinks of the photo as a whole is not in the maps: a cow can
be warm and still be refused.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from html import escape

import numpy as np
from PIL import Image

from pawsight.images import fitted_box, resize
from pawsight.model.card import Input
from pawsight.types import Floats, Pixels

# Dark to bright in even steps of lightness, so that it also reads in grey and with colour-blind eyes.
_STOPS = np.array([[11, 7, 36], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]], dtype=np.float32)
LONGEST = 1600


def heat(evidence: Floats) -> Floats:
    """Return how strongly each place supports a class.

    Args:
        evidence: `(h, w)` float32, one class's layer of `Prediction.maps`.

    Returns:
        `(h, w)` float32, 0 (nothing, or against) to 1 (most); all 0 where no place speaks for the class.
    """
    positive = np.maximum(evidence, 0)
    top = float(positive.max())
    return np.asarray(positive / top if top > 0 else positive, dtype=np.float32)


def overlay(photo: Pixels, heat: Floats, how: Input, opacity: float = 0.55) -> Pixels:
    """Lay a heat map over the photo it explains, at the place where the model saw it.

    Args:
        photo: `(H, W, 3)` uint8, decoded but not fitted.
        heat: `(h, w)` float32, 0..1.
        how: the card's input, which says what part of the photo the model saw.
        opacity: of the hottest place; cold places stay as they are.

    Returns:
        `(H, W, 3)` uint8, scaled down where a side was over 1600: it is for looking at, and a picture of the greatest
        allowed size would need gigabytes.
    """
    photo = _for_a_screen(photo)
    height, width = photo.shape[:2]
    weight = _spread(heat, height, width, how)[:, :, None]
    mixed = photo + (_colour(weight[:, :, 0]) - photo) * weight * opacity
    return np.rint(mixed).astype(np.uint8)


def _for_a_screen(photo: Pixels) -> Pixels:
    height, width = photo.shape[:2]
    scale = LONGEST / max(height, width)
    return photo if scale >= 1 else resize(photo, (max(1, round(width * scale)), max(1, round(height * scale))))


def _spread(heat: Floats, height: int, width: int, how: Input) -> Floats:
    """Stretch a heat map from the model's square to the photo; places that the model never saw stay cold."""
    left, top, right, bottom = fitted_box(height, width, how.fit)
    seen = Image.fromarray(heat).resize((round(right - left), round(bottom - top)), Image.Resampling.BICUBIC)
    canvas = Image.new("F", (width, height))
    canvas.paste(seen, (round(left), round(top)))
    return np.asarray(canvas, dtype=np.float32).clip(0, 1)


def _colour(heat: Floats) -> Floats:
    steps = np.linspace(0, 1, len(_STOPS))
    channels = [np.interp(heat, steps, _STOPS[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1, dtype=np.float32, casting="same_kind")


def to_png(pixels: Pixels) -> bytes:
    """Encode `(H, W, 3)` uint8 as PNG, without any metadata."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def to_html(picture: Pixels, verdict: str, scores: Mapping[str, float]) -> str:
    """Write a picture, a verdict and its scores as HTML for a notebook.

    Args:
        picture: `(H, W, 3)` uint8, for example from `overlay`.
        verdict: what was decided.
        scores: class -> probability, 0..1.
    """
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{score:.3f}</td></tr>" for name, score in scores.items())
    source = f"data:image/png;base64,{base64.b64encode(to_png(picture)).decode()}"
    image = f'<img alt="Where the model looked" style="max-width: 20rem" src="{source}">'
    return f"<figure>{image}<figcaption><strong>{escape(verdict)}</strong></figcaption></figure><table>{rows}</table>"
