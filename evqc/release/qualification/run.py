"""Runs the whole qualification."""

from __future__ import annotations

import platform
from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.records import to_plain
from evqc.release.canonical import digest
from evqc.release.qualification import installed, known, numbers, tampering
from evqc.release.qualification.model import Qualification
from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

_PARTS = (
    installed.installation,
    known.reading,
    known.rounding,
    numbers.numbers,
    known.endotoxin,
    known.markers,
    known.criteria,
    known.results,
    tampering.tampering,
)


def qualify(day: date, progress: Callable[[int, int, str], None] | None = None) -> Qualification:
    """Everything that is asked of an installation, with the answers that came.

    Args:
        day: the date of the report.
        progress: called with (done, all, name) before each part.

    Source:
        GAMP 5, 2nd ed.: installation and operational qualification (STANDARDS 7.2, GMP5-02; DEPENDENCIES, REGULATED C).
    """
    parts = []
    for done, part in enumerate(_PARTS):
        if progress is not None:
            progress(done, len(_PARTS), part.__name__)
        parts.append(part())
    files = installed.files()
    made = Qualification(
        evqc_version=__version__,
        dated=day.isoformat(),
        python=platform.python_version(),
        platform=platform.platform(),
        components=installed.components(),
        files=files,
        files_sha256=installed.files_sha256(files),
        parts=tuple(parts),
        passed=all(case.result != "fail" for part in parts for case in part.cases),
    )
    return with_hash(made)


def with_hash(made: Qualification) -> Qualification:
    """The document with its own SHA-256, which a person writes beside a signature by hand."""
    return replace(made, sha256=content_hash(made))


def content_hash(made: Qualification) -> str:
    """SHA-256 of the canonical document without its hash and its signature."""
    return digest({key: value for key, value in to_plain(made).items() if key not in {"sha256", "signature"}})
