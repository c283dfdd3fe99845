"""Copies of one picture, read from the manifest's groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pawsight.data.check.findings import Copy, Duplicates
from pawsight.data.manifest import Row


def find_duplicates(rows: Iterable[Row]) -> list[Duplicates]:
    """Groups of copies: contradictory ones first, then those across splits, then as they stand in the manifest."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    found = [_describe(group) for group in groups.values() if len(group) > 1]
    return sorted(found, key=lambda one: (not one.contradictory, not one.across_splits))


def _describe(group: Sequence[Row]) -> Duplicates:
    return Duplicates(
        kind="exact" if len({row.sha256 for row in group}) == 1 else "near",
        contradictory=len({row.label for row in group}) > 1,
        across_splits=len({row.split for row in group}) > 1,
        photos=[Copy(row.path, row.label, row.split) for row in group],
    )
