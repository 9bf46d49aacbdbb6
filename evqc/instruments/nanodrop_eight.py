"""Thermo Fisher NanoDrop Eight: tab-separated results below a few lines about the run, with or without spectra."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments._absorbance import Assay, Columns, measured
from evqc.instruments._analyte import DNA, PROTEIN, RNA, analyte
from evqc.instruments._first_headings import first_headings
from evqc.instruments._rounded import disagreement
from evqc.instruments._samples import Samples, dated, once, samples, torn
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.errors import Issue
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

NAME = "nanodrop_eight"
TITLE = "Thermo Fisher NanoDrop Eight"
FAMILY = "protein and RNA"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("tab-separated results of one application: concentration, ratios, absorbances, spectrum",)
MENTIONS = "application:"

#: ng/µL for an absorbance of one: the default factors of the applications. Source: NanoDrop user guides.
_FACTORS = {"dsdna": 50.0, "ssdna": 33.0, "rna": 40.0}
_UNIT = re.compile(r"([nuµ]g/[uµ]l|[mµu]g/ml)", re.IGNORECASE)
_WAVELENGTH = re.compile(r"\d{3}[.,]\d")
_HEADER = {"serial number": "serial_number", "user name": "operator", "software version": "software_version"}
_TEXTS = {
    "UID": "sample_id",
    "Sample Id": "sample_id",
    "Username": "operator",
    "Location": "location",
    "Plate": "plate",
    "Well": "well",
}
_DATES = ("Date & Time", "Date and Time", "Date")
_NAMES = ("Sample Name", "Sample")


def recognises(file: ExportFile) -> bool:
    """Whether ``Application:`` is the first cell and headings with a unit and a ratio follow, separated by tabs."""
    if not file.head.lstrip()[:40].casefold().startswith("application:"):
        return False
    return any(any(map(_UNIT.fullmatch, row)) for row in first_headings(file, "\t"))


def read(file: ExportFile) -> Reading:
    """Concentration, ratios and absorbances of each row.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``.
    """
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    headings = [text for row in first_headings(file, "\t") for text in row]
    unit = next(filter(_UNIT.fullmatch, headings), None)
    if unit is None:
        raise refusal(file.name, "HEADING_MISSING", Where(), "no heading that is a unit", "a heading such as ng/uL")
    tables = samples(file, (unit,), _holds_numbers, separator="\t")
    header = _header(tables[0])
    for table in tables:
        of, assay = _columns(table, header.get("application"), unit)
        for row in table.rows:
            got, said = _row(table, row, of, assay, header)
            quantities += got
            issues += said
        read_headings = [*of.headings(), *_TEXTS, *_DATES, *_NAMES]
        issues += torn(table, [*read_headings, *_spectrum(table)])
        unread += _unread(table, read_headings)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=header.get("software version"),
        file_kind="results",
        measurements=tuple(quantities),
        issues=once(issues),
        unread=tuple(dict.fromkeys([*_unread_header(header), *unread])),
        status=STATUS,
    )


def _header(found: Samples) -> dict[str, str]:
    """The lines above the headings: key in lower case without colon, and the first filled cell behind it."""
    pairs = ([cell.text for cell in row if cell.text] for row in found.above)
    return {cells[0].rstrip(":").casefold(): " ".join(cells[1:2]) for cells in pairs if cells}


def _holds_numbers(heading: str) -> bool:
    return bool(
        _UNIT.fullmatch(heading) or _WAVELENGTH.fullmatch(heading) or re.fullmatch(r"a\d{3}(/a\d{3})?", heading)
    )


def _columns(found: Samples, application: str | None, unit: str) -> tuple[Columns, Assay]:
    has = found.table.has
    extinction = next((h for h in found.table.headings if re.fullmatch(r"E\s?1\s?%", h, re.IGNORECASE)), None)
    of = Columns(
        sample=next((h for h in _NAMES if has(h)), "Sample Name"),
        concentration=unit,
        ratios={ratio: ratio for ratio in ("A260/A280", "A260/A230")},
        absorbances={wave: f"A{wave:.0f}" for wave in (260.0, 280.0)},
        extinction=extinction,
    )
    kind = analyte(application)
    factor = _FACTORS.get((application or "").casefold()) if kind in {DNA, RNA} else None
    return of, Assay(application, kind, unit, factor)


def _row(
    found: Samples, row: Row, of: Columns, assay: Assay, header: dict[str, str]
) -> tuple[list[Quantity], tuple[Issue, ...]]:
    when, dates = dated(found, row, next((h for h in _DATES if found.table.has(h)), "Date"))
    run = {name: header[key] for key, name in _HEADER.items() if header.get(key) and key != "software version"}
    settings: dict[str, Scalar] = {**run, **found.texts(row, _TEXTS)}
    got, issues = measured(found, row, of, assay, when, settings)
    return got, (*dates, *issues, *_off_spectrum(found, row, assay))


def _off_spectrum(found: Samples, row: Row, assay: Assay) -> tuple[Issue, ...]:
    """Absorbances and the ratio with 230 nm beside the spectrum at these wavelengths, where it is printed."""
    if assay.kind not in {DNA, RNA, PROTEIN}:
        return ()
    spectrum = {float(h.replace(",", ".")): h for h in _spectrum(found)}
    issues: list[Issue] = []
    for wave in (260.0, 280.0):
        if (heading := spectrum.get(wave)) is not None:
            name, where = f"A{wave:.0f}", found.where(row, heading)
            shown = found.printed(row, name)
            issues += disagreement(name, shown, found.printed(row, heading), where, "the spectrum there")
    above, below = (found.printed(row, spectrum.get(wave, "")) for wave in (260.0, 230.0))
    if above is not None and below is not None and found.table.has("A260/A230"):
        where = found.where(row, "A260/A230")
        rule = "the spectrum at 260 over that at 230"
        issues += disagreement("A260/A230", found.printed(row, "A260/A230"), above.over(below), where, rule)
    return tuple(issues)


def _spectrum(found: Samples) -> list[str]:
    return [heading for heading in found.table.headings if _WAVELENGTH.fullmatch(heading)]


def _unread(found: Samples, read_headings: list[str]) -> list[str]:
    """Headings that nothing uses; the spectrum, of which only two columns are compared, as one entry."""
    spectrum = _spectrum(found)
    rest = found.table.unread([*read_headings, *spectrum])
    return [*rest, f"spectrum {spectrum[0]} to {spectrum[-1]} nm"] if spectrum else list(rest)


def _unread_header(header: dict[str, str]) -> list[str]:
    return [key for key, value in header.items() if value and key not in {"application", *_HEADER}]
