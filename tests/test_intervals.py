from __future__ import annotations

import pytest

from pawsight.intervals import photos_to_prove, wilson_interval


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (0, 381), (3, 1900), (50, 100), (99, 100), (100, 100)])
def test_the_same_as_scipy(hits: int, n: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    expected = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert wilson_interval(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("share", [0.001, 0.005, 0.01, 0.05, 0.5])
@pytest.mark.parametrize("wrong", [0, 1, 20])
def test_no_fewer_photos_prove_a_share(share: float, wrong: int) -> None:
    enough = photos_to_prove(share, wrong)
    assert wilson_interval(wrong, enough)[1] <= share < wilson_interval(wrong, enough - 1)[1]
