from __future__ import annotations

import inspect
from typing import Any

import pytest

from pawsight import errors
from pawsight.errors import BadModel, ImageError, PawsightError

FAMILY: list[Any] = [cls for _, cls in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("cls", FAMILY)
def test_everything_refused_is_one_family(cls: type[PawsightError]) -> None:
    assert issubclass(cls, PawsightError)
    assert cls.__doc__
    assert cls.code.replace("_", "").islower()


def test_codes_tell_the_errors_apart() -> None:
    codes = [cls.code for cls in FAMILY if cls is not ImageError]  # the parent of all photo errors lends its code
    assert len(set(codes)) == len(codes)


def test_codes_that_the_web_promises() -> None:
    promised = {"empty_file", "unsupported_format", "broken_image", "image_too_large", "image_too_complex"}
    assert promised | {"payload_too_large"} <= {cls.code for cls in FAMILY if issubclass(cls, ImageError)}


def test_text_is_message_and_hint() -> None:
    assert str(BadModel("Expected this, but that came.", "Do so.")) == "Expected this, but that came. Do so."
    assert str(BadModel("Expected this, but that came.")) == "Expected this, but that came."
