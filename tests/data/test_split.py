from __future__ import annotations

import hashlib
import random
from collections import Counter

from pawsight.data.split import ENOUGH, LEFT_OUT, SPLITS, assign, draw, missing


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


DIGESTS = [digest(str(number)) for number in range(3000)]
ALONE = list(range(len(DIGESTS)))


def splits(digests: list[str], groups: list[int], seed: int = 0, old: dict[str, str] | None = None) -> dict[str, str]:
    return {one: place.split for one, place in zip(digests, assign(digests, groups, seed, old or {}), strict=True)}


def test_eight_to_one_to_one() -> None:
    counts = Counter(draw(one, 0) for one in DIGESTS)
    assert set(counts) == set(SPLITS)
    assert 2300 < counts["train"] < 2500
    assert 240 < counts["validation"] < 360
    assert 240 < counts["test"] < 360


def test_the_draw_stays_what_it_is() -> None:
    """Another draw would move photos of every set there is from one side to the other."""
    others = {"c": "validation", "l": "test"}
    assert {name: draw(digest(name), 0) for name in "abcdefghijkl"} == dict.fromkeys("abcdefghijkl", "train") | others


def test_each_seed_draws_anew() -> None:
    assert [draw(one, 0) for one in DIGESTS] != [draw(one, 1) for one in DIGESTS]


def test_neither_order_nor_other_photos_matter() -> None:
    whole = splits(DIGESTS, ALONE)
    some = random.Random(0).sample(DIGESTS, 500)
    assert splits(some, list(range(500))) == {one: whole[one] for one in some}


def test_twins_stand_together_where_the_smallest_of_them_belongs() -> None:
    groups = [number // 3 for number in ALONE]
    places = assign(DIGESTS, groups, 0, {})
    for start in range(0, len(DIGESTS), 3):
        smallest = min(DIGESTS[start : start + 3])
        assert {(place.split, place.group) for place in places[start : start + 3]} == {(draw(smallest, 0), smallest)}


def test_old_photos_stay_and_new_twins_join_them() -> None:
    old, new = DIGESTS[0], DIGESTS[1]
    for split in SPLITS:
        assert splits([old, new], [0, 0], old={old: split}) == {old: split, new: split}


def test_a_newcomer_between_two_sides_is_left_out() -> None:
    left, right, bridge, other = DIGESTS[:4]
    found = splits([left, bridge, right, other], [0, 0, 0, 1], old={left: "train", right: "test"})
    assert found == {left: "train", right: "test", bridge: LEFT_OUT, other: draw(other, 0)}


def test_adding_photos_never_moves_old_ones() -> None:
    """Round by round: new photos, new links between all; twins of one round never end up on both sides."""
    rng = random.Random(1)
    old: dict[str, str] = {}
    group_of: dict[str, int] = {}
    for end in range(300, 3001, 300):
        digests = DIGESTS[:end]
        for one in digests:
            group_of.setdefault(one, rng.randrange(end // 2))
        found = splits(digests, [group_of[one] for one in digests], old=old)
        assert {one: found[one] for one in old} == old
        sides: dict[int, set[str]] = {}
        for one, split in found.items():
            if split != LEFT_OUT:
                sides.setdefault(group_of[one], set()).add(split)
        assert all(len(side) == 1 for side in sides.values())
        old = {one: split for one, split in found.items() if split != LEFT_OUT}


def test_empty_splits_are_named() -> None:
    counts = {"train": {"cat": 5, "dog": 1}, "validation": {"cat": 1}, "test": {"cat": 1, "neither": 4}}
    lines = missing(counts, ["cat", "dog"])
    assert [line.split(".")[0] for line in lines] == [
        "No photo of 'dog' fell into validation",
        "No photo of 'dog' fell into test",
    ]
    assert all(str(ENOUGH) in line for line in lines)


def test_a_small_class_has_photos_on_every_side() -> None:
    """Of 100 classes of 8 pictures, 43 had none to test on."""
    labels = [f"class {number % 100}" for number in range(800)]
    drawn = [place.split for place in assign(DIGESTS[:800], ALONE[:800], 0, {})]
    given = [place.split for place in assign(DIGESTS[:800], ALONE[:800], 0, {}, labels)]
    for name in set(labels):
        of_class = [one for one, label in zip(given, labels, strict=True) if label == name]
        assert set(of_class) == set(SPLITS)
        assert of_class.count("train") >= 2
    assert sum(one != other for one, other in zip(drawn, given, strict=True)) < 120


def test_large_classes_are_drawn_as_ever_and_old_photos_stay() -> None:
    labels = ["cat", "dog"] * 1500
    assert assign(DIGESTS, ALONE, 0, {}, labels) == assign(DIGESTS, ALONE, 0, {})
    old = dict.fromkeys(DIGESTS[:5], "train")
    assert {place.split for place in assign(DIGESTS[:5], ALONE[:5], 0, old, ["owl"] * 5)} == {"train"}
    grown = [place.split for place in assign(DIGESTS[:8], ALONE[:8], 0, old, ["owl"] * 8)]
    assert grown[:5] == ["train"] * 5
    assert set(grown) == set(SPLITS)


def test_twins_of_two_classes_move_together() -> None:
    places = assign(DIGESTS[:6], [0, 0, 1, 1, 2, 2], 0, {}, ["cat", "dog"] * 3)
    assert [place.split for place in places[::2]] == [place.split for place in places[1::2]]
    assert {place.split for place in places} == set(SPLITS)
