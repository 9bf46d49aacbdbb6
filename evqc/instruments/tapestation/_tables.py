"""The tables that TapeStation Analysis exports as csv: one row a sample, a peak or a region.

Source: headings as laboratories' own scripts for these exports read them; no whole real file was at hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import quantity
from evqc.instruments._analyte import DNA, RNA, UNKNOWN, Analyte, in_unit, unnamed
from evqc.instruments._electrophoresis import LENGTHS, fragment, graded, inside, key, molarity, odd_units
from evqc.instruments._first_headings import first_row
from evqc.instruments._rounded import disagreement
from evqc.instruments._samples import Samples, misplaced, once, samples, torn
from evqc.instruments.tapestation._results import FIGURES, GRAMS_PER_MOLE
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

_NAME, _FILE = "Sample Description", "FileName"
_WELLS = ("WellId", "Well")
_WITH_UNIT = re.compile(r"(.+?) \[(.+)\]")
#: Kinds of table, and the beginning of the heading that only this kind has; the sample table is what is left.
_KINDS = {"average size": "region table", "calibrated conc.": "peak table", "conc.": "sample table"}
_ALERTS = ("Alert", "Observations")
_LADDERS = {"ladder", "electronic ladder"}
#: What a run's file is of, by the end of its name, which is the assay.
_ASSAYS = {
    DNA: re.compile(r"\.(hs)?(d\d{4}|g-?dna|cf-?dna)", re.IGNORECASE),
    RNA: re.compile(r"\.(hs)?rna", re.IGNORECASE),
}
_SETTINGS = {
    "from": "from", "to": "to", "calibrated conc.": "concentration", "conc.": "concentration",
    "assigned conc.": "assigned_concentration", "peak molarity": "molarity", "region molarity": "molarity",
    "run distance": "run_distance", "average size": "mean_length",
}  # fmt: skip
_PLAIN = {
    "% of Total": "share_of_total_percent",
    "% Integrated Area": "share_of_peaks_percent",
    "Peak": "peak",
    "Height": "height",
    "Area": "area",
}
_REMARKS = {"Observations": "observation", "Peak Comment": "comment", "Region Comment": "region"}
_INTEGRITY = {
    "RINe": "rna_integrity_number",
    "28S/18S (Area)": "ribosomal_ratio",
}


def recognises(file: ExportFile) -> bool:
    """Whether the first row heads wells, sample descriptions and a concentration or size with its unit."""
    if not file.mentions("well", _NAME.casefold(), "["):
        return False
    return _kind(first_row(file)) is not None


def _kind(headings: list[str]) -> str | None:
    """Which table a row of headings (lower case) is of; None when it is of none."""
    if _NAME.casefold() not in headings or not {w.casefold() for w in _WELLS} & set(headings):
        return None
    begins = {m[1] for h in headings if (m := _WITH_UNIT.fullmatch(h))}
    return next((kind for begin, kind in _KINDS.items() if begin in begins), None)


@dataclass(frozen=True)
class _Columns:
    """Headings of one table.

    Attributes:
        kind: which table it is.
        well: heading of the wells.
        units: heading and unit by the heading's text in front of the unit, in lower case.
        length: unit of lengths; None in a sample table.
        analyte: what the run measures.
    """

    kind: str
    well: str
    units: dict[str, tuple[str, str]]
    length: str | None
    analyte: Analyte

    @staticmethod
    def of(found: Samples) -> _Columns:
        """The headings of a table. Raises InputError ``HEADING_MISSING`` where it is of no kind."""
        headings = found.table.headings
        units = {m[1].casefold(): (h, m[2]) for h in headings if (m := _WITH_UNIT.fullmatch(h))}
        well = next((w for w in _WELLS if found.table.has(w)), None)
        length = next((units[name][1] for name in ("average size", "size") if name in units), None)
        kind = _kind([h.casefold() for h in headings])
        if well is None or kind is None:
            where, expected = (
                Where(line=found.table.header[0].line),
                "a well, and a concentration or size with its unit",
            )
            raise refusal(found.table.source, "HEADING_MISSING", where, ", ".join(headings)[:60], expected)
        return _Columns(kind, well, units, length, _analyte(found, length))

    def settings(self) -> dict[str, str]:
        """Headings with their names in settings, the unit in the name."""
        named = {h: f"{_SETTINGS[begin]}_{key(unit)}" for begin, (h, unit) in self.units.items() if begin in _SETTINGS}
        return named | _PLAIN

    def read(self) -> list[str]:
        """The headings that are read."""
        more = [*_ALERTS, *_INTEGRITY, "DIN"] if self.kind == "sample table" else list(_REMARKS)
        size = [self.units["size"][0]] if "size" in self.units else []
        return [self.well, _NAME, _FILE, *self.settings(), *size, *more]


def _odd_units(found: Samples, of: _Columns) -> list[Issue]:
    return odd_units([of.units[begin] for begin in _SETTINGS if begin in of.units], found.table.header[0].line)


def _analyte(found: Samples, length: str | None) -> Analyte:
    """Base pairs are DNA, nucleotides RNA; a sample table tells by its integrity number or by the name of its run."""
    if length is not None:
        return {"bp": DNA, "nt": RNA}.get(length, UNKNOWN)
    if found.table.has("RINe") or found.table.has("DIN"):
        return RNA if found.table.has("RINe") else DNA
    name = found.text(found.rows[0], _FILE) or ""
    return next((kind for kind, ends in _ASSAYS.items() if ends.search(name)), UNKNOWN)


def read(file: ExportFile, name: str) -> Reading:
    """One quantity a peak or region, or the concentration and integrity of each sample.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``.
    """
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    tables = samples(file, (_NAME,), _holds_numbers)
    for found in tables:
        of = _Columns.of(found)
        for row in found.rows:
            quantities += _row(found, row, of)
            issues += _alerts(found, row) if of.kind == "sample table" else _ties(found, row, of)
        issues += [*_odd_units(found, of), *_regions(found, of), *misplaced(found, of.well), *torn(found, of.read())]
        if of.analyte == UNKNOWN:
            issues.append(unnamed(found.text(found.rows[0], _FILE), found.where(found.rows[0], of.well)))
        unread += found.table.unread(of.read())
    return accepted(
        file.source,
        instrument=name,
        software_version=None,
        file_kind=_Columns.of(tables[0]).kind,
        measurements=tuple(quantities),
        issues=once(issues),
        unread=tuple(dict.fromkeys(unread)),
        status="experimental",
    )


def _holds_numbers(heading: str) -> bool:
    named = _WITH_UNIT.fullmatch(heading)
    plain = {h.casefold() for h in (*_PLAIN, *_INTEGRITY, "DIN")} - {"peak"}
    return heading in plain or (named is not None and named[1] in {*_SETTINGS, "size"})


def _row(found: Samples, row: Row, of: _Columns) -> list[Quantity]:
    sample = found.text(row, _NAME)
    said: dict[str, Scalar] = {"well": found.text(row, of.well), **found.texts(row, {_FILE: "run"})}
    if (sample or "").casefold() in _LADDERS:
        said["role"] = "ladder"
    if of.kind == "sample table":
        return _sample(found, row, of, sample, said)
    said |= found.texts(row, _REMARKS)
    said |= {name: value for name, value in found.settings(row, of.settings()).items() if value != "-"}
    if of.kind == "region table":
        return [_region(found, row, of, sample, said)]
    return [_length(found, row, of, "size", sample, said)]


def _sample(found: Samples, row: Row, of: _Columns, sample: str | None, said: dict[str, Scalar]) -> list[Quantity]:
    heading, unit = of.units["conc."]
    where = found.where(row, heading)
    stored = in_unit(found.amount(row, heading, minimum=0), found.file.name, where, unit, of.analyte.unit)
    more = said | found.settings(row, {"DIN": "dna_integrity_number"})
    if of.analyte == UNKNOWN:
        more["analyte"] = None
    integrity = [
        quantity(found.amount(row, h), measurand, "1", found.where(row, h), sample=sample, settings=said)
        for h, measurand in _INTEGRITY.items()
        if found.table.has(h)
    ]
    return [quantity(stored, of.analyte.measurand, of.analyte.unit, where, sample=sample, settings=more), *integrity]


def _region(found: Samples, row: Row, of: _Columns, sample: str | None, said: dict[str, Scalar]) -> Quantity:
    """The share of an RNA region in its window of lengths, or the mean length of a DNA region."""
    if of.analyte != RNA:
        return _length(found, row, of, "average size", sample, said)
    amount, where = found.amount(row, "% of Total", minimum=0), found.where(row, "% of Total")
    said = {name: value for name, value in said.items() if name != "share_of_total_percent"}
    return quantity(amount, "small_rna_share", "%", where, sample=sample, settings=said)


def _length(
    found: Samples, row: Row, of: _Columns, begin: str, sample: str | None, said: dict[str, Scalar]
) -> Quantity:
    heading, unit = of.units.get(begin, ("", ""))
    if unit not in LENGTHS:
        where = found.table.cell(row, heading or "Size [bp]").where(heading)
        raise refusal(found.file.name, "UNIT_UNKNOWN", where, f"'{unit}'", "lengths in bp or nt")
    own = {name: value for name, value in said.items() if not name.startswith("mean_length")}
    where = found.where(row, heading)
    return fragment(found.amount(row, heading, minimum=0), unit, where, sample=sample, method=None, settings=own)


def _alerts(found: Samples, row: Row) -> list[Issue]:
    """A warning for an alert of the instrument, a remark on a sample that is no ladder, or a RINe that is none."""
    texts = {h: found.text(row, h) for h in _ALERTS}
    return [
        problem("warning", "INSTRUMENT_ALERT", found.where(row, h), f"'{text}'", "no alert of the instrument")
        for h, text in texts.items()
        if text not in {None, "-"} and (text or "").casefold() not in _LADDERS
    ] + (list(graded("RINe", found.amount(row, "RINe"), found.where(row, "RINe"))) if found.table.has("RINe") else [])


def _ties(found: Samples, row: Row, of: _Columns) -> list[Issue]:
    """The molarity of a peak by the rule of the XML results, and lengths between their ends."""
    name = "size" if of.kind == "peak table" else "average size"
    if name not in of.units:
        return []
    heading = of.units[name][0]
    ends = (found.printed(row, of.units[end][0]) if end in of.units else None for end in ("from", "to"))
    outside = inside(heading, found.printed(row, heading), ends, found.where(row, heading))
    return [*_molar(found, row, of), *outside]


def _molar(found: Samples, row: Row, of: _Columns) -> list[Issue]:
    """The molarity of a peak beside its concentration over its length."""
    needed = ("calibrated conc.", "peak molarity", "size")
    if of.kind != "peak table" or not set(needed) <= of.units.keys():
        return []
    (mass_h, mass_unit), (mole_h, mole_unit), (size_h, _) = (of.units[n] for n in needed)
    if (key(mass_unit), key(mole_unit)) not in {("ng_per_ul", "nmol_per_l"), ("pg_per_ul", "pmol_per_l")}:
        return []
    mass, shown = (found.printed(row, h, figures=FIGURES) for h in (mass_h, mole_h))
    recomputed = molarity(mass, found.printed(row, size_h), GRAMS_PER_MOLE.get(of.length or "", 1.0))
    rule = "concentration over length and molar mass"
    return list(disagreement(mole_h, shown, recomputed, found.where(row, mole_h), rule))


def _regions(found: Samples, of: _Columns) -> list[Issue]:
    """Shares of the regions of one well beside their concentrations: both are of one total."""
    if of.kind != "region table" or "conc." not in of.units or not found.table.has("% of Total"):
        return []
    issues: list[Issue] = []
    first: dict[str | None, Row] = {}
    for row in found.rows:
        top = first.setdefault(found.text(row, of.well), row)
        shown, own = (found.printed(r, "% of Total") for r in (row, top))
        mass, whole = (found.printed(r, of.units["conc."][0], figures=FIGURES) for r in (row, top))
        part = None if mass is None or whole is None else mass.over(whole)
        recomputed = None if part is None or own is None or row is top else part.times(own)
        issues += disagreement(
            "% of Total", shown, recomputed, found.where(row, "% of Total"), "the well's first region"
        )
    return issues
