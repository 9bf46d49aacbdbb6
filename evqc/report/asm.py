"""Readings as an Allotrope Simple Model (ASM) document: size distributions in the public model of light obscuration.

The document names the manifest ``solution-analyzer/REC/2024/09``, the public model whose measurements hold a
distribution of particle sizes (particles at or above each size, and up to the next). ASM has no model for NTA. What the
model has no name for is custom information or a calculated datum whose name begins with ``evqc``: the upper edge of
each bin, technique and run, dilution and correction factor, the statistics by their rules, validity and settings.

The document has the shape of the model and is not valid by its schema: that also demands a time with a zone, flush and
view volume, repetitions and sample volume, which exports of NTA do not state. They are left out rather than made up, as
is a dilution factor that nobody stated; the time as the export writes it is custom information.
"""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from evqc.errors import Where, refusal
from evqc.instruments.asm._document import MANIFEST
from evqc.instruments.asm._sizes import (
    CARRIED_VALIDITY,
    COUNT,
    CUMULATED,
    CUSTOM,
    DENSITY,
    KIND,
    KIND_VALUE,
    LOWER,
    RULES,
    SETTING,
    UPPER,
    VALIDITY,
)
from evqc.measurement import SizeDistribution
from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from evqc.reading import Reading

MODEL = "http://purl.allotrope.org/manifests/solution-analyzer/REC/2024/09/solution-analyzer.manifest"
_ABOUT = (
    "Size distributions by evqc in the public model of light obscuration, read and checked from the files named in "
    "each measurement. evqc's own are: everything under 'custom information document', and calculated data named "
    "'evqc ...'. "
    "Particle densities are of the suspension as measured."
)
_COUNTS, _PER_ML, _MICROMETRES = "(unitless)", "Counts/mL", "µm"

Json = dict[str, Any]


def asm_text(readings: Sequence[Reading]) -> str:
    """The document as JSON text: the same bytes for the same readings.

    Raises:
        InputError: ``NOTHING_TO_WRITE`` when no reading holds a size distribution.
    """
    return json.dumps(asm_document(readings), ensure_ascii=False, allow_nan=False) + "\n"


def asm_document(readings: Sequence[Reading]) -> Json:
    """Every size distribution of the readings as one ASM document; other measurements are left out.

    Args:
        readings: such as ``evqc.read(path).readings``.

    Raises:
        InputError: ``NOTHING_TO_WRITE`` when no reading holds a size distribution.

    Source:
        Allotrope Simple Model, solution-analyzer and light-obscuration-detector, REC 2024/09.
    """
    runs = [(r, m) for r in readings for m in r.measurements if isinstance(m, SizeDistribution)]
    if not runs:
        names = ", ".join(r.source.name for r in readings)
        raise refusal("--asm", "NOTHING_TO_WRITE", Where(), f"no size distribution in {names}", "one at least")
    numbered = [(f"{r.source.sha256[:16]}.{at}", r, m) for at, (r, m) in enumerate(runs, start=1)]
    calculated = [datum for run, _, m in numbered for datum in _calculated(run, m)]
    content = {
        "data system document": _data_system([r for r, _ in runs]),
        "device system document": {"device identifier": _joined(str(r.instrument) for r, _ in runs)},
        "solution analyzer document": [
            {"measurement aggregate document": {"measurement document": [_measurement(*run)]}} for run in numbered
        ],
        "calculated data aggregate document": {"calculated data document": calculated},
    }
    kept = {key: value for key, value in content.items() if calculated or not key.startswith("calculated")}
    return {MANIFEST: MODEL, "solution analyzer aggregate document": kept}


