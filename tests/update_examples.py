"""Makes the exports and images of ``examples/`` with the simulator: ``python -m tests.update_examples``.

Everything is drawn from a known truth with a fixed seed. Nothing here is a real measurement or a real micrograph.
"""

from __future__ import annotations

import shutil
import tomllib
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import image

import evqc
from evqc.batch.model import BatchRecord
from evqc.batch.workbook import write_workbook
from tests.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CORD = ROOT / "examples" / "umbilical-cord-batch"
TROUBLED = ROOT / "examples" / "troubled-batch"
TFF = ROOT / "examples" / "tff-process"
COMPARISON = ROOT / "examples" / "isolation-comparison"
EVS = ["95:1.32:0.85", "160:1.25:0.15"]
#: Signals above background; CD9 is weak, as on the EVs of some stromal cells.
SIGNALS = {
    "CD9": 60.0, "CD63": 2400.0, "CD81": 3100.0, "CD29": 900.0, "CD44": 1500.0, "CD73": 700.0, "CD90": 480.0,
    "CD105": 610.0, "CD14": 0.0, "CD34": 0.0, "CD45": 0.0, "CD11b": 0.0, "CD19": 0.0,
}  # fmt: skip
BCA_MAPPING = """\
# Which column of the plate reader's table is which quantity.
title = "BCA protein assay"
method = "BCA"

[table]
delimiter = "comma"
decimal = "."
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


def at(text: str) -> datetime:
    """A time as exports state it: local and without zone."""
    return datetime.fromisoformat(text)


def put(folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def nanosight(batch: Path, sample: str, concentration: float, dilution: float, **options: Any) -> None:
    """One NanoSight export of a sample."""
    options = {"components": EVS, "captured": at("2026-03-04T09:30"), **options}
    made = evqc.simulate(
        "nanosight", sample=sample, particle_concentration_per_ml=concentration, dilution=dilution, **options
    )
    for name, data in made.items():
        put(batch / "exports" / "nta", name, data)


def markers(batch: Path, **options: Any) -> None:
    """The bead panel of the product and its mapping."""
    table, mapping = evqc.simulate("markers", sample="EV product", **options).values()
    put(batch / "exports" / "markers", "EV_product_beads.csv", table)
    put(batch / "mappings", "bead_panel.toml", mapping)


def protein(batch: Path, **concentrations: float) -> None:
    """One BCA table of several samples."""
    tables = [
        evqc.simulate("protein", sample=sample.replace("_", " "), protein_ug_per_ml=value, seed=7, lowest_ug_per_ml=1.0)
        for sample, value in concentrations.items()
    ]
    texts = [next(iter(t.values())).decode().splitlines(keepends=True) for t in tables]
    put(
        batch / "exports" / "protein",
        "bca.csv",
        "".join([texts[0][0], *(row for t in texts for row in t[1:])]).encode(),
    )
    put(batch / "mappings", "bca.toml", BCA_MAPPING.encode())


def micrograph(count: int, radius: float, seed: int, size: int = 256) -> NDArray[np.float64]:
    """A drawn grey picture of cup-shaped vesicles, shape (size, size), in 0 to 1; it stands in for a micrograph."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size]
    picture = 0.62 + 0.03 * rng.standard_normal((size, size))
    for _ in range(count):
        cx, cy, r = rng.uniform(0, size), rng.uniform(0, size), radius * rng.lognormal(0, 0.25)
        distance = np.hypot(x - cx, y - cy) / r
        picture += np.where(distance < 1, 0.18 * (1 - distance**2) - 0.05, 0) - 0.3 * np.exp(
            -(((distance - 1) / 0.12) ** 2)
        )
    return np.asarray(picture.clip(0, 1))


