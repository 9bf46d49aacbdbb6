"""A batch folder as a laboratory has it: exports of many instruments, one record, opened, assessed and reported."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment import assess
from evqc.batch.create import create
from evqc.batch.open import open_batch
from evqc.criteria.findings import Verdict
from evqc.isolation.concentrations import protein_concentration
from evqc.report import built
from evqc.report.write import renderings
from evqc.simulation import simulate
from tests.places import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.batch.assembled import Batch

#: Export below ``exports/``, the sample of an instrument that it is, and what the record says of it.
EXPORTS = (
    ("dls.txt", "zetasizer/size_two_tables.txt", ""),
    ("chip.csv", "exoview/triplicate-spots.csv", ""),
    ("qubit.csv", "qubit4/protein_three_standards.csv", ""),
    ("nanodrop.csv", "nanodrop_one/protein_a280.csv", ""),
    ("bca.txt", "plate_assay/bca-wells-in-the-mapping.txt", 'mapping = "bca.toml"'),
    ("lal.txt", "plate_assay/lal-kinetic.txt", 'mapping = "lal.toml"'),
    ("beads.csv", "macsplex_table/flowjo-medians-and-counts.csv", ""),
    ("proteins.tsv", "fragpipe/two_samples.tsv", 'runs = "batch_7"'),
    ("luminex.csv", "luminex_xponent/quoted-with-results.csv", ""),
    ("tape.xml", "tapestation/small_rna_region.xml", ""),
)
MAPPINGS = {
    "bca.toml": "plate_assay/bca-wells-in-the-mapping.mapping.toml",
    "lal.toml": "plate_assay/lal-kinetic.mapping.toml",
}
RECORD = """\
schema = "evqc.batch/1"
[batch]
id = "B-7"
product = "MSC-EV"
claims = ["EV"]
[source]
matrix = "conditioned medium, serum-free"
cells_at_harvest = 2e8
volume_ml = 500
[[samples]]
name = "EV batch 7"
role = "product"
volume_ml = 2
[[samples]]
name = "cells"
role = "lysate"
[[files]]
path = "proteins.tsv"
sample = "cells"
runs = "lysate"
"""


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder: Path = tmp_path_factory.mktemp("b") / "B-7"
    create(folder, "batch.toml")
    entries = [f'[[files]]\npath = "{name}"\nsample = "EV batch 7"\n{more}\n' for name, _, more in EXPORTS]
    for name, sample, _ in EXPORTS:
        shutil.copyfile(SAMPLES / sample, folder / "exports" / name)
    for name, sample in MAPPINGS.items():
        shutil.copyfile(SAMPLES / sample, folder / "mappings" / name)
    entries += _tracked(folder / "exports")
    (folder / "batch.toml").write_text(RECORD + "".join(entries))
    return open_batch(folder)


def _tracked(exports: Path) -> list[str]:
    """Three simulated videos, and the particle list of a further one."""
    options: dict[str, Any] = {"sample": "EV batch 7", "runs": 3, "seed": 3, "dilution": 1000.0}
    files = simulate("nanosight", **options)
    for name, data in files.items():
        (exports / name).write_bytes(data)
    shutil.copyfile(SAMPLES / "nanosight_tracks" / "EV batch 7_ParticleData.csv", exports / "x_ParticleData.csv")
    names = [(name, "dilution = 1000") for name in files] + [("x_ParticleData.csv", "")]
    return [f'[[files]]\npath = "{name}"\nsample = "EV batch 7"\n{more}\n' for name, more in names]


def test_every_export_is_read_by_its_own_reader(batch: Batch) -> None:
    assert {r.source.name: r.verdict for r in batch.readings if r.verdict == "refused"} == {}
    assert len({r.instrument for r in batch.readings}) >= 11


def test_only_tracking_with_a_concentration_feeds_concentration_and_replicates(batch: Batch) -> None:
    found = {f.criterion: f for p in assess(batch).profiles for f in p.findings if f.subject == "EV batch 7"}
    assert found["NTA-REP-01"].observed == 3
    assert found["NTA-REP-01"].verdict is Verdict.PASS
    assert {e.name for e in found["YLD-01"].evidence} == {r.file.name for r in batch.runs if "Summary" in r.file.name}


def test_protein_is_of_one_assay_and_no_standard(batch: Batch) -> None:
    """BCA of two wells before a single Qubit or A280 reading; EV batch 8, PBS and standards are in the files too."""
    found = protein_concentration(batch, "EV batch 7")
    assert found is not None
    assert found.n == 2
    [bca] = [v for v in batch.values if v.file.name == "bca.txt" and v.quantity.measurand == "protein_concentration"]
    assert found.value == bca.quantity.value
    own = {v.quantity.sample for v in batch.values if v.of_assay is None}
    assert own == {"EV batch 7", "EV batch 7 1", "EV batch 7 2", "EV batch 7.fcs", "batch_7", "lysate"}


def test_markers_of_all_panels_come_together(batch: Batch) -> None:
    said = {f.criterion: f for p in assess(batch).profiles for f in p.findings}
    assert "Syntenin-1" in str(said["MISEV2018-MRK-01"].because) or said["MISEV2018-MRK-01"].verdict is Verdict.PASS
    assert said["MISEV2018-MRK-02"].verdict is Verdict.PASS
    assert said["MISEV2018-MRK-07"].verdict is Verdict.PASS


def test_the_report_is_the_same_bytes_twice_and_shows_every_part(batch: Batch) -> None:
    made = built(batch, assess(batch))
    first, second = renderings(made), renderings(built(batch, assess(batch)))
    assert first == second
    html = first["report.html"].decode()
    assert html.count('<figure id="standard-curve-') == 2
    assert 'id="kinetics-1"' in html
    assert len(json.loads(first["report.json"])["values"]) == len(batch.values)
    assert len(made.results) < 20
