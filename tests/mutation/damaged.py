"""Samples damaged by hand, for tests of one defect each."""

from __future__ import annotations

from tests.samples import Sample, samples


def sample(name: str) -> Sample:
    return next(s for s in samples() if str(s) == name)


def damaged(name: str, old: str, new: str, *, times: int = 1) -> tuple[str, set[str]]:
    """Verdict and codes after the first ``times`` places of a text were exchanged."""
    one = sample(name)
    text = one.file.data.decode("utf-8-sig", errors="surrogateescape")
    assert old in text
    reading = one.read(text.replace(old, new, times).encode("utf-8", errors="surrogateescape"))
    return reading.verdict, {issue.code for issue in reading.issues}


def without_line(name: str, number: int) -> tuple[str, set[str]]:
    one = sample(name)
    lines = one.file.data.split(b"\n")
    reading = one.read(b"\n".join(lines[: number - 1] + lines[number:]))
    return reading.verdict, {issue.code for issue in reading.issues}
