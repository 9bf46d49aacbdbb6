"""What was changed after it was first entered, in words, for the certificate; pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.release.chain import AuditEntry
    from evqc.release.record import ReleaseRecord, TestResult

#: Actions that a reader of a certificate has to know of, as they are worded there.
_TOLD = {
    "withdraw": "withdrawn",
    "return": "handed back",
    "invalidate": "invalidated",
    "reject": "rejected",
    "retest": "retested",
}


def changes(trail: Iterable[AuditEntry], versions: Sequence[ReleaseRecord], batch: str) -> tuple[str, ...]:
    """Every version, result, withdrawal and retest after the first entry, one sentence each, oldest first.

    Args:
        trail: entries of the batch.
        versions: its records from the first version to the one that is shown.
        batch: its id.

    Source:
        EU Annex 11, 8.2 (STANDARDS A11-01): printouts for batch release show whether data changed since entry.
    """
    numbered = enumerate(pairwise(versions), start=2)
    replaced = [sentence for number, (old, new) in numbered for sentence in _between(number, old, new, trail, batch)]
    told = [
        f"{entry.key} was {_TOLD[entry.action]} by {entry.user} on {entry.at[:10]}: {entry.why}"
        for entry in trail
        if entry.action in _TOLD and entry.table in {"records", "retests"}
    ]
    return (*replaced, *told)


def _between(number: int, old: ReleaseRecord, new: ReleaseRecord, trail: Iterable[AuditEntry], batch: str) -> list[str]:
    key = f"{batch}/{number}"
    made = next((entry for entry in trail if entry.table == "records" and entry.key == key and entry.old is None), None)
    who = f" by {made.user} on {made.at[:10]}: {made.why}" if made else ""
    return [
        f"version {number} of the record replaces version {number - 1}{who}",
        *_results(number, old, new),
        *_files(number, old, new),
    ]


def _results(number: int, old: ReleaseRecord, new: ReleaseRecord) -> list[str]:
    before = {result.test: result for result in old.results}
    after = {result.test: result for result in new.results}
    return [
        f"version {number}: {test} is {_said(after.get(test))}; it was {_said(before.get(test))}"
        for test in dict.fromkeys([*before, *after])
        if _said(before.get(test)) != _said(after.get(test))
    ]


def _said(result: TestResult | None) -> str:
    return "not in the record" if result is None else f"{result.as_measured or '–'} ({result.outcome.value})"


def _files(number: int, old: ReleaseRecord, new: ReleaseRecord) -> list[str]:
    before = {file.name: file.sha256 for file in old.files}
    after = {file.name: file.sha256 for file in new.files}
    words = {(True, False): "was added", (False, True): "is no longer used", (True, True): "was changed"}
    return [
        f"version {number}: the file {name} {words[name in after, name in before]}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]
