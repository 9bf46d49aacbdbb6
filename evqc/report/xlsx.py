"""The report as a workbook: numbers as numbers, text as text, the same bytes every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.report.balance_sheets import balance_sheets
from evqc.report.blanks import blank_sheets
from evqc.report.format import excel_format, shown_unit
from evqc.report.replicates import replicate_sheets
from evqc.report.shown import Number
from evqc.report.sizes import STATISTICS
from evqc.report.tracks_sheets import tracks_sheets
from evqc.report.verdicts import scored
from evqc.report.words import sentence_case, setting, validity
from evqc.workbooks import put_text, workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl.worksheet.worksheet import Worksheet

    from evqc.criteria.findings import Finding, Tally
    from evqc.report.model import FindingRow, Report
    from evqc.report.shown import RunRow, SizedSample

Cell = str | int | float | bool | Number | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: title, heading with units, and rows of texts and numbers."""

    title: str
    heading: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def xlsx(report: Report) -> bytes:
    """The bytes of ``report.xlsx``: summary, findings, measurements, distributions, markers, derived, provenance."""
    return workbook_of(sheets(report))


def workbook_of(several: Iterable[Sheet]) -> bytes:
    """The bytes of a workbook of these sheets."""
    import openpyxl  # noqa: PLC0415  loads when a report is made

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for sheet in several:
        _fill(book.create_sheet(sheet.title), sheet)
    return workbook_bytes(book)


def sheets(report: Report) -> tuple[Sheet, ...]:
    """The sheets of the workbook, in their order."""
    return (
        _summary(report),
        _profiles(report),
        _steps(report),
        _findings(report),
        _measurements(report),
        _agreement(report),
        _distributions(report),
        *(Sheet(*each) for each in (*replicate_sheets(report), *blank_sheets(report), *tracks_sheets(report))),
        _markers(report),
        _values(report),
        *_curves(report),
        _derived(report),
        *(Sheet(*each) for each in balance_sheets(report)),
        _provenance(report),
    )


def _fill(sheet: Worksheet, of: Sheet) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    bold, wrapped = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for column, title in enumerate(of.heading, start=1):
        cell = sheet.cell(1, column)
        put_text(cell, title)
        cell.font, cell.alignment = bold, wrapped
    for place, row in enumerate(of.rows, start=2):
        for column, value in enumerate(row, start=1):
            _put(sheet, place, column, value)
    sheet.freeze_panes = "A2"
    if of.rows:
        sheet.auto_filter.ref = sheet.dimensions
    _widths(sheet, of)


