"""The results csv of 2100 Expert: peak, region and fragment tables and the overall results of each sample."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem
from evqc.instruments._amounts import Amount, amount_in, quantity
from evqc.instruments._analyte import RNA, UNKNOWN, Analyte, in_unit, unnamed
from evqc.instruments._electrophoresis import LENGTHS, fragment, inside, key, molarity, nucleic_acid, odd_units
from evqc.instruments._rounded import Rounded, disagreement, rounded
from evqc.instruments._rows import Table, ends_open, nameless, table
from evqc.instruments._samples import once
from evqc.instruments.bioanalyzer._lines import Block, Export, export, unread_about
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

#: g/mol of a base pair. Source: it ties every printed concentration and molarity of real files.
_GRAMS_PER_BASE_PAIR = 660.0
#: Percent; a little more may come of rounding.
_WHOLE = 100.5
_SETTING = re.compile(r"(conc\.|molarity|area|corr\. area|aligned migration time|from|to)( \[.+\])?", re.IGNORECASE)
_TABLES = ("peak table", "region table", "fragment table")
_SIZE = re.compile(r"(average )?size \[(\w+)\]", re.IGNORECASE)
_WITH_UNIT = re.compile(r"(.+?) \[(.+)\]")
#: Beginnings of the lines of overall results, what they measure, and what they are of.
_OVERALL: tuple[tuple[re.Pattern[str], str, dict[str, Scalar]], ...] = (
    (re.compile(r"rna concentration", re.IGNORECASE), "rna_concentration", {}),
    (re.compile(r"small rna concentration", re.IGNORECASE), "rna_concentration", {"of": "small RNA"}),
    (re.compile(r"mirna concentration", re.IGNORECASE), "rna_concentration", {"of": "miRNA"}),
    (re.compile(r"mirna ?/ ?small rna ratio.*", re.IGNORECASE), "small_rna_share", {"of": "miRNA of small RNA"}),
    (re.compile(r"rrna ratio.*", re.IGNORECASE), "ribosomal_ratio", {}),
    (re.compile(r"rna integrity number.*", re.IGNORECASE), "rna_integrity_number", {}),
)


@dataclass(frozen=True)
class _Sample:
    """One sample of an export, with what its quantities share."""

    found: Export
    block: Block
    kind: Analyte
    source: str

    @property
    def assay(self) -> str | None:
        return self.found.about.get("Assay Name")

    @property
    def role(self) -> dict[str, Scalar]:
        return {"role": "ladder"} if self.block.name.casefold() == "ladder" else {}


def read(file: ExportFile, name: str, status: Literal["verified", "experimental"]) -> Reading:
    """Peaks, regions and overall results of each sample, in the order of the file.

    Raises:
        InputError: ``NO_SAMPLE``, ``HEADING_MISSING``, ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``.
    """
    found = export(file)
    quantities: list[Quantity] = []
    issues: list[Issue] = list(found.issues)
    unread: list[str] = unread_about(found)
    assay = found.about.get("Assay Name")
    for block in found.blocks:
        sample = _Sample(found, block, nucleic_acid(assay, None), file.name)
        for kind, rows in _parts(block):
            got, said, rest = _part(sample, kind, rows)
            quantities += got
            issues += said
            unread += rest
    notes = (unnamed(assay, Where(field="Assay Name")),) if nucleic_acid(assay, None) == UNKNOWN else ()
    return accepted(
        file.source,
        instrument=name,
        software_version=found.about.get("Version Created"),
        file_kind="results",
        measurements=tuple(quantities),
        issues=(*notes, *once(issues), *_incomplete(file, found)),
        unread=tuple(dict.fromkeys(unread)),
        status=status,
    )


def _parts(block: Block) -> list[tuple[str, tuple[Row, ...]]]:
    """The tables of a sample by their titles, and the lines of its overall results."""
    titles = [i for i, row in enumerate(block.rows) if _title(row)]
    ends = [*titles, len(block.rows)][1:]
    before = block.rows[: titles[0]] if titles else block.rows
    parts = [(_title(block.rows[a]), tuple(block.rows[a + 1 : b])) for a, b in zip(titles, ends, strict=True)]
    return [("overall results", tuple(before)), *parts] if before else parts


def _title(row: Row) -> str:
    text = row[0].text.rstrip(":").casefold()
    alone = not any(cell.text for cell in row[1:])
    return text if alone and text in {*_TABLES, "overall results"} else ""


def _part(sample: _Sample, kind: str, rows: tuple[Row, ...]) -> tuple[list[Quantity], tuple[Issue, ...], list[str]]:
    if kind == "overall results":
        return _overall(sample, rows)
    if not rows:
        return [], (), []
    of = table(sample.source, rows, (rows[0][0].text,))
    issues = (*of.uneven(), *of.unnamed())
    size = next(((h, m[2]) for h in of.headings if (m := _SIZE.fullmatch(h))), None)
    if size is None or size[1] not in LENGTHS:
        return [], (*issues, *_unheaded(kind, of)), list(of.unread(()))
    measure = _region if kind == "region table" else _peak
    got = [measure(sample, of, row, number, *size) for number, row in enumerate(of.body, start=1)]
    united = [(h, m[2]) for h in of.headings if (m := _WITH_UNIT.fullmatch(h)) and _SETTING.fullmatch(h)]
    checks = odd_units(united, of.header[0].line)
    checks += [
        issue for row in of.body for issue in (*_molar(sample, of, row, *size), *_outside(sample, of, row, *size))
    ]
    checks += _no_regions(sample, of) if kind == "region table" else _disordered(sample, of)
    used = {m[0] for h in of.headings if (m := _SETTING.fullmatch(h))} | {size[0], "Name", "Observations", "% of Total"}
    return got, (*issues, *checks), list(of.unread(used))


def _unheaded(kind: str, of: Table) -> list[Issue]:
    """A warning for a table whose first line heads nothing that is known: its headings are lost."""
    if any(_SETTING.fullmatch(h) or _SIZE.fullmatch(h) for h in of.headings):
        return []
    found, expected = f"'{of.headings[0]}' below the title", f"the headings of a {kind}"
    return [problem("warning", "HEADING_MISSING", Where(line=of.header[0].line), found, expected)]


def _disordered(sample: _Sample, of: Table) -> list[Issue]:
    """A warning where a peak stands behind one that came later: lines of another sample, or moved ones."""
    heading = next((h for h in of.headings if h.casefold().startswith("aligned migration time")), None)
    if heading is None:
        return []
    timed = [(of.cell(row, heading), _rounded(sample, of, row, heading)) for row in of.body]
    known = [(cell, time.value) for cell, time in timed if time is not None]
    return [
        problem("warning", "TIME_ORDER", cell.where(heading), f"{cell.text} after {before.text}", "ascending times")
        for (before, earlier), (cell, later) in pairwise(known)
        if later < earlier
    ]


def _no_regions(sample: _Sample, of: Table) -> list[Issue]:
    """An error for each row that cannot be a region: it ends before it begins, or holds more than there is.

    Raises:
        InputError: ``NOT_A_NUMBER``; where an area stands in a table of regions, a peak has its name.
    """
    begins, ends = (next((h for h in of.headings if h.casefold().startswith(w)), None) for w in ("from", "to"))
    found = []
    for row in of.body:
        if of.has("Corr. Area"):
            _amount(sample, of, row, "Corr. Area")
        if of.has("% of Total") and (share := _rounded(sample, of, row, "% of Total")) and share.value > _WHOLE:
            where = of.cell(row, "% of Total").where("% of Total")
            found.append(problem("error", "NO_REGION", where, f"{share.value:g} % of the total", "at most 100 %"))
        start, end = (None if h is None else _rounded(sample, of, row, h) for h in (begins, ends))
        if start is not None and end is not None and end.value < start.value:
            where = of.cell(row, str(ends)).where(str(ends))
            found.append(problem("error", "NO_REGION", where, f"to {end.value:g}", f"an end from {start.value:g}"))
    return found


def _amount(sample: _Sample, of: Table, row: Row, heading: str) -> Amount:
    return amount_in(of.cell(row, heading), heading, sample.source, sample.found.marks, minimum=0)


def _settings(sample: _Sample, of: Table, row: Row) -> dict[str, Scalar]:
    """Concentration, molarity, area and times of a peak or region, the unit in the key."""
    said: dict[str, Scalar] = dict(sample.role)
    for heading in of.headings:
        named = _SETTING.fullmatch(heading)
        text = of.text(row, heading)
        if named is not None and text is not None:
            unit = _WITH_UNIT.fullmatch(heading)
            name = key(heading if unit is None else f"{unit[1]} {unit[2]}").replace("conc_", "concentration_")
            value = sample.found.marks.parse(text)
            said[name] = text if value is None else value
    return said


def _peak(sample: _Sample, of: Table, row: Row, number: int, heading: str, unit: str) -> Quantity:
    said = {**_settings(sample, of, row), "peak": number}
    for column, name in (("Observations", "observation"), ("Name", "fragment")):
        if (text := of.text(row, column)) is not None:
            said[name] = text
    if (part := rounded(of.text(row, "% of Total") or "", sample.found.marks)) is not None:
        said["share_of_total_percent"] = part.value
    where = of.cell(row, heading).where(heading)
    shared = {"sample": sample.block.name, "method": sample.assay, "acquired_at": sample.found.acquired_at}
    return fragment(_amount(sample, of, row, heading), unit, where, **shared, settings=said)


def _region(sample: _Sample, of: Table, row: Row, number: int, heading: str, unit: str) -> Quantity:
    """The share of an RNA region, or the mean length of a DNA region."""
    said = {**_settings(sample, of, row), "region": of.text(row, "Name") or str(number)}
    shared = {"sample": sample.block.name, "method": sample.assay, "acquired_at": sample.found.acquired_at}
    if sample.kind == RNA and of.has("% of Total"):
        said |= {f"mean_length_{unit}": _amount(sample, of, row, heading).value}
        where = of.cell(row, "% of Total").where("% of Total")
        return quantity(_amount(sample, of, row, "% of Total"), "small_rna_share", "%", where, **shared, settings=said)
    if (part := rounded(of.text(row, "% of Total") or "", sample.found.marks)) is not None:
        said["share_of_total_percent"] = part.value
    where = of.cell(row, heading).where(heading)
    return fragment(_amount(sample, of, row, heading), unit, where, **shared, settings=said)


def _molar(sample: _Sample, of: Table, row: Row, heading: str, unit: str) -> tuple[Issue, ...]:
    """The molarity of a peak of double-stranded DNA beside its concentration over its length.

    A region holds many lengths, of which the mean is not enough.
    """
    conc, mole = (
        next((h for h in of.headings if h.casefold().startswith(f"{w} [")), None) for w in ("conc.", "molarity")
    )
    if unit != "bp" or conc is None or mole is None or heading.casefold().startswith("average"):
        return ()
    mass, length, shown = (_rounded(sample, of, row, h) for h in (conc, heading, mole))
    where = of.cell(row, mole).where(mole)
    recomputed = molarity(mass, length, _GRAMS_PER_BASE_PAIR)
    return disagreement(mole, shown, recomputed, where, f"{_GRAMS_PER_BASE_PAIR:g} g/mol a base pair")


def _outside(sample: _Sample, of: Table, row: Row, heading: str, unit: str) -> tuple[Issue, ...]:
    """The mean length of a region beside its ends."""
    ends = [f"{side} [{unit}]" for side in ("From", "To")]
    if not all(map(of.has, ends)):
        return ()
    printed = [_rounded(sample, of, row, end) for end in ends]
    return inside(heading, _rounded(sample, of, row, heading), printed, of.cell(row, heading).where(heading))


def _rounded(sample: _Sample, of: Table, row: Row, heading: str) -> Rounded | None:
    return rounded(of.cell(row, heading).text, sample.found.marks)


def _overall(sample: _Sample, rows: tuple[Row, ...]) -> tuple[list[Quantity], tuple[Issue, ...], list[str]]:
    """Lines ``RNA Concentration:,29,ng/µl``; lines that measure nothing evqc keeps are unread."""
    quantities, unread = [], []
    for row in rows:
        name = row[0].text.rstrip(":").strip()
        known = next(((m, said) for begins, m, said in _OVERALL if begins.fullmatch(name)), None)
        if known is None or len(row) < 2:
            unread += [name] if any(cell.text for cell in row[1:]) else []
        else:
            quantities.append(_result(sample, row, name, *known))
    return quantities, nameless(rows), unread


def _result(sample: _Sample, row: Row, name: str, measurand: str, of: dict[str, Scalar]) -> Quantity:
    where = row[1].where(name)
    cell, behind = _remarked(row) if measurand == "rna_integrity_number" else (row[1], row[2].text if row[2:] else "")
    found = amount_in(cell, name, sample.source, sample.found.marks, minimum=0)
    unit = {"rna_concentration": RNA.unit, "small_rna_share": "%"}.get(measurand, "1")
    if measurand == "rna_concentration":
        found = in_unit(found, sample.source, where, behind, unit)
    remark: dict[str, Scalar] = {"remark": behind} if behind and measurand == "rna_integrity_number" else {}
    return quantity(
        found,
        measurand,
        unit,
        where,
        sample=sample.block.name,
        method=sample.assay,
        acquired_at=sample.found.acquired_at,
        settings={**sample.role, **of, **remark},
    )


def _remarked(row: Row) -> tuple[Cell, str]:
    """A RIN and the version that stands behind it, in its cell or in those that its commas make.

    ``8.6 (B.02.08, Anomaly Threshold(s) manually adapted)`` is 8.6 with that remark.
    """
    number, bracket, remark = row[1].text.partition("(")
    behind = ", ".join(cell.text for cell in row[2:] if cell.text)
    if not bracket:
        return row[1], behind
    return replace(row[1], text=number.strip()), ", ".join(filter(None, (f"({remark}", behind)))


def _incomplete(file: ExportFile, found: Export) -> tuple[Issue, ...]:
    """An error for a last line that may be cut, a warning when samples that the run had are not there."""
    issues = []
    if ends_open(file):
        where = Where(line=found.last_line)
        issues.append(problem("error", "TRUNCATED", where, "no line end behind the last line", "a line end"))
    wanted = found.marks.parse(found.about.get("Number of Samples Run", ""))
    there = sum(block.name.casefold() != "ladder" for block in found.blocks)
    if wanted is not None and there != wanted:
        where = Where(field="Number of Samples Run")
        issues.append(problem("warning", "SAMPLES_MISSING", where, f"{there} samples", f"{wanted:g}, as the run had"))
    return tuple(issues)
