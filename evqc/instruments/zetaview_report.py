"""ZetaView's PDF report of a size measurement, as a cross-check of the text export of the same run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments import _pdf, _reports
from evqc.instruments._reports import NUMBER, Ours, known, labelled, number_text
from evqc.measurement import SizeDistribution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile
    from evqc.reading import Printed, Reading

NAME = "zetaview_report"
TITLE = "Particle Metrix ZetaView PDF report"
FAMILY = "sizing"
STATUS: Literal["verified", "experimental"] = "experimental"
READS = ("*_size_*.pdf: compared with the size distribution of the same run, never read instead",)
#: What the pages say is packed, and stands in no head.
MENTIONS = "%pdf-"
JOINS = ("zetaview",)

_COLUMNS = ("number", "concentration", "volume")
_HEADER = re.compile(r"\bNumber\b.*\bConcentration\b.*\bVolume\b", re.IGNORECASE)
_STATISTICS = {
    "d10_nm": r"X\s?10", "d50_nm": r"(?:Median\s*\(?)?X\s?50\)?", "d90_nm": r"X\s?90", "span": r"Span",
    "mean_nm": r"Mean", "sd_nm": r"Std\.?\s?Dev\.?",
}  # fmt: skip
#: Labels of single numbers, by the name that the export's number has.
_LABELS = {
    "concentration_per_ml": "Concentration",
    "original_concentration_per_ml": "Original Concentration",
    "dilution_factor": "Dilution Factor",
    "traces": "Number of Traces",
}
_IDENTITY = {"sample": "Sample Name", "acquired_at": "Date", "time": "Time", "filter": "Filter"}
_VERSION = re.compile(r"ZetaView\s*\(?version\s*([\w. ]+?)\)?(?:  |$)", re.IGNORECASE | re.MULTILINE)
_WORDS = re.compile(r"[^a-z0-9]+")


def recognises(file: ExportFile) -> bool:
    """Whether the file is a PDF document whose first page names ZetaView and has its table of three columns."""
    text = _pdf.head(file)
    return "zetaview" in text.casefold() and _HEADER.search(text) is not None


def read(file: ExportFile) -> Reading:
    """What the report prints, kept for comparison; no measurement. Peaks come from a fit of ZetaView and are not kept.

    Raises:
        InputError: ``NOTHING_TO_READ`` for a report without statistics, or what ``_pdf.lines`` refuses.
    """
    lines = _pdf.lines(file)
    texts = {**known({name: number_text(labelled(lines, label)) for name, label in _LABELS.items()}), **_table(lines)}
    if not texts:
        raise refusal(file.name, "NOTHING_TO_READ", Where(), "a report without numbers", "X10, X50, X90 of the run")
    identity = known({name: labelled(lines, label) for name, label in _IDENTITY.items()})
    version = re.search(
        r"ZetaView\s*\(?version\s*([\w. ]+?)\)?(?:  |$)", "\n".join(lines), re.IGNORECASE | re.MULTILINE
    )
    found = _reports.printed(identity, texts)
    left = _reports.other_labels(lines, (*_IDENTITY.values(), *_LABELS.values()))
    return _reports.reading(file, found, name=NAME, version=version[1] if version else None, unread=left)


def is_part(file: ExportFile) -> bool:
    """Whether it is a PDF document: what its pages say is looked into when it is read."""
    return _pdf.is_pdf(file)


def join(readings: Sequence[Reading]) -> list[Reading]:
    """The readings with each report compared with the size file of its run; see ``_reports.joined``."""
    return _reports.joined(readings, NAME, _is_of, _numbers)


def _table(lines: Sequence[str]) -> dict[str, str]:
    """Statistics of the number, concentration and volume columns of the table below that heading."""
    top = next((at for at, line in enumerate(lines) if _HEADER.search(line)), None)
    if top is None:
        return {}
    found: dict[str, str] = {}
    for name, label in _STATISTICS.items():
        row = re.compile(rf"^{label}\s*(?:\(nm\)|/\s*nm)?\s*:?\s+(.*)", re.IGNORECASE)
        hit = next((h for line in lines[top + 1 :] if (h := row.match(line))), None)
        numbers = NUMBER.findall(hit[1]) if hit is not None else []
        if len(numbers) == len(_COLUMNS):
            found |= {f"{column} {name}": text for column, text in zip(_COLUMNS, numbers, strict=True)}
    return found


def _plain(text: object) -> str:
    return _WORDS.sub("", str(text).casefold())


def _is_of(found: Printed, export: Reading) -> bool:
    """Whether a report is of the run of a size file: sample, filter, day and traces agree as far as both state them.

    A report of the fluorescence run of a sample (another filter) is not one of its scatter run.
    """
    run = export.measurements[0]
    if not isinstance(run, SizeDistribution) or run.sample is None or "sample" not in found.identity:
        return False
    stated, own = found.identity, run.settings.get("filter")
    traces = found.values.get("traces")
    when = f"{stated.get('acquired_at', '')}{stated.get('time', '')}"
    return (
        _plain(stated["sample"]) == _plain(run.sample)
        and (own is None or "filter" not in stated or _plain(stated["filter"]).startswith(_plain(own)))
        and (not when or run.acquired_at is None or _plain(run.acquired_at.replace("T", "")).startswith(_plain(when)))
        and (traces is None or traces == run.validity.completed_tracks)
    )


def _numbers(export: Reading) -> dict[str, Ours]:
    """The numbers of a size file that reports print, by ZetaView's rules.

    Source:
        Five reports beside their exports: D-values of the number column and mean within 0.05, SD with n - 1, both
        concentrations to the two printed digits; span is (X90 - X10) / X50.
    """
    run = export.measurements[0]
    if not isinstance(run, SizeDistribution):
        return {}
    vendor, total = run.statistics.vendor, run.concentration_total_per_ml
    found = {
        **{f"number {name}": getattr(vendor, name) for name in ("d10_nm", "d50_nm", "d90_nm", "mean_nm", "sd_nm")},
        "concentration_per_ml": total.recomputed,
        "original_concentration_per_ml": total.undiluted,
        "dilution_factor": run.dilution.factor,
        "traces": None if run.validity.completed_tracks is None else float(run.validity.completed_tracks),
    }
    if vendor.d10_nm is not None and vendor.d50_nm and vendor.d90_nm is not None:
        found["number span"] = (vendor.d90_nm - vendor.d10_nm) / vendor.d50_nm
    return {name: Ours(value) for name, value in found.items() if value is not None}
