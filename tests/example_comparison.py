"""Makes ``examples/isolation-comparison``: five isolation methods on the pools of four donors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import evqc
from evqc.batch.model import BatchRecord
from evqc.batch.toml_text import write_toml
from tests.example_tables import counting_dilution, put_albumin, put_protein
from tests.study.truth import DONORS, LOAD_ML, TRUTH, Made, Method, batch_of, pool_of
from tests.update_examples import EVS, at, put

if TYPE_CHECKING:
    from pathlib import Path

POOL, PRODUCT = "pool", "EV product"
#: What is neither in the product nor in the waste: it stuck to tubes, resin and membrane.
STUCK = 0.06
#: Of the particles of the pool, in the concentrate of the two-step method; the permeate holds ``_IN_PERMEATE``.
_CONCENTRATED, _IN_PERMEATE = 0.9, 0.02
_SPIN: dict[str, Any] = {"g_force": 100_000, "rotor": "fixed angle", "time_min": 90, "temperature_degC": 4}
_COLUMN: dict[str, Any] = {
    "resin": "4 % agarose", "column_volume_ml": 47, "load_volume_ml": 10, "fraction_volume_ml": 4,
    "fractions_pooled": "4", "buffer": "PBS",
}  # fmt: skip
_MEMBRANE: dict[str, Any] = {
    "membrane": "mPES hollow fibre", "cutoff_kDa": 500, "area_cm2": 20, "transmembrane_pressure_bar": 0.2,
    "flow_ml_per_min": 20, "diavolumes": 5, "concentration_factor": 10,
}  # fmt: skip
_CUSHION: dict[str, Any] = {**_SPIN, "gradient_medium": "iodixanol", "layers": "30 %"}
_POLYMER: dict[str, Any] = {
    "reagent": "PEG", "polymer_kDa": 8, "polymer_percent": 8, "incubation_min": 720, "g_force": 10_000, "time_min": 60,
}  # fmt: skip
_SEC = "size-exclusion chromatography"
_STEPS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "UC": [("differential ultracentrifugation", {**_SPIN, "k_factor": 133, "washes": 1})],
    "UC + cushion": [("density cushion ultracentrifugation", _CUSHION)],
    "precipitation": [("precipitation", _POLYMER)],
    "SEC": [(_SEC, _COLUMN)],
    "TFF + SEC": [("tangential flow filtration", _MEMBRANE), (_SEC, _COLUMN | {"load_volume_ml": 1})],
}
#: Hands-on hours, starting material that one run takes in mL, what else belongs to the arm, and a note.
_ARMS = {
    "UC": (2.5, 200, "", "swing-out tubes, resuspended by hand"),
    "UC + cushion": (3.5, 150, "", "cushion layered by hand"),
    "precipitation": (1.0, 500, "", "over night"),
    "SEC": (1.0, 10, "", "one column a batch"),
    "TFF + SEC": (2.0, 2000, "closed = true\n", "single-use fibre, then the same column"),
}
#: Tables of several samples, with the mapping that reads each.
_TABLES = {"bca.csv": "bca.toml", "elisa.csv": "elisa.toml"}


@dataclass(frozen=True, slots=True)
class Stream:
    """One sample: its volume, what it holds in all of it, and the step it came out of beside the product."""

    volume_ml: float
    particles: float
    protein_ug: float
    albumin_ng: float
    from_step: int | None = None

    @property
    def per_ml(self) -> tuple[float, float, float]:
        """Particles, protein and albumin per mL."""
        return self.particles / self.volume_ml, self.protein_ug / self.volume_ml, self.albumin_ng / self.volume_ml


def comparison(folder: Path) -> None:
    """The batches of five methods on four pools and the record of the study."""
    for method in TRUTH:
        for donor in range(1, DONORS + 1):
            _batch(folder / "batches" / f"{method.key}-{donor}", method, donor)
    (folder / "study.toml").write_text(_study(), "utf-8")


def streams(method: Method, donor: int) -> dict[str, Stream]:
    """What went in and what came out of a batch, all of it adding up but for what stuck."""
    pool, made = pool_of(donor), batch_of(method, donor)
    fed = Stream(
        LOAD_ML, pool.particles_per_ml * LOAD_ML, pool.protein_ug_per_ml * LOAD_ML, pool.albumin_ng_per_ml * LOAD_ML
    )
    product = Stream(method.product_ml, made.particles, made.protein_ug, made.albumin_ng)
    found: dict[str, Stream] = {POOL: fed}
    if len(_STEPS[method.name]) > 1:
        found["concentrate"] = Stream(1.0, _CONCENTRATED * fed.particles, 0.2 * fed.protein_ug, 0.1 * fed.albumin_ng)
        found["permeate"] = Stream(14.0, _IN_PERMEATE * fed.particles, 0.77 * fed.protein_ug, 0.86 * fed.albumin_ng, 1)
    last = found.get("concentrate", fed)
    return found | {PRODUCT: product, "waste": _waste(last, made, fed, len(_STEPS[method.name]))}


def _waste(last: Stream, made: Made, fed: Stream, step: int) -> Stream:
    left = max(last.particles - made.particles - STUCK * fed.particles, 0.01 * fed.particles)
    protein, albumin = 0.97 * last.protein_ug - made.protein_ug, 0.97 * last.albumin_ng - made.albumin_ng
    return Stream(max(last.volume_ml, 9.5), left, protein, albumin, step)


def _batch(folder: Path, method: Method, donor: int) -> None:
    """Counts of pool, concentrate and product as exports; those of what was thrown away as a person wrote them down."""
    known = streams(method, donor)
    seed = 1000 + 100 * TRUTH.index(method) + 10 * donor
    counted = [name for name in known if known[name].from_step is None]
    for place, name in enumerate(counted):
        # A pool was counted once; every batch that was made of it holds a copy of the export.
        own = 900 + donor if name == POOL else seed + place
        per_ml = known[name].per_ml[0]
        made = evqc.simulate(
            "nanosight", sample=name, particle_concentration_per_ml=per_ml, dilution=counting_dilution(per_ml), runs=3,
            replicate_cv=0.06, components=EVS, captured=at(f"2026-05-{10 + donor:02}T09:30"), seed=own,
        )  # fmt: skip
        put(folder / "exports", f"{name.replace(' ', '_')}.csv", next(iter(made.values())))
    put_protein(folder, {name: stream.per_ml[1] for name, stream in known.items()}, seed, "exports")
    put_albumin(folder, {name: stream.per_ml[2] for name, stream in known.items()}, seed, "exports")
    record = BatchRecord.model_validate(_record(method, donor, known, counted, seed))
    (folder / "batch.toml").write_text(write_toml(record), "utf-8")


def _record(method: Method, donor: int, known: dict[str, Stream], counted: list[str], seed: int) -> dict[str, Any]:
    return {
        "batch": {"id": f"{method.key}-{donor}", "product": f"EVs by {method.name}", "claims": ["EV"]},
        "source": {"species": "human", "tissue": "umbilical cord", "cell_type": "mesenchymal stromal cell",
                   "cell_bank": f"donor {donor}", "matrix": "conditioned medium, serum-free", "volume_ml": LOAD_ML},
        "isolation": _isolation(method, known),
        "samples": [_sample(name, stream) for name, stream in known.items()],
        "files": [
            *({"path": f"{name.replace(' ', '_')}.csv", "sample": name,
               "dilution": counting_dilution(known[name].per_ml[0])} for name in counted),
            *({"path": path, "mapping": mapping, "runs": name, "sample": name}
              for path, mapping in _TABLES.items() for name in known),
        ],
        "results": [_by_hand(name, stream, seed) for name, stream in known.items() if stream.from_step is not None],
    }  # fmt: skip


def _isolation(method: Method, known: dict[str, Stream]) -> list[dict[str, Any]]:
    names = [POOL, *(["concentrate"] if "concentrate" in known else []), PRODUCT]
    return [
        {"method": name, "parameters": parameters, "sample_in": before, "sample_out": after,
         "volume_in_ml": known[before].volume_ml, "volume_out_ml": known[after].volume_ml}
        for (name, parameters), before, after in zip(_STEPS[method.name], names[:-1], names[1:], strict=True)
    ]  # fmt: skip


def _sample(name: str, stream: Stream) -> dict[str, Any]:
    role = "product" if name == PRODUCT else "step sample"
    beside = {} if stream.from_step is None else {"from_step": stream.from_step}
    return {"name": name, "role": role, "volume_ml": stream.volume_ml} | beside


def _by_hand(name: str, stream: Stream, seed: int) -> dict[str, Any]:
    """A count of what was thrown away: the mean of three videos and its standard uncertainty."""
    rng = np.random.default_rng([seed, 7])
    value = float(f"{stream.per_ml[0] * np.exp(0.05 * rng.standard_normal()):.3g}")
    return {
        "sample": name, "measurand": "particle_concentration", "value": value, "unit": "1/mL", "replicates": 3,
        "uncertainty": float(f"{0.05 * value:.2g}"), "method": "NTA", "entered_by": "A. Analyst",
    }  # fmt: skip


def _study() -> str:
    arms = "".join(_arm(method) for method in TRUTH)
    batches = "".join(
        f'\n[[batches]]\narm = "{m.name}"\npool = "donor {d}"\nname = "{m.key}-{d}"\nfolder = "batches/{m.key}-{d}"\n'
        for m in TRUTH
        for d in range(1, DONORS + 1)
    )
    return _HEAD + arms + batches


def _arm(method: Method) -> str:
    hands_on, capacity, closed, note = _ARMS[method.name]
    methods = ", ".join(f'"{name}"' for name, _ in _STEPS[method.name])
    return (
        f'\n[[arms]]\nname = "{method.name}"\nmethods = [{methods}]\nhours = {method.hours:g}\n'
        f'hands_on_hours = {hands_on:g}\ncapacity_ml = {capacity}\n{closed}note = "{note}"\n'
    )


_HEAD = """\
# Five isolation methods on the same pools. `evqc init --study` makes such a record as an Excel workbook.
schema = "evqc.study/1"

[study]
id = "isolation-2026"
title = "Which isolation for EVs of umbilical-cord cells?"
question = "Which of five methods goes into the next project?"
weights = "research"
seed = 1
"""
