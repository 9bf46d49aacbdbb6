"""Unchained Labs Lunatic and Stunner: UV/Vis concentrations by well, on Stunner with dynamic light scattering."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem
from evqc.instruments._absorbance import Assay, Columns, measured
from evqc.instruments._amounts import quantity
from evqc.instruments._analyte import analyte, scaled
from evqc.instruments._dates import acquired
from evqc.instruments._first_headings import first_headings
from evqc.instruments._rounded import disagreement
from evqc.instruments._samples import Samples, dated, misplaced, once, samples, torn
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

NAME = "lunatic_stunner"
TITLE = "Unchained Labs Lunatic and Stunner"
FAMILY = "protein and RNA"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "csv or xlsx of results, with or without the block about the run: concentration, ratios, absorbances",
    "Stunner: Z-average diameter, polydispersity and scattered intensity as well",
)
MENTIONS = "plate position"

_NEEDED = ("Plate Position", "Sample Name")
_RESULT = re.compile(r"(?:a\d{3} )?concentration \((.+)\)", re.IGNORECASE)
_ABSORBANCE = re.compile(r"a(\d{3})", re.IGNORECASE)
#: A column of the spectrum, which some exports carry beside or instead of the single wavelengths.
_SPECTRUM = re.compile(r"a(\d{3}) \(10 ?mm\)", re.IGNORECASE)
_BACKGROUND = re.compile(r"background \((a\d{3})\)", re.IGNORECASE)
#: A peak's share of the scattered intensity or of the mass.
_SHARE = re.compile(r"(?:peak|pkoi) .*(?:intensity|mass).*\(%\)", re.IGNORECASE)
_TEXTS = {
    "Plate ID": "plate",
    "Plate Position": "well",
    "Sample group": "sample_group",
    "Analyte": "analyte",
    "Buffer": "buffer",
    "Instrument ID": "instrument",
    "Plate type": "plate_type",
}
_SETTINGS = {
    "Temperature (°C)": "temperature_degc",
    "Viscosity at T (cP)": "viscosity_mpa_s",
    "Acquisition time (s)": "acquisition_time_s",
    "Number of acquisitions": "acquisitions",
    "Number of acquisitions used": "acquisitions_used",
    "Path length mode": "path_length_mode",
    "SD Dia (nm)": "sd_diameter_nm",
    "SD dia. (nm)": "sd_diameter_nm",
    "Diffusion coefficient (um^2/s)": "diffusion_coefficient_um2_per_s",
    "Peak of interest Mean Dia (nm)": "peak_of_interest_mean_diameter_nm",
    "PKOI intensity mean dia. (nm)": "peak_of_interest_mean_diameter_nm",
    "Peak of interest Mode Dia (nm)": "peak_of_interest_mode_diameter_nm",
    "Peak of interest Intensity (%)": "peak_of_interest_intensity_percent",
    "PKOI intensity area (%)": "peak_of_interest_intensity_percent",
    "Peak of interest Mass (%)": "peak_of_interest_mass_percent",
    "PKOI mass area (%)": "peak_of_interest_mass_percent",
    "Number of peaks": "peaks",
    "Intercept": "intercept",
    "RI at T": "refractive_index",
}
#: Measurand, its unit, the column, and what the column's numbers are multiplied by.
_SCATTERING = (
    ("z_average_diameter", "nm", "Z Ave. Dia (nm)", 1.0),
    ("z_average_diameter", "nm", "Z-avg dia. (nm)", 1.0),
    ("polydispersity_index", "1", "PdI", 1.0),
    ("derived_count_rate", "kcps", "Derived intensity (cps)", 1e-3),
)
#: Z-average and spread as versions of the software head them.
_SPREADS = {"Z Ave. Dia (nm)": "SD Dia (nm)", "Z-avg dia. (nm)": "SD dia. (nm)"}
_SETTLED = {heading.casefold() for heading in _SPREADS}
_RUN = {"test performed by": "operator", "instrument": "instrument", "experiment name": "experiment"}


def recognises(file: ExportFile) -> bool:
    """Whether a row of headings has position and sample beside a concentration or a Z-average with its unit."""
    wanted = {heading.casefold() for heading in _NEEDED}
    return file.mentions(*wanted) and any(
        wanted <= set(row) and any(_RESULT.fullmatch(h) or h in _SETTLED for h in row) for row in first_headings(file)
    )


def read(file: ExportFile) -> Reading:
    """Concentration, ratios, absorbances and, of a Stunner, light scattering of each well.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``.
    """
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    tables = samples(file, _NEEDED, _holds_numbers)
    run = _run(tables[0])
    for table in tables:
        of = _columns(table)
        for row in table.rows:
            got, said = _row(table, row, of, run)
            quantities += got
            issues += said
        read_headings = [*_read(table, of)]
        issues += [
            *misplaced(table, "Plate Position"),
            *torn(table, read_headings),
            *_shares(table),
            *_other_units(table),
        ]
        unread += _unread(table, read_headings)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=run.get("software version"),
        file_kind="results with light scattering" if any(map(tables[0].table.has, _SPREADS)) else "results",
        measurements=tuple(quantities),
        issues=once(issues),
        unread=tuple(dict.fromkeys([*_unread_run(run), *unread])),
        status=STATUS,
    )


def _run(found: Samples) -> dict[str, str]:
    """The block about the run above the table: key in lower case, and the first filled cell behind it."""
    pairs = ([cell.text for cell in row if cell.text] for row in found.above)
    return {cells[0].casefold(): cells[1] for cells in pairs if len(cells) > 1}


def _unread_run(run: dict[str, str]) -> list[str]:
    return [key for key in run if key not in {"date", "application", "software version", *_RUN}]


def _holds_numbers(heading: str) -> bool:
    known = {column.casefold() for _, _, column, _ in _SCATTERING} | {h.casefold() for h in _SPREADS.values()}
    known |= {"e1%", "concentration factor (ng/ul)", "a260/a280", "a260/a230"}
    return heading in known or any(p.fullmatch(heading) for p in (_RESULT, _ABSORBANCE, _SPECTRUM, _BACKGROUND))


def _columns(found: Samples) -> Columns:
    headings = found.table.headings
    waves = {float(m[1]): h for h in headings if (m := _ABSORBANCE.fullmatch(h))}
    named = {w: h for w, h in _spectrum(found).items() if w in {230.0, 260.0, 280.0}}
    return Columns(
        sample="Sample Name",
        concentration=next((h for h in headings if _RESULT.fullmatch(h)), ""),
        ratios={ratio: ratio for ratio in ("A260/A280", "A260/A230")},
        absorbances=named | waves,
        factor="Concentration factor (ng/ul)",
        extinction="E1%",
    )


def _spectrum(found: Samples) -> dict[float, str]:
    """Headings of the spectrum by wavelength in nm."""
    return {float(m[1]): h for h in found.table.headings if (m := _SPECTRUM.fullmatch(h))}


def _unread(found: Samples, read_headings: list[str]) -> list[str]:
    """Headings that nothing uses; the spectrum as one entry."""
    spectrum = list(_spectrum(found).values())
    rest = found.table.unread([*read_headings, *spectrum])
    return [*rest, f"spectrum {spectrum[0]} to {spectrum[-1]}"] if len(spectrum) > 1 else list(rest)


def _read(found: Samples, of: Columns) -> list[str]:
    backgrounds = [h for h in found.table.headings if _BACKGROUND.fullmatch(h)]
    scattering = [column for _, _, column, _ in _SCATTERING]
    more = [*_TEXTS, *_SETTINGS, *backgrounds, *scattering, *_SPREADS.values(), "Date", "Time", "Application"]
    return [*_NEEDED, *filter(None, of.headings()), *more]


def _row(found: Samples, row: Row, of: Columns, run: dict[str, str]) -> tuple[list[Quantity], tuple[Issue, ...]]:
    when, dates = _when(found, row, run)
    application = found.text(row, "Application") or run.get("application")
    backgrounds = {h: f"background_{m[1].casefold()}" for h in found.table.headings if (m := _BACKGROUND.fullmatch(h))}
    settings: dict[str, Scalar] = {name: run[key] for key, name in _RUN.items() if key in run}
    settings |= found.texts(row, _TEXTS) | found.settings(row, _SETTINGS | backgrounds)
    got: list[Quantity] = []
    issues: tuple[Issue, ...] = ()
    if of.concentration:
        unit = _RESULT.fullmatch(of.concentration)
        assert unit is not None
        assay = Assay(application, analyte(application), unit[1])
        got, issues = measured(found, row, of, assay, when, settings)
    scattered = _scattering(found, row, of, application, when, settings)
    return [*got, *scattered], (*dates, *issues, *_off_spectrum(found, row), *_spread(found, row))


def _when(found: Samples, row: Row, run: dict[str, str]) -> tuple[str | None, tuple[Issue, ...]]:
    """Date and time of the row, or of the run where rows have none."""
    if found.table.has("Date") or "date" not in run:
        return dated(found, row, "Date", "Time")
    return acquired(run["date"], Where(field="Date"))


def _scattering(
    found: Samples, row: Row, of: Columns, application: str | None, when: str | None, settings: dict[str, Scalar]
) -> list[Quantity]:
    return [
        quantity(
            scaled(found.amount(row, column, minimum=0), times),
            measurand,
            unit,
            found.where(row, column),
            sample=found.text(row, of.sample),
            method=application,
            acquired_at=when,
            settings=settings,
        )
        for measurand, unit, column, times in _SCATTERING
        if found.table.has(column)
    ]


def _off_spectrum(found: Samples, row: Row) -> tuple[Issue, ...]:
    """Single absorbances beside the spectrum at their wavelengths."""
    spectrum = _spectrum(found)
    single = {float(m[1]): h for h in found.table.headings if (m := _ABSORBANCE.fullmatch(h))}
    return tuple(
        issue
        for wave in single
        if wave in spectrum
        for issue in disagreement(
            single[wave],
            found.printed(row, single[wave]),
            found.printed(row, spectrum[wave]),
            found.where(row, single[wave]),
            "the spectrum there",
        )
    )


def _spread(found: Samples, row: Row) -> tuple[Issue, ...]:
    """The polydispersity beside the squared relative spread: (SD / Z-average)². Source: ISO 22412, cumulants."""
    name = next((h for h in _SPREADS if found.table.has(h)), None)
    if name is None:
        return ()
    z, sd = found.printed(row, name), found.printed(row, _SPREADS[name])
    relative = None if z is None or sd is None else sd.over(z)
    squared = None if relative is None else relative.times(relative)
    if squared is None or not found.table.has("PdI"):
        return ()
    return disagreement(
        "PdI", found.printed(row, "PdI"), squared, found.where(row, "PdI"), "(SD over Z-average) squared"
    )


def _other_units(found: Samples) -> tuple[Issue, ...]:
    """A warning for the heading of a scattering result in another unit: parts of the headings changed places."""
    known = {name: column for _, _, column, _ in _SCATTERING if (name := _bare(column)) != column.casefold()}
    for heading in found.table.headings:
        column = known.get(_bare(heading), heading)
        if "(" in heading and not found.table.has(column):
            where = Where(line=found.table.header[0].line, column=heading)
            return (problem("warning", "UNIT_UNKNOWN", where, f"a heading '{heading}'", f"'{column}'"),)
    return ()


def _bare(heading: str) -> str:
    """A heading without what stands in brackets."""
    return heading.partition("(")[0].strip().casefold()


def _shares(found: Samples) -> Iterator[Issue]:
    """A warning for each column in which a peak holds more than all there is, or less than nothing: its first cell."""
    for heading in filter(_SHARE.fullmatch, found.table.headings):
        shares = ((row, found.setting(row, heading)) for row in found.rows)
        wrong = [(row, share) for row, share in shares if isinstance(share, (int, float)) and not 0 <= share <= 100]
        for row, share in wrong[:1]:
            expected = "a share of 0 to 100 %; the columns may be exchanged"
            yield problem("warning", "OUT_OF_RANGE", found.where(row, heading), f"'{heading}' {share:g}", expected)
