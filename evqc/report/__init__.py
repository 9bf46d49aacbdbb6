"""The batch report: one model, and three renderings of it that show the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.batch.assembled import Batch
    from evqc.criteria.findings import Assessment
    from evqc.report.model import Report


def write_report(batch: Batch, assessment: Assessment, folder: Path) -> list[Path]:
    """Writes ``report.html``, ``report.xlsx`` and ``report.json`` of an assessed batch.

    Args:
        batch: the opened batch.
        assessment: what the criteria say of it.
        folder: where the files go; it is made when it is not there, and older reports in it are replaced.

    Returns:
        The files written.

    Raises:
        InputError: ``folder`` cannot be written.
    """
    from evqc.report.write import write  # noqa: PLC0415  loads when a report is made

    return write(built(batch, assessment), folder)


def built(batch: Batch, assessment: Assessment) -> Report:
    """Everything that the report of an assessed batch shows.

    Args:
        batch: the opened batch.
        assessment: what the criteria say of it.
    """
    from evqc.isolation import derive  # noqa: PLC0415  loads when a report is made
    from evqc.isolation.blanks_of_batch import blanks_of_batch  # noqa: PLC0415
    from evqc.isolation.fractions import fraction_series  # noqa: PLC0415
    from evqc.isolation.process import process_of  # noqa: PLC0415
    from evqc.isolation.tracks_of_batch import tracks_of_batch  # noqa: PLC0415
    from evqc.report.build import build  # noqa: PLC0415

    return build(
        batch,
        assessment,
        derive(batch),
        process=process_of(batch),
        fractions=fraction_series(batch),
        tracks=tracks_of_batch(batch),
        blanks=blanks_of_batch(batch),
    )
