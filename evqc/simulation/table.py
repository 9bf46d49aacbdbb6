"""Writes tables of a laboratory, marker panel and protein assay, each with the mapping to read it."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  simulate() looks at the types of options at run time
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from evqc.errors import InputError
from evqc.simulation.truth import SOURCE, Truth, bad_option, generator, lognormal_factor, stem_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.errors import Issue

#: Signals above background, in MFI, of a usual panel of vesicles from mesenchymal stromal cells.
MARKERS: Mapping[str, float] = MappingProxyType({
    "CD9": 1200.0, "CD63": 2400.0, "CD81": 3100.0, "CD29": 900.0, "CD44": 1500.0, "CD73": 700.0, "CD90": 450.0,
    "CD105": 600.0, "CD14": 0.0, "CD34": 0.0, "CD45": 0.0, "CD11b": 0.0, "CD19": 0.0, "HLA-DR": 0.0,
})  # fmt: skip

_PANEL_MAPPING = """\
title = "Simulated bead-based marker panel"

[table]
delimiter = "{delimiter}"
decimal = "{decimal}"
rows = {rows}

[sample]
column = "Sample"

[panel]
technique = "bead-based flow cytometry"
marker = "Marker"
signal = "MFI"
rows = {rows}

[panel.controls]
isotype = [{isotype}]
blank = [{blank}]
"""
_PROTEIN_MAPPING = """\
title = "Simulated protein assay"
method = "{method}"

[table]
delimiter = "{delimiter}"
decimal = "{decimal}"
rows = {rows}
below_range_words = ["Too low"]
above_range_words = ["Too high"]

[sample]
column = "Sample"
replicate = "Replicate"