def _joined(names: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _data_system(sources: list[Reading]) -> Json:
    return {
        "ASM file identifier": "N/A",
        "data system instance identifier": "N/A",
        "ASM converter name": "evqc",
        "ASM converter version": __version__,
        "file name": _joined(r.source.name for r in sources),
        "UNC path": _joined(r.source.name for r in sources),
        "software name": _joined(str(r.instrument) for r in sources),
        "software version": _joined(r.software_version or "not stated" for r in sources),
        CUSTOM: {"about": _ABOUT},
    }


def _measurement(identifier: str, reading: Reading, run: SizeDistribution) -> Json:
    processing = {"dilution factor setting": _quantity(run.dilution.factor, _COUNTS)} if run.dilution.factor else {}
    return {
        "measurement identifier": identifier,
        "device control aggregate document": {"device control document": [{"device type": run.technique}]},
        "sample document": {"sample identifier": run.sample or "N/A"},
        "processed data aggregate document": {
            "processed data document": [
                {
                    **({"data processing document": processing} if processing else {}),
                    "distribution aggregate document": {"distribution document": _bins(identifier, run)},
                }
            ]
        },
        CUSTOM: _custom(reading, run),
    }


def _custom(reading: Reading, run: SizeDistribution) -> Json:
    stated: Json = {
        KIND: KIND_VALUE,
        "technique": run.technique,
        "run": run.run,
        "group": run.group,
        "acquired at": run.acquired_at,
        "file": reading.source.name,
        "sha256": reading.source.sha256,
        "verdict": reading.verdict,
        "issues": "; ".join(f"{i.code}: {i.message}" for i in reading.issues if i.severity != "note") or None,
        "dilution factor": run.dilution.factor,
        "dilution source": run.dilution.source,
        "dilution already applied in the export": run.dilution.already_applied,
        "concentration correction factor": run.dilution.correction,
        **{VALIDITY + name: getattr(run.validity, name) for name in CARRIED_VALIDITY},
        VALIDITY + "reasons": "; ".join(run.validity.reasons) or None,
        **{SETTING + name: value for name, value in run.settings.items()},
    }
    return {key: value for key, value in stated.items() if value is not None}


def _bins(identifier: str, run: SizeDistribution) -> list[Json]:
    """One distribution document a bin: its size in µm as the model asks, both edges in nm as they are held."""
    lower, upper = run.diameter_nm.lower.tolist(), run.diameter_nm.upper.tolist()
    columns = [
        (key, unit, values.tolist())
        for own, unit, weight in ((COUNT, _COUNTS, run.count), (DENSITY, _PER_ML, run.concentration_per_ml))
        if weight is not None
        for key, values in ((own, weight), (CUMULATED[own], _at_or_above(weight)))
    ]
    return [
        {
            "distribution identifier": f"{identifier}.{at + 1}",
            "particle size": _quantity(_micrometres(lower[at]), _MICROMETRES),
            **{key: _quantity(values[at], unit) for key, unit, values in columns},
            CUSTOM: {LOWER: _quantity(lower[at], "nm"), UPPER: _quantity(upper[at], "nm")},
        }
        for at in range(len(lower))
    ]


def _at_or_above(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of each bin and of those above it, shape (n,)."""
    return np.cumsum(weight[::-1])[::-1]


def _micrometres(nanometres: float) -> float:
    """Shifted by three decimal places in its digits: 110.5 nm is 0.1105 µm and not 0.11050000000000001."""
    return float(Decimal(repr(nanometres)).scaleb(-3))


def _quantity(value: float | None, unit: str) -> Json:
    # Minus zero is ASM's sign for "no number": a zero is written as plain zero.
    return {"value": 0.0 if value == 0 else value, "unit": unit}


def _calculated(identifier: str, run: SizeDistribution) -> Iterator[Json]:
    """Each statistic by each rule, and the concentrations, as calculated data of the measurement."""
    for name, value, unit in _results(run):
        if value is not None:
            yield {
                "calculated data identifier": f"{identifier} {name}",
                "calculated data name": f"evqc {name}",
                "calculated result": _quantity(value, unit),
                "data source aggregate document": {
                    "data source document": [
                        {"data source identifier": identifier, "data source feature": "distribution"}
                    ]
                },
            }


def _results(run: SizeDistribution) -> Iterator[tuple[str, float | None, str]]:
    for rule in RULES:
        for name, value in dataclasses.asdict(getattr(run.statistics, rule)).items():
            yield f"{rule} {name}", value, "nm"
    total = run.concentration_total_per_ml
    yield "reported concentration", total.reported, _PER_ML
    yield "recomputed concentration", total.recomputed, _PER_ML
    yield "undiluted concentration", total.undiluted, _PER_ML
    yield "printed concentration", total.as_printed, _PER_ML
