"""A replay in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import msgspec

from pawsight.estimates import wilson_interval
from pawsight.evaluate.regression import Replay

SHOWN = 20


def as_json(done: Replay) -> str:
    """One object, for programs."""
    flips = [{"old": old, "new": new, "photos": number} for (old, new), number in done.flips.most_common()]
    report = {
        "old": done.old,
        "new": done.new,
        "photos": len(done.cases),
        "flips": flips,
        "corrections": len(done.corrected),
        "fixed": [asdict(case) for case in done.fixed],
        "broken": [asdict(case) for case in done.broken],
        "unread": done.unread,
    }
    return msgspec.json.format(msgspec.json.encode(report)).decode()


def as_text(done: Replay, *, force: bool) -> str:
    """Lines for people; long lists are cut."""
    return "\n".join([*_answers(done), *_corrections(done), _end(done, force)])


def _answers(done: Replay) -> Iterator[str]:
    photos = len(done.cases)
    yield f"{photos:,} photos, answered by {done.old} and by {done.new}."
    yield f"Verdicts that flip: {_share(done.flips.total(), photos)}"
    yield from (f"  {old} -> {new}: {number:,}" for (old, new), number in done.flips.most_common(SHOWN))
    if done.unread:
        yield f"{len(done.unread):,} photos could not be read; see `pawsight archive check`."


def _corrections(done: Replay) -> Iterator[str]:
    cases = done.corrected
    right = sum(case.was_right for case in cases)
    yield f"Corrections by people: {len(cases):,}."
    yield f"Fixed, of those that were wrong: {_share(len(done.fixed), len(cases) - right)}"
    yield f"Broken, of those that were right: {_share(len(done.broken), right)}"
    for case in done.broken[:SHOWN]:
        yield f"  {case.id}: a person says {case.correction}, {done.new} says {case.new}"
    if len(done.broken) > SHOWN:
        yield f"  ... and {len(done.broken) - SHOWN:,} more"


def _share(hits: int, n: int) -> str:
    if not n:
        return "0 of 0"
    low, high = wilson_interval(hits, n)
    return f"{hits:,} of {n:,}, {hits / n:.2%} ({100 * low:.2f}-{100 * high:.2f})"


def _end(done: Replay, force: bool) -> str:
    if not done.broken:
        return f"{done.new} may take the place of {done.old}: it breaks no correction."
    if force:
        return f"{done.new} breaks corrections, and --force lets it pass."
    return f"{done.new} should not take the place of {done.old}: it breaks corrections. (--force lets it pass.)"