[[column]]
heading = "Protein (µg/mL)"
measurand = "protein_concentration"
unit = "ug/mL"
dilution_column = "Dilution"
"""


def write_markers(
    truth: Truth,
    *,
    signals: Mapping[str, float] = MARKERS,
    isotype_signal: float = 12.0,
    blank_signal: float = 10.0,
    background_sd: float = 1.5,
    signal_cv: float = 0.08,
    controls: int = 3,
    decimal: Literal[".", ","] = ".",
) -> dict[str, bytes]:
    """A marker panel of one sample as CSV, and the TOML mapping to read it.

    Args:
        truth: the sample; its name and seed count here.
        signals: above background, in MFI, by the marker's name as written; 0 for one that is not there.
        isotype_signal: mean of the isotype controls, in MFI; above a marker, the panel shows nothing of that marker.
        blank_signal: mean of the blanks, in MFI; the background of every marker.
        background_sd: standard deviation of all backgrounds, in MFI.
        signal_cv: coefficient of variation of the signals, as a fraction.
        controls: number of isotype controls, and of blanks.
        decimal: the decimal mark; with a comma the cells are separated by semicolons.

    Returns:
        ``…_markers.csv`` and ``…_markers.mapping.toml``, both UTF-8.

    Raises:
        InputError: ``OPTION`` for what makes no sense.
    """
    numbers = {"isotype_signal": isotype_signal, "blank_signal": blank_signal, "background_sd": background_sd}
    _refuse_bad(*_negative(numbers | dict(signals)), *_outside("controls", controls, 0, 20), *_names(signals))
    _refuse_bad(*_outside("signal_cv", signal_cv, 0.0, 2.0))
    rng = generator(truth, 0, 7)
    isotypes, blanks = ([f"{name} {k + 1}" for k in range(controls)] for name in ("Isotype control", "Blank"))
    means = [(name, isotype_signal, 0.0) for name in isotypes] + [(name, blank_signal, 0.0) for name in blanks]
    means += [(name, blank_signal, signal) for name, signal in signals.items()]
    rows = [
        [truth.sample, name, f"{max(base + background_sd * rng.standard_normal(), 0.1) + signal * factor:.1f}"]
        for name, base, signal in means
        for factor in [lognormal_factor(rng, signal_cv)]
    ]
    mapping = _PANEL_MAPPING.format(
        rows=len(rows), isotype=_listed(isotypes), blank=_listed(blanks), decimal=decimal, delimiter=_delimiter(decimal)
    )
    return _pair(f"{stem_of(truth.sample)}_markers", ["Sample", "Marker", "MFI"], rows, mapping, decimal)


def write_protein(
    truth: Truth,
    *,
    protein_ug_per_ml: float = 60.0,
    protein_cv: float = 0.04,
    protein_dilution: float = 2.0,
    lowest_ug_per_ml: float = 5.0,
    highest_ug_per_ml: float = 250.0,
    method: Literal["BCA", "Qubit"] = "BCA",
    decimal: Literal[".", ","] = ".",
) -> dict[str, bytes]:
    """A protein assay of one sample, a row for each run of the truth, as CSV, and the TOML mapping to read it.

    Args:
        truth: the sample; its name, number of runs and seed count here.
        protein_ug_per_ml: of the undiluted sample.
        protein_cv: coefficient of variation between replicates, as a fraction.
        protein_dilution: of the sample for this assay; the table states it and the values are not multiplied by it.
        lowest_ug_per_ml: lower end of the assay's range; below it the table says ``Too low``.
        highest_ug_per_ml: upper end; above it the table says ``Too high``.
        method: name of the assay.
        decimal: the decimal mark; with a comma the cells are separated by semicolons.

    Returns:
        ``…_protein.csv`` and ``…_protein.mapping.toml``, both UTF-8.

    Raises:
        InputError: ``OPTION`` for what makes no sense.
    """
    _refuse_bad(*_negative({"protein_ug_per_ml": protein_ug_per_ml, "lowest_ug_per_ml": lowest_ug_per_ml}))
    _refuse_bad(*_outside("protein_cv", protein_cv, 0.0, 2.0), *_outside("protein_dilution", protein_dilution, 1, 1e6))
    _refuse_bad(*_outside("highest_ug_per_ml", highest_ug_per_ml, lowest_ug_per_ml, 1e6))
    drawn = [
        protein_ug_per_ml / protein_dilution * lognormal_factor(generator(truth, run, 8), protein_cv)
        for run in range(truth.runs)
    ]
    rows = [
        [truth.sample, str(run + 1), _in_range(value, lowest_ug_per_ml, highest_ug_per_ml), f"{protein_dilution:g}"]
        for run, value in enumerate(drawn)
    ]
    mapping = _PROTEIN_MAPPING.format(rows=len(rows), method=method, decimal=decimal, delimiter=_delimiter(decimal))
    headings = ["Sample", "Replicate", "Protein (µg/mL)", "Dilution"]
    return _pair(f"{stem_of(truth.sample)}_protein", headings, rows, mapping, decimal)


def _refuse_bad(*issues: Issue) -> None:
    if issues:
        raise InputError(SOURCE, *issues)


def _negative(numbers: Mapping[str, float]) -> list[Issue]:
    return [issue for name, value in numbers.items() for issue in _outside(name, value, 0.0, 1e9)]


def _outside(name: str, value: float, least: float, most: float) -> list[Issue]:
    return [] if least <= value <= most else [bad_option(name, value, f"from {least:g} to {most:g}")]


def _names(signals: Mapping[str, float]) -> list[Issue]:
    wrong = [name for name in signals if not name.strip() or not name.isprintable() or set(name) & set(',;"')]
    if not signals:
        return [bad_option("signals", "none", "at least one marker")]
    return [bad_option("signals", name, "printable names without commas, semicolons and quotes") for name in wrong]


def _in_range(value: float, lowest: float, highest: float) -> str:
    if value < lowest:
        return "Too low"
    return f"{value:.2f}" if value <= highest else "Too high"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _delimiter(decimal: str) -> str:
    return "semicolon" if decimal == "," else "comma"


def _pair(
    stem: str, headings: Sequence[str], rows: Sequence[Sequence[str]], mapping: str, decimal: str
) -> dict[str, bytes]:
    separator = ";" if decimal == "," else ","
    lines = [headings, *([_cell(row[0]), row[1], *(cell.replace(".", decimal) for cell in row[2:])] for row in rows)]
    text = "".join(f"{separator.join(line)}\r\n" for line in lines)
    return {f"{stem}.csv": text.encode(), f"{stem}.mapping.toml": mapping.encode()}


def _cell(text: str) -> str:
    return f'"{text}"' if set(text) & set(",;") else text
