"""So many photos a minute and no more, however many processes count."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pawsight.settings import Settings
from pawsight.web.security.rate_limit import (
    DAY,
    ROW_BYTES,
    RateLimited,
    RateLimiter,
    RateLimits,
    RateLimitUnavailable,
    counters_file,
)


@pytest.fixture
def rates(tmp_path: Path) -> RateLimiter:
    return RateLimiter(tmp_path / "rates", 10)


def allowed(rates: RateLimiter, address: str, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            rates.take(address)
        except RateLimited:
            continue
        count += 1
    return count


def test_so_many_and_no_more(rates: RateLimiter) -> None:
    assert allowed(rates, "192.0.2.1", 30) == 10
    assert allowed(rates, "192.0.2.2", 30) == 10
    with pytest.raises(RateLimited, match="10 photos a minute") as limited:
        rates.take("192.0.2.1")
    assert 1 <= limited.value.seconds <= 6


def test_time_brings_them_back(rates: RateLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    allowed(rates, "192.0.2.1", 10)
    monkeypatch.setattr(time, "time", lambda: now + 12.5)
    assert allowed(rates, "192.0.2.1", 10) == 2
    monkeypatch.setattr(time, "time", lambda: now + 1000)
    rates.drop_settled()
    assert allowed(rates, "192.0.2.1", 30) == 10


def test_several_at_once_count_as_several(rates: RateLimiter) -> None:
    rates.take("192.0.2.1", 8)
    with pytest.raises(RateLimited) as limited:
        rates.take("192.0.2.1", 5)
    assert 15 <= limited.value.seconds <= 18
    rates.take("192.0.2.1", 2)
    rates.take("192.0.2.9", 1000)  # more than a minute's share in one request: all of it, and no more
    assert allowed(rates, "192.0.2.9", 1) == 0


def test_an_ipv6_network_is_one_client(rates: RateLimiter) -> None:
    key = rates.key
    assert key("2001:db8:1:2:3::4") == key("2001:db8:1:2::5") != key("2001:db8:1:3::4")
    assert key("::ffff:192.0.2.1") == key("192.0.2.1") != key("192.0.2.2")
    assert key("of this machine") != key("192.0.2.1") != RateLimiter(rates.path, 10, name="logins").key("192.0.2.1")


def test_a_clock_that_was_ahead_costs_nobody_a_year(rates: RateLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 400 * DAY)
    assert allowed(rates, "192.0.2.1", 30) == 10
    monkeypatch.setattr(time, "time", lambda: now)
    assert rates.left("192.0.2.1") == 10
    assert allowed(rates, "192.0.2.1", 30) == 10


def test_a_clock_that_steps_back_a_little_gives_nothing_away(
    rates: RateLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    assert allowed(rates, "192.0.2.1", 10) == 10
    monkeypatch.setattr(time, "time", lambda: now - 5)
    with pytest.raises(RateLimited) as limited:
        rates.take("192.0.2.1")
    assert limited.value.seconds <= 60


@pytest.mark.parametrize("damage", ["removed", "replaced", "garbage"])
def test_counters_recover(rates: RateLimiter, damage: str) -> None:
    rates.take("192.0.2.1", 8)
    if damage == "garbage":
        fresh = RateLimiter(rates.path, 10)
        for ending in ("-wal", "-shm"):
            Path(f"{rates.path}{ending}").unlink(missing_ok=True)
        rates.path.write_bytes(b"no database, " * 500)
    else:
        fresh = rates
        rates.path.unlink()
        if damage == "replaced":
            rates.path.touch()
    assert allowed(fresh, "192.0.2.1", 30) == 10
    assert allowed(RateLimiter(rates.path, 10), "192.0.2.1", 3) == 0  # another process counts in the same file


COUNT = (
    "import sys; from pathlib import Path; from pawsight.web.security.rate_limit import RateLimiter, RateLimited\n"
    "rates, count = RateLimiter(Path(sys.argv[1]), 100), 0\n"
    "for _ in range(200):\n"
    "    try: rates.take('192.0.2.1'); count += 1\n"
    "    except RateLimited: pass\n"
    "print(count)"
)


def test_processes_count_together(tmp_path: Path) -> None:
    words = [sys.executable, "-c", COUNT, str(tmp_path / "rates")]
    start = time.time()
    counting = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    total = sum(int(process.communicate()[0]) for process in counting)
    assert 100 <= total <= 101 + (time.time() - start) * 100 / 60


def test_the_file_is_ours_alone_and_shared_by_servers_of_one_archive(tmp_path: Path) -> None:
    def opened(archive: str) -> RateLimiter:
        settings = Settings(archive=str(tmp_path / archive), state=str(tmp_path / "state"), rate_limit=5)
        found = RateLimits.of(settings).photos
        assert found is not None
        assert counters_file(settings) == found.path
        return found

    assert opened("a").path == opened("a").path != opened("b").path
    opened("a").take("192.0.2.1")
    assert opened("a").path.parent == tmp_path / "state"
    assert opened("a").path.parent.stat().st_mode & 0o077 == 0
    assert b"192.0.2.1" not in opened("a").path.read_bytes()


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        (Settings(), 0),
        (Settings(host="localhost"), 0),
        (Settings(host="0.0.0.0"), 1200),
        (Settings(host="::"), 1200),
        (Settings(rate_limit=7), 7),
        (Settings(host="0.0.0.0", rate_limit=0), 0),
    ],
)
def test_who_is_limited_by_default(settings: Settings, most: int) -> None:
    assert settings.photos_a_minute == most
    assert (RateLimits.of(settings).photos is None) is (most == 0)


def test_what_cannot_be_counted_is_refused_unless_the_operator_says_otherwise(
    make_app: Any, send: Any, picture: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("in the way")
    strict = make_app(rate_limit=5, state=str(tmp_path / "state")).test_client()
    refused, ready = send(picture(), via=strict), strict.get("/readyz")
    assert [(one.status_code, one.json["code"]) for one in (refused, ready)] == [(503, "rate_limit_unavailable")] * 2
    assert strict.get("/").status_code == 200
    assert "File exists" in caplog.text  # the response says that the log has the reason
    assert "File exists" not in refused.text
    lax = make_app(rate_limit=5, state=str(tmp_path / "state"), rate_limit_on_error="allow").test_client()
    assert send(picture(), via=lax).status_code == 201
    assert lax.get("/readyz").status_code == 200
    assert "Let through without counting" in caplog.text
    (tmp_path / "state").unlink()
    assert send(picture(), via=strict).status_code == 201  # it recovers by itself
    with pytest.raises(RateLimitUnavailable):
        RateLimiter(Path("/dev/null/counters"), 1).take("192.0.2.1")


def test_over_http(make_app: Any, send: Any, picture: Any) -> None:
    app = make_app(rate_limit=3)
    client = app.test_client()
    assert [send(picture(), via=client).status_code for _ in range(2)] == [201, 201]
    refused = send(picture(), picture(), via=client)
    assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) >= 1
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "198.51.100.1"
    assert send(picture(), via=client).status_code == 201
    for number in range(20):  # whatever others it claims to be
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"198.51.100.{number}"
        assert send(picture(), via=client).status_code == 429
    assert send(picture(), via=make_app(rate_limit=3).test_client()).status_code == 429
    assert send(picture(), to="/predict", via=client).status_code == 429


def test_a_day_of_bytes(make_app: Any, send: Any, picture: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = [picture(seed=seed) for seed in range(4)]
    client = make_app(daily_bytes=sum(map(len, photos[:2])) + 2 * ROW_BYTES).test_client()
    assert [send(photo, via=client).status_code for photo in photos] == [201, 201, 429, 429]
    refused = send(photos[2], via=client)
    assert refused.json["code"] == "rate_limited"
    assert "GB of photos a day" in refused.json["detail"]
    assert 40_000 < int(refused.headers["Retry-After"]) <= DAY / 2
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 0.6 * DAY)
    assert send(photos[2], via=client).status_code == 201
    other = make_app(daily_bytes=1000).test_client()
    other.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert send(photos[0], via=other).status_code == 201  # one photo always gets in
    assert send(photos[0], via=other).status_code == 429


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        (Settings(), 0),
        (Settings(host="0.0.0.0"), 20_000_000_000),
        (Settings(host="0.0.0.0", archive_keep="nothing", daily_bytes=7), 0),
        (Settings(daily_bytes=7), 7),
        (Settings(host="0.0.0.0", daily_bytes=0), 0),
    ],
)
def test_who_has_a_quota_by_default(settings: Settings, most: int) -> None:
    assert settings.bytes_a_day == most
    assert (RateLimits.of(settings).stored is None) is (most == 0)
