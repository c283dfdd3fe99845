"""The API's answers as types, for its description: names, kinds and meanings. A test holds real answers against it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from pawsight.model.card import Probability
from pawsight.model.looks_like import Resemblance

_Address = Annotated[str, Meta(examples=["/api/v1/predictions/1f92a79366294530aaac16855d6e85d8/photo.jpg"])]


class PredictionResponse(Struct, forbid_unknown_fields=True):
    """The answer for one photo."""

    id: Annotated[str, Meta(description="Random; the address of this answer.")]
    label: Annotated[str, Meta(description="The class with the highest score.")]
    verdict: Annotated[
        str,
        Meta(
            description="A class; or `both` (several are there), `neither` (none is), `unsure` (a person should look)."
        ),
    ]
    scores: Annotated[
        dict[str, Probability],
        Meta(description="For each class, the probability that it is in the photo; they need not add up to 1."),
    ]
    model: Annotated[str, Meta(description="Name and version of the model that answered.")]
    milliseconds: Annotated[float, Meta(ge=0, description="From the bytes of this photo to its answer.")]
    correction: Annotated[
        str | None,
        Meta(description="What a person says it shows: a class, `both` or `neither`; null where nobody did."),
    ]
    looks_like: Annotated[
        list[Resemblance],
        Meta(
            description="Animals that the photo looks like, the likeliest first: guesses, of the default model alone. "
            "Empty where there are none."
        ),
    ]
    photo: Annotated[_Address, Meta(description="Where the small copy of the photo is.")]
    heatmap: Annotated[_Address, Meta(description="Where the picture of where the model looked is.")]


class ErrorDetail(Struct, forbid_unknown_fields=True):
    """What is wrong with one photo."""

    code: Annotated[str, Meta(description="What programs may rely on.")]
    message: Annotated[str, Meta(description="For people; words may change.")]


class FailedPrediction(Struct, forbid_unknown_fields=True):
    """What stands in the place of an answer for a photo that could not be answered for."""

    error: ErrorDetail


class Alive(Struct, forbid_unknown_fields=True):
    """The process answers."""

    status: str


class Ready(Struct, forbid_unknown_fields=True):
    """The model answers as it should."""

    status: str
    model: str
    refused: Annotated[
        str | None,
        Meta(description="Code of what is wrong with the model that was chosen last, where the one before answers on."),
    ]