def blot(
    lanes: int = 2, bands: tuple[tuple[float, float], ...] = ((1, 1), (0.9, 1), (0, 1), (0.02, 1))
) -> NDArray[np.float64]:
    """A drawn picture of a membrane: rows of bands, product lane beside lysate lane."""
    y, x = np.mgrid[0:200, 0:240]
    picture = np.full((200, 240), 0.93)
    for row, strengths in enumerate(bands):
        for lane, strength in zip(range(lanes), strengths, strict=True):
            band = np.exp(-(((x - 70 - 100 * lane) / 30.0) ** 4) - (((y - 30 - 45 * row) / 7.0) ** 2))
            picture -= 0.8 * strength * band
    return np.asarray(picture.clip(0, 1))


def pictures(batch: Path) -> None:
    """The images that the record names, drawn, without date or software in the file."""
    folder = batch / "images"
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {
        "tem_wide_field.png": micrograph(60, 9, 1),
        "tem_close_up.png": micrograph(3, 70, 2),
        "western_blot.png": blot(),
    }
    for name, picture in drawn.items():
        plain = {"Software": None}  # matplotlib's own name and version would change the bytes
        image.imsave(folder / name, picture, cmap="gray", vmin=0, vmax=1, metadata=plain)  # type: ignore[arg-type]  # None removes the entry


def cord() -> None:
    """A batch that passes, with the blemishes of a real one."""
    nanosight(CORD, "clarified medium", 2.4e9, 10, seed=11, centres_per_particle=1.3, replicate_cv=0.12)
    nanosight(CORD, "TFF retentate", 3.9e10, 100, seed=12, replicate_cv=0.08)
    nanosight(CORD, "EV product", 7.5e10, 200, seed=13, replicate_cv=0.06)
    nanosight(CORD, "process blank", 2.0e6, 1, seed=14, runs=3)
    nanosight(CORD, "PBS", 1.0e6, 1, seed=15, runs=3)
    nanosight(
        CORD, "beads 100 nm", 4e10, 100, seed=16, runs=3, components=["99:1.04:1"], captured=at("2026-03-04T08:45")
    )
    profile = evqc.simulate(
        "zetaview-profile", sample="EV product", dilution=1000, seed=17, captured=at("2026-03-04T11:05")
    )
    put(CORD / "exports" / "zeta", "20260304_0001_EV_product_prof_488.txt", next(iter(profile.values())))
    markers(CORD, seed=18, signals=SIGNALS)
    protein(CORD, EV_product=15.0, TFF_retentate=160.0)
    pictures(CORD)


def troubled() -> None:
    """A batch that must not pass: see its README."""
    lipoproteins = ["70:1.2:0.6", "110:1.4:0.4"]
    nanosight(
        TROUBLED, "EV product", 9.0e10, 500, seed=21, components=lipoproteins, recorded_dilution=True, zero_runs=(3,),
        drift=14.0, replicate_cv=0.35, captured=at("2026-03-11T10:00"),
    )  # fmt: skip
    nanosight(
        TROUBLED,
        "TFF retentate",
        8.0e10,
        100,
        seed=22,
        components=lipoproteins,
        version="3.2",
        drift=9.0,
        captured=at("2026-03-11T11:00"),
    )
    markers(TROUBLED, seed=23, signals={**SIGNALS, "CD9": 25.0}, isotype_signal=95.0)
    protein(TROUBLED, EV_product=620.0)
    record = tomllib.loads((TROUBLED / "record.toml").read_text("utf-8"))
    (TROUBLED / "batch.xlsx").write_bytes(write_workbook(BatchRecord.model_validate(record)))


def main() -> None:
    """Makes everything anew."""
    from tests.example_comparison import comparison  # noqa: PLC0415  it imports this module
    from tests.example_tff import tff_process  # noqa: PLC0415  it imports this module

    for folder in (CORD, TROUBLED, TFF):
        for made in ("exports", "mappings", "images"):
            shutil.rmtree(folder / made, ignore_errors=True)
    shutil.rmtree(COMPARISON / "batches", ignore_errors=True)
    cord()
    troubled()
    tff_process(TFF)
    comparison(COMPARISON)


if __name__ == "__main__":
    main()
