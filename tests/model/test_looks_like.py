"""What a photo looks like: names of ImageNet's animals, in their order."""

from __future__ import annotations

import numpy as np
import pytest

from pawsight.model.looks_like import animals, describe, looks_like, translate
from pawsight.types import Floats

# ILSVRC 2012's classes at these places.
KNOWN = {
    0: "tench", 24: "great gray owl", 99: "goose", 130: "flamingo", 151: "Chihuahua", 162: "Beagle",
    207: "Golden Retriever", 235: "German Shepherd", 254: "Pug", 268: "Mexican hairless dog", 269: "gray wolf",
    281: "tabby cat", 285: "Egyptian Mau", 291: "lion", 340: "zebra", 345: "ox", 388: "giant panda", 397: "pufferfish",
}  # fmt: skip


def _probabilities(shares: dict[int, float]) -> Floats:
    found = np.full(1000, (1 - sum(shares.values())) / (1000 - len(shares)), np.float32)
    for place, share in shares.items():
        found[place] = share
    return found


def test_names_stand_in_imagenets_order() -> None:
    assert len(animals()) == 398  # a stingray is one, an abacus is not
    assert {place: animals()[place]["en"] for place in KNOWN} == KNOWN
    assert len({one["en"] for one in animals()}) == 398
    assert all(one["de"] for one in animals())


def test_the_likeliest_come_first_and_doubtful_ones_are_left_out() -> None:
    found = looks_like(_probabilities({162: 0.5, 207: 0.35, 254: 0.05}))
    assert [one.name for one in found] == ["Beagle", "Golden Retriever"]
    assert found[0].share > found[1].share


def test_never_more_than_three_and_in_order_of_their_shares() -> None:
    found = looks_like(_probabilities({162: 0.4, 207: 0.42, 254: 0.41, 277: 0.44}))
    shares = [one.share for one in found]
    assert len(found) == 3
    assert shares == sorted(shares, reverse=True)
    assert found[0].name == "red fox"


def test_a_thing_is_not_named_as_an_animal() -> None:
    assert looks_like(_probabilities({497: 0.9, 0: 0.05})) == []


def test_a_model_without_an_imagenet_head_guesses_nothing() -> None:
    assert looks_like(None) == []


@pytest.mark.parametrize(("language", "name"), [("en", "red fox"), ("de", "Rotfuchs"), ("fr", "red fox")])
def test_a_guess_has_a_name_in_other_languages(language: str, name: str) -> None:
    assert translate("red fox", language) == name
    guesses = looks_like(_probabilities({277: 0.8}))
    assert describe(guesses, language).startswith(name)
    assert describe([]) == ""
