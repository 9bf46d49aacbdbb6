"""From the instrument exports of an extracellular-vesicle laboratory to a decision.

``read`` takes files and folders to readings, ``open_batch`` joins them with the batch record, ``assess`` asks the
criteria, ``report`` writes HTML, XLSX and JSON, ``compare`` says which isolation method of a study is best, and
``simulate`` makes native exports of a known truth. The command line offers the same verbs.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from evqc.batch.assembled import Batch
    from evqc.criteria.findings import Assessment
    from evqc.reading import Readings
    from evqc.study.comparison import Comparison
    from evqc.study.open import OpenStudy

__all__ = ["__version__", "assess", "compare", "open_batch", "read", "report", "simulate"]


def read(
    paths: Path | str | Iterable[Path | str],
    *,
    instrument: str | None = None,
    mappings: Iterable[Path] = (),
    processes: int = 1,
) -> Readings:
    """Reads export files and folders of them; one reading for each file, refused ones included.

    Args:
        paths: one path or several; a folder stands for every file below it.
        instrument: name of the reader to use instead of detection by content.
        mappings: TOML files that say what the columns of a laboratory's own tables are.
        processes: how many read at the same time; a program that asks for more than one is guarded by
            ``if __name__ == "__main__"``.

    Raises:
        InputError: an argument names nothing, an empty folder, an unknown instrument or a faulty mapping.
    """
    from evqc.instruments import _many  # noqa: PLC0415  the readers load when they are needed

    return _many.read(paths, instrument=instrument, mappings=mappings, processes=processes)


def open_batch(folder: Path | str) -> Batch:
    """A batch folder: its record, if there is one, joined with its exports.

    Raises:
        InputError: there is no such folder, or the record is faulty (with everything wrong in it).
    """
    from evqc.batch.open import open_batch as opened  # noqa: PLC0415  the readers load when they are needed

    return opened(Path(folder))


def assess(batch: Batch | Path | str, *, profiles: Sequence[str] | None = None, day: date | None = None) -> Assessment:
    """Asks the criteria of the profiles of everything known about the batch.

    Args:
        batch: an opened batch, or its folder.
        profiles: ids of profiles, and paths of TOML files with a laboratory's own; those that apply to the batch by
            default.
        day: the limits in force on that day; the newest ones by default.

    Raises:
        InputError: the folder or its record is faulty, or a profile is not known.
    """
    from evqc.assessment import assess as assessed  # noqa: PLC0415  loads when it is needed
    from evqc.criteria.load import chosen, shipped, with_files  # noqa: PLC0415  loads when it is needed

    opened = _opened(batch)
    if profiles is None:
        book, _ = with_files(shipped(), _profile_files(opened))
        return assessed(opened, day=day, rulebook=book)
    book, ids = chosen(profiles, shipped())
    return assessed(opened, profiles=ids, day=day, rulebook=book)


def _profile_files(batch: Batch) -> list[Path]:
    """The files of profiles that the record names, below its folder."""
    if batch.record is None or batch.folder is None:
        return []
    return [batch.folder / name for name in batch.record.batch.profiles if name.endswith(".toml")]


def report(batch: Batch | Path | str, folder: Path | str, *, profiles: Sequence[str] | None = None) -> list[Path]:
    """Writes ``report.html``, ``report.xlsx`` and ``report.json`` of a batch into ``folder``.

    Returns:
        The files written.

    Raises:
        InputError: the batch cannot be opened, or ``folder`` cannot be written or lies among its exports.
    """
    from evqc.batch.open import refuse_among_exports  # noqa: PLC0415  the readers load when they are needed
    from evqc.report import write_report  # noqa: PLC0415  matplotlib loads when a report is made

    if isinstance(batch, (str, Path)):
        refuse_among_exports(Path(batch), Path(folder))
    opened = _opened(batch)
    return write_report(opened, assess(opened, profiles=profiles), Path(folder))


def compare(study: OpenStudy | Path | str, *, weights: str | None = None) -> Comparison:
    """Compares the isolation methods of a study.

    Args:
        study: an opened study, or the folder or file of one.
        weights: a shipped set, or a TOML file (below the folder of the study), instead of the study's own.

    Raises:
        InputError: the study, its weights, or one of its batch folders is faulty.
    """
    from evqc.study.compare import compare as compared  # noqa: PLC0415  loads when it is needed
    from evqc.study.open import open_study  # noqa: PLC0415  the readers load when they are needed
    from evqc.study.weights import weight_set  # noqa: PLC0415  loads when it is needed

    if isinstance(study, (str, Path)):
        return compared(open_study(Path(study), weights=weights))
    return compared(study if weights is None else replace(study, weights=weight_set(weights)))


def simulate(kind: str, **options: Any) -> dict[str, bytes]:
    """Native export files of a known truth, by name.

    Args:
        kind: one of ``evqc.simulation.kinds()``, such as ``nanosight``.
        options: what the kind takes; see ``evqc simulate KIND --help``.

    Raises:
        InputError: an unknown kind or an option that makes no sense.
    """
    from evqc.simulation import simulate as simulated  # noqa: PLC0415  loads when it is needed

    return simulated(kind, **options)


def _opened(batch: Batch | Path | str) -> Batch:
    return open_batch(batch) if isinstance(batch, (str, Path)) else batch
