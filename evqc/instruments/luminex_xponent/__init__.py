"""Luminex xPONENT (100/200, FLEXMAP 3D, MAGPIX, INTELLIFLEX): the batch export with one block a statistic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._dates import acquired
from evqc.instruments._immunoassay import (
    AssayWell,
    Signal,
    blank_issues,
    measured_in,
    name_issues,
    refuse_blank,
)
from evqc.instruments.luminex_xponent._checks import comparisons, few_beads
from evqc.instruments.luminex_xponent._grids import (
    Grid,
    alignment_issues,
    expected_missing,
    expected_of_a_sample,
    grids,
    place_of,
    roles,
)
from evqc.instruments.luminex_xponent._results import Results
from evqc.instruments.luminex_xponent._sections import BEGINS, Export, sections
from evqc.reading import accepted

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.instruments._immunoassay import Role
    from evqc.measurement import Measurement, Scalar
    from evqc.reading import Reading

NAME = "luminex_xponent"
TITLE = "Luminex xPONENT"
FAMILY = "markers"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("batch export *.csv (Program, xPONENT): medians, counts, net MFI, results, also saved again by a spreadsheet",)
MENTIONS = "xponent"
TECHNIQUE = "bead-based immunoassay"

#: Header keys that go into the settings of every concentration.
_SETTINGS = {
    "SN": "serial_number", "Batch": "batch", "Operator": "operator", "ProtocolName": "protocol",
    "ProtocolVersion": "protocol_version", "PanelName": "panel", "SampleVolume": "sample_volume",
    "MaxSampleUptakeVolume": "sample_volume", "DDGate": "doublet_discriminator_gate",
}  # fmt: skip
_DATES = ("BatchStartTime", "BatchStopTime", "Date")
#: Windows language codes of which the month stands first: invariant, English (United States); and some with the day.
_MONTH_FIRST = {"7f", "409", "0409"}
_DAY_FIRST = {"809", "0809", "407", "0407", "40c", "040c", "410", "0410", "413", "0413", "c0a", "0c0a", "c09", "0c09"}
_NOT_PASSED = re.compile(r"fail|expired|\bnot\b|unverified|uncalibrated", re.IGNORECASE)
_READ_BLOCKS = {"units", "dilutionfactor", "analysistypes", "r^2", "range", "comments"}


def recognises(file: ExportFile) -> bool:
    """Whether the first line says ``Program`` and ``xPONENT``."""
    return not file.is_workbook and BEGINS.match(file.head) is not None


def read(file: ExportFile) -> Reading:
    """The reading of a batch export: one panel a sample's well, the signals of others, and all concentrations.

    Raises:
        InputError: what ``sections`` and ``grids`` refuse; ``NO_MEDIANS`` without medians and net MFI;
            ``NO_WELLS`` when they have no locations; ``NO_SAMPLES`` when all wells are background.
    """
    export = sections(file)
    found = grids(export)
    main = _main(found, file.name)
    held = roles(main, found)
    date, date_issues = _acquired(export)
    results = Results(export, found, main, held, _common(export), date)
    wells = [_well(main, row, role) for row, role in enumerate(held)]
    measurements: list[Measurement] = []
    refuse_blank(wells, file.name, Where(field=main.name))
    for row, own in enumerate(measured_in(wells, TECHNIQUE, "fluorescence")):
        measurements += [*own, *results.of_well(row)]
    has_results = "result" in found
    return accepted(
        file.source,
        instrument=NAME,
        software_version=export.text("Build"),
        file_kind="batch export",
        status=STATUS,
        measurements=tuple(measurements),
        issues=(
            *(date_issues if has_results else ()),
            *_calibration_issues(export),
            *_samples_issue(export, main),
            *alignment_issues(main, found, file.name),
            *(issue for table in export.blocks.values() for issue in table.unnamed()),
            *expected_missing(main, found),
            *expected_of_a_sample(found),
            *name_issues(main.analytes, Where(field=main.name)),
            *blank_issues(wells, Where(field=main.name)),
            *few_beads(found.get("count")),
            *comparisons(main, found, held, results.factor_of_wells),
            *results.issues(),
            *_told_by_instrument(export),
        ),
        unread=_unread(export, found, has_results=has_results),
    )


def _main(found: dict[str, Grid], source: str) -> Grid:
    """The block of signals: medians, or net medians where medians were not exported."""
    main = next((found[key] for key in ("median", "netmfi") if key in found and found[key].cells), None)
    if main is None:
        raise refusal(source, "NO_MEDIANS", Where(), "neither block with rows", "a block 'Median' or 'Net MFI'")
    if not any(main.locations):
        # Net MFI beside such medians is no way out: numbers without background would stand for those with it.
        raise refusal(source, "NO_WELLS", Where(field=main.name), "rows without a location", "a column 'Location'")
    return main


def _well(main: Grid, row: int, role: Role) -> AssayWell:
    plate, well = place_of(main.locations[row])
    signals = tuple(Signal(a, amount) for a, amount in zip(main.analytes, main.amounts[row], strict=True))
    where = Where(line=main.cells[row][0].line if main.cells[row] else None, field=main.locations[row])
    return AssayWell(main.samples[row] or None, role, well, where, signals, plate)


def _acquired(export: Export) -> tuple[str | None, tuple[Issue, ...]]:
    """When the batch began; the language code of the export tells day from month where the dates do not."""
    key = next((key for key in _DATES if export.text(key)), _DATES[0])
    text = export.text(key)
    if key == "Date" and text:
        text = f"{text} {export.text(key, 1) or ''}".strip()
    code = (export.text("Country Code") or "").casefold()
    told = ["01/31/2000"] if code in _MONTH_FIRST else ["31/01/2000"] if code in _DAY_FIRST else []
    others = [date for other in _DATES if (date := export.text(other)) is not None]
    return acquired(text, export.where(key), [*others, *told])


def _common(export: Export) -> dict[str, Scalar]:
    told: dict[str, Scalar] = {name: export.text(key) for key, name in _SETTINGS.items() if export.text(key)}
    return {"instrument": export.text("Program", 2), **told}


def _samples_issue(export: Export, main: Grid) -> tuple[Issue, ...]:
    """A warning when the header speaks of another number of wells, or (INTELLIFLEX) samples, than the medians hold."""
    told = export.text("Samples")
    wells, samples = len(main.locations), len(set(main.samples))
    if told is None or told in {str(wells), str(samples)}:
        return ()
    found = f"{wells} wells of {samples} samples in '{main.name}'"
    return (problem("warning", "SAMPLES_DIFFER", export.where("Samples"), found, f"{told} as the header says"),)


def _calibration_issues(export: Export) -> tuple[Issue, ...]:
    """A warning for each calibration, verification and fluidics test of the instrument that did not pass."""
    return tuple(
        problem("warning", "CALIBRATION", export.where(key), f"{key}: {text}", "passed, calibrated or verified")
        for key in _calibrations(export)
        if (text := export.text(key)) is not None and _NOT_PASSED.search(text)
    )


def _calibrations(export: Export) -> list[str]:
    return [key for key in export.header if key.startswith("Last ")]


def _told_by_instrument(export: Export) -> tuple[Issue, ...]:
    """A warning for each kind of message of the instrument, with the wells it speaks of."""
    table = export.blocks.get("warnings/errors")
    if table is None or not table.has("Message"):
        return ()
    wells: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    for row in table.body:
        message = table.text(row, "Message") or "a message without text"
        wells.setdefault(message, []).append(table.text(row, "Location") or "?")
        lines.setdefault(message, row[0].line)
    return tuple(
        problem(
            "warning",
            "INSTRUMENT_WARNING",
            Where(line=lines[message], field="Warnings/Errors"),
            f"{message} (wells {'; '.join(places)})",
            "no warning of the instrument",
        )
        for message, places in wells.items()
    )


def _unread(export: Export, found: dict[str, Grid], *, has_results: bool) -> tuple[str, ...]:
    """Header keys and blocks that hold something and that no measurement or check uses."""
    read = {"Program", "Build", "Samples", *_calibrations(export)} | (
        {*_SETTINGS, *_DATES, "Country Code"} if has_results else set()
    )
    keys = [key for key, cells in export.header.items() if key not in read and any(c.text for c in cells)]
    used = {*found, "warnings/errors", *(_READ_BLOCKS if has_results else ())}
    blocks = [export.names[key] for key, table in export.blocks.items() if key not in used and table.body]
    return (*keys, *blocks)