def _put(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    if value is None or value == "":
        return
    cell = sheet.cell(row, column)
    unit = ""
    if isinstance(value, Number):
        unit = value.unit
        value = value.text if value.value is None or value.relation != "=" else value.value
    if isinstance(value, str | bool):
        put_text(cell, value if isinstance(value, str) else "yes" if value else "no")
        return
    cell.value = value
    if isinstance(value, float):
        cell.number_format = excel_format(value, unit)


def _widths(sheet: Worksheet, of: Sheet) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for column, title in enumerate(of.heading):
        longest = max([len(title), *(len(_text(row[column])) for row in of.rows[:200])])
        sheet.column_dimensions[get_column_letter(column + 1)].width = min(max(longest + 2, 9), 60)


def _text(value: Cell) -> str:
    if isinstance(value, Number):
        return value.text
    return f"{value:.6g}" if isinstance(value, float) else str(value or "")


def _summary(report: Report) -> Sheet:
    rows: list[tuple[Cell, ...]] = [("Conclusion", report.mark, report.conclusion, "")]
    rows += [("Identity", line.name, line.text, "") for line in report.identity]
    rows += [
        ("Stop and look", "blocks" if s.mark == "fail" else "look", f"{s.what}: {s.subject}", s.because)
        for s in report.stops
    ]
    for p in report.profiles:
        counts = ", ".join(f"{n} {verdict}" for verdict, n in p.counts.items())
        rows.append(("Profile", p.mark, f"{p.title} ({p.edition})", f"{p.meaning}; {p.fraction}; findings: {counts}"))
    rows += [("Could not be judged", g.subject, "; ".join(g.what), f"needed: {g.needed}") for g in report.gaps]
    rows.append(("Methods text", "", report.methods.paragraph, ""))
    rows.append(("Characterisation text", "", report.methods.characterisation, ""))
    rows += [("To settle before these texts are used", "", line, "") for line in report.methods.to_settle]
    rows += [("Missing from the methods text", "", line, "") for line in report.methods.missing]
    return Sheet("Summary", ("Part", "What", "Text", "Why or needed"), rows)


def _profiles(report: Report) -> Sheet:
    """One row a profile, then one a group of its criteria, then one for each criterion that it leaves out."""
    heading = (
        "Profile", "Title", "Edition", "Group or left out", "Verdict", "Criteria", "Apply", "Assessed", "Met",
        "Not met", "Score", "What a pass means, or why left out", "File", "SHA-256",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for p in report.profiles:
        score = "" if p.score is None else scored(p.score)
        head = (p.id, p.title, p.edition)
        rows.append((*head, "all", p.mark, *_tally(p.tally), score, p.about, p.file or "shipped", p.sha256))
        rows += [(*head, group.group, "", *_tally(group.tally), "", "", "", "") for group in p.groups]
        rows += [
            (*head, f"left out: {each.criterion}", "", *[None] * 5, "", f"{each.reason} ({each.by}, {each.on})", "", "")
            for each in p.left_out
        ]
    return Sheet("Profiles", heading, rows)


def _tally(of: Tally) -> tuple[int, ...]:
    return of.criteria, of.applicable, of.assessed, of.passed, of.failed


def _steps(report: Report) -> Sheet:
    heading = ("Step", "What to do next", "Severity", "Answers", "Helps to answer, with more besides", "Of")
    rows = [
        (place, sentence_case(s.action), s.severity.value, ", ".join(s.answers), ", ".join(s.helps), s.subjects)
        for place, s in enumerate(report.steps, start=1)
    ]
    return Sheet("What to do next", heading, rows)


def _findings(report: Report) -> Sheet:
    heading = (
        "Profile", "Group", "Verdict", "Severity", "Criterion", "Version", "Kind", "Title", "Subject", "Observed",
        "Unit", "Observed as text", "Limit", "Because", "Needed", "Decided otherwise by the laboratory", "Source",
        "Evidence (file, SHA-256, place)",
    )  # fmt: skip
    return Sheet("Findings", heading, [_finding(row) for row in report.findings])


def _finding(row: FindingRow) -> tuple[Cell, ...]:
    f = row.finding
    observed = None
    if isinstance(f.observed, int | float) and not isinstance(f.observed, bool):
        observed = Number(value=float(f.observed), unit=f.unit, text=row.observed)
    evidence = "\n".join(f"{e.name}, {e.sha256}, {e.where}" for e in f.evidence)
    return (
        row.profile, f.group, f.verdict.value, f.severity.value, f.criterion, f.version, f.kind, f.title, f.subject,
        observed, shown_unit(f.unit), row.observed, row.limit, f.because, f.needed, _decided(f), f.source, evidence,
    )  # fmt: skip


def _decided(finding: Finding) -> str:
    own = finding.overridden
    return "" if own is None else f"{own.reason} ({own.by}, {own.on}); shipped: {own.shipped}"


def _measurements(report: Report) -> Sheet:
    heading = (
        "Sample", "Role", "Technique", "Instrument", "Run", "Run name", "File", "Acquired at", "Valid",
        "Why not, or in doubt", "Dilution",
        "Basis of the concentration", "Concentration, /mL", "Tracks", "Particles per frame",
        *(f"{title}, nm ({rule})" for rule in ("evqc", "printed", "vendor's rule") for title in STATISTICS.values()),
        "Agreement", "Instrument's own flags", "Interval of the concentration",
    )  # fmt: skip
    rows = [line for sample in report.sizes for line in _sample(sample)]
    return Sheet("Measurements", heading, rows)


def _sample(sample: SizedSample) -> Iterable[tuple[Cell, ...]]:
    head = (sample.name, sample.role, sample.technique, sample.instrument)
    for r in sample.runs:
        rules = (r.standard, r.reported, r.vendor)
        yield (
            *head, r.label, r.run, r.file, r.acquired_at, validity(r.reasons, valid=r.valid),
            "; ".join(r.reasons), r.dilution, sample.basis, r.concentration, r.tracks, r.particles_per_frame,
            *(of[name] for of in rules for name in STATISTICS), r.agreement,
            "; ".join(f"{key}: {text}" for key, text in r.flags.items()), "",
        )  # fmt: skip
    mean, blank = sample.summary, [None] * (2 * len(STATISTICS))
    yield (
        *head, "mean of the runs used", "", "", "", "", "", "", sample.basis, mean["concentration"], "", "",
        *(mean[name] for name in STATISTICS), *blank, "", "", mean["concentration"].interval,
    )  # fmt: skip


def _agreement(report: Report) -> Sheet:
    heading = ("Sample", "Run", "File", "Statistic", "Printed", "Recomputed", "Tolerance", "Within", "Rule")
    rows = [
        (s.name, r.label, r.file, c.statistic, c.reported, c.recomputed, c.tolerance, c.within, r.rule)
        for s in report.sizes
        for r in s.runs
        for c in r.compared
    ]
    return Sheet("Agreement", heading, rows)


def _distributions(report: Report) -> Sheet:
    heading = (
        "Sample", "Run", "File", "Lower edge, nm", "Upper edge, nm", "Count", "Concentration as measured, /mL",
        "Density, per nm", "Basis of the density",
    )  # fmt: skip
    rows = [line for sample in report.sizes for run in sample.runs for line in _bins(sample, run)]
    return Sheet("Distributions", heading, rows)


def _bins(sample: SizedSample, run: RunRow) -> Iterable[tuple[Cell, ...]]:
    """The bins that hold anything, and those between them; what lies outside is zero in every column."""
    columns = [run.lower_nm, run.upper_nm, run.count, run.concentration_per_ml, run.density]
    size = run.lower_nm.size
    lists = [[None] * size if column is None else column.tolist() for column in columns]
    held = run.density if run.density is not None else run.lower_nm
    filled = np.flatnonzero(held)
    span = slice(int(filled[0]), int(filled[-1]) + 1) if filled.size else slice(0, 0)
    for values in zip(*(column[span] for column in lists), strict=True):
        yield (sample.name, run.label, run.file, *values, sample.basis)


def _markers(report: Report) -> Sheet:
    heading = (
        "Sample", "Technique", "File", "MISEV2018 category", "Marker", "HGNC symbol", "As written", "Role", "Call",
        "Signal", "Unit", "Control", "Limit of detection", "Why", "Controls of the panel",
    )  # fmt: skip
    rows = [
        (
            panel.sample, panel.technique, panel.file, group.category, row.name, row.symbol, row.as_written, row.role,
            row.call.value, row.signal, shown_unit(row.signal.unit), row.control, row.limit_of_detection, row.why,
            "; ".join(panel.controls),
        )
        for panel in report.panels for group in panel.groups for row in group.markers
    ]  # fmt: skip
    return Sheet("Markers", heading, rows)


def _values(report: Report) -> Sheet:
    heading = (
        "Sample", "Role", "Quantity", "Value", "Unit", "As text", "Uncertainty and n", "State", "Method", "File",
        "Particulars", "Well", "Result or behind one",
    )  # fmt: skip
    rows = [
        (
            v.sample, v.role, v.title, v.number, shown_unit(v.number.unit), v.number.text, v.number.interval, v.state,
            v.method, v.file, v.particulars, v.well, "result" if v.is_result else "other",
        )
        for v in report.values
    ]  # fmt: skip
    return Sheet("Values", heading, rows)


def _curves(report: Report) -> tuple[Sheet, ...]:
    """One row a standard; no sheet where there is no curve."""
    heading = (
        "Curve of", "File", "Model", "Weights", "R²", "r", "Lowest", "Highest", "Nominal", "Unit", "Wells",
        "Signals", "Mean signal", "CV of the signal, %", "Read back", "Recovery, %", "In the fit", "Remark",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            c.title, c.file, c.model, c.weights, c.determination, c.correlation, c.lowest, c.highest, level.nominal,
            shown_unit(c.unit), len(level.signals), "; ".join(f"{signal:g}" for signal in level.signals), level.mean,
            level.cv, level.back_calculated, level.recovery, level.used, level.remark,
        )
        for c in report.curves for level in c.levels
    ]  # fmt: skip
    return (Sheet("Standard curves", heading, rows),) if rows else ()


def _derived(report: Report) -> Sheet:
    heading = (
        "Name", "Title", "Sample", "Value", "Lower", "Upper", "Unit", "As text", "Interval and n", "Method", "Flags",
        "From", "Why missing",
    )  # fmt: skip
    rows = [
        (
            d.name, d.title, d.sample, d.number, _end(d.number, d.number.lower), _end(d.number, d.number.upper),
            shown_unit(d.number.unit), d.number.text, d.number.interval, d.number.method, ", ".join(d.number.flags),
            ", ".join(d.inputs), d.why_missing,
        )
        for d in report.derived
    ]  # fmt: skip
    return Sheet("Derived", heading, rows)


def _end(number: Number, value: float | None) -> Number | None:
    return None if value is None else Number(value=value, unit=number.unit, text="")


def _provenance(report: Report) -> Sheet:
    rows: list[tuple[Cell, ...]] = [("evqc", report.evqc_version, "", "limits in force", report.assessed_for, "")]
    rows += [("profile", p.id, p.edition, "", p.title, p.sha256) for p in report.profiles]
    for f in report.files:
        rows.append((f"file, {f.verdict}", f.name, f.software, f.kind, f"{f.bytes} bytes {f.instrument}", f.sha256))
        rows += [("issue", f.name, i.code, i.severity, f"{i.where}: {i.message}", "") for i in f.issues]
        rows += [("not used", f.name, "", "", name, "") for name in f.unread]
    for s in report.sizes:
        rows += [("setting", s.name, "", "all runs", setting(k, [v]), "") for k, v in s.same_settings.items()]
        rows += [("setting", s.name, "", "differs", setting(k, v), "") for k, v in s.other_settings.items()]
    return Sheet("Provenance", ("What", "Name", "Version", "Kind", "Text", "SHA-256"), rows)
