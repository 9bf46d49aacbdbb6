"""A spike as the record states it: refused where it makes no sense, the same in both forms, and its recovery."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from evqc.batch.model import BatchRecord
from evqc.batch.toml_record import read_toml
from evqc.batch.toml_text import write_toml
from evqc.batch.workbook import read_workbook, write_workbook
from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.isolation import Scored, derive
from evqc.isolation.spike import ADDED_AS_EXACT, SPIKE_TOO_SMALL
from evqc.records import to_json
from tests.assessment import making

SPIKE = {"sample": "spiked", "without": "feed", "material": "liposomes, lot L-3", "measurand": "particle_concentration",
         "amount": 4e10, "unit": "1", "uncertainty": 8e8, "before_step": 1}  # fmt: skip


def counted(
    sample: str, value: float | str, measurand: str = "particle_concentration", unit: str = "1/mL", **more: Any
) -> dict[str, Any]:
    known = {"uncertainty": 0.1 * value, "replicates": 3} if isinstance(value, float) else {}
    return {"sample": sample, "measurand": measurand, "value": value, "unit": unit} | known | more


def record(spike: dict[str, Any] | None = None, *results: dict[str, Any], **samples: Any) -> dict[str, Any]:
    return {
        "batch": {"id": "B", "product": "P"},
        "isolation": [{"method": "TFF", "sample_in": "feed"}],
        "samples": [
            {"name": "spiked", "role": "step sample", "volume_ml": 5} | samples.get("spiked", {}),
            {"name": "feed", "role": "step sample", "volume_ml": 100} | samples.get("feed", {}),
        ],
        "results": list(results or (counted("spiked", 9e9), counted("feed", 1e9))),
        "spikes": [SPIKE | (spike or {})],
    }


def recovered(of: dict[str, Any]) -> Scored:
    return next(one for one in derive(making.batch(of, [])) if one.derived.name == "spike_recovery")


def test_the_recovery_is_of_the_volume_of_the_sample_with_the_spike() -> None:
    """(9e9 - 1e9) / mL in 5 mL of 4e10: all of it, though the feed without the spike is 100 mL."""
    found = recovered(record())
    assert found.sample == "spiked"
    assert found.derived.title == "Recovery of a spike, liposomes, lot L-3, added before step 1"
    made = found.derived.estimate
    assert made is not None
    assert made.value == pytest.approx(100.0)
    assert made.standard_uncertainty == pytest.approx(100 * ((0.9**2 + 0.1**2) / 64 + 0.02**2) ** 0.5)
    assert made.flags == ()


def test_flags_and_bounds() -> None:
    small = recovered(record({"amount": 1e9, "uncertainty": None})).derived.estimate
    assert small is not None
    assert {SPIKE_TOO_SMALL, ADDED_AS_EXACT} <= set(small.flags)
    bound = recovered(record(None, counted("spiked", 5e9), counted("feed", "<1e9"))).derived.estimate
    assert bound is not None
    assert bound.relation == ">"
    assert bound.value == pytest.approx(50.0)


def test_a_mass_in_another_unit() -> None:
    """100 ng/mL more in 5 mL: 500 of 1000 ng."""
    rows = [counted(n, v, "albumin_concentration", "ng/mL") for n, v in (("spiked", 110.0), ("feed", 10.0))]
    made = recovered(record({"measurand": "albumin_concentration", "amount": 1, "unit": "ug"}, *rows)).derived.estimate
    assert made is not None
    assert made.value == pytest.approx(50.0)


def test_particles_with_a_marker_of_their_own() -> None:
    """40 of 100 in 9e9 particles per mL are of the spike, and none can be told without it."""
    shares = [
        counted(n, v, "marker_positive_particles", "%", marker="CD63") for n, v in (("spiked", 40.0), ("feed", "<1"))
    ]
    of = record({"measurand": "marker_positive_particles", "marker": "cd63"}, *record()["results"], *shares)
    made = recovered(of).derived.estimate
    assert made is not None
    assert made.relation == ">"
    assert made.value == pytest.approx(100 * (0.4 * 9e9 - 0.01 * 1e9) * 5 / 4e10)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (record({"without": None}), "The sample without the spike is missing."),
        (record(None, counted("feed", 1e9)), "spiked: the concentration of the spike is missing."),
        (record(None, counted("spiked", 9e9)), "feed: the concentration of the spike is missing."),
        (record(spiked={"volume_ml": None}), "spiked: the volume is missing."),
        (record(spiked={"buffer": "plasma"}, feed={"buffer": "PBS"}), "measured in plasma, without it in PBS"),
        (record(None, counted("spiked", 1e9), counted("feed", 2e9)), "does not hold more"),
    ],
)
def test_why_there_is_none(changed: dict[str, Any], why: str) -> None:
    made = recovered(changed).derived
    assert made.estimate is None
    assert why in made.why_missing


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"sample": "nobody"}, "UNKNOWN_SAMPLE", "spikes[1].sample"),
        ({"without": "nobody"}, "UNKNOWN_SAMPLE", "spikes[1].without"),
        ({"without": "spiked"}, "NOT_ALLOWED", "spikes[1].without"),
        ({"measurand": "protein"}, "UNKNOWN_MEASURAND", "spikes[1].measurand"),
        ({"measurand": "zeta_potential"}, "UNKNOWN_MEASURAND", "spikes[1].measurand"),
        ({"unit": "1/mL"}, "WRONG_UNIT", "spikes[1].unit"),
        ({"unit": "ug"}, "WRONG_UNIT", "spikes[1].unit"),
        ({"before_step": 2}, "UNKNOWN_STEP", "spikes[1].before_step"),
        ({"measurand": "marker_positive_particles"}, "MISSING_KEY", "spikes[1].marker"),
        ({"amount": 0}, "OUT_OF_RANGE", "spikes[1].amount"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(change: dict[str, Any], code: str, place: str) -> None:
    head, mark, tail = write_toml(BatchRecord.model_validate(record())).partition("[[spikes]]")
    for key, value in change.items():
        tail = re.sub(rf"(?m)^{key} = .*$", f"{key} = {json.dumps(value)}", tail)
    text = head + mark + tail
    with pytest.raises(InputError) as refused:
        read_toml(ExportFile("batch.toml", text.encode()))
    assert [(i.code, i.where.field) for i in refused.value.issues] == [(code, place)]


def test_workbook_and_toml_hold_the_same() -> None:
    made = BatchRecord.model_validate(record())
    assert read_workbook(ExportFile("batch.xlsx", write_workbook(made))) == made
    assert read_toml(ExportFile("batch.toml", write_toml(made).encode())) == made
    assert '"spikes"' in to_json(made)


def test_a_spiked_sample_is_no_sample_whose_purity_is_asked_for() -> None:
    protein = [counted(n, 50.0, "protein_concentration", "ug/mL") for n in ("spiked", "feed")]
    of = derive(making.batch(record(None, *record()["results"], *protein), []))
    assert [one.sample for one in of if one.derived.name == "particles_per_protein"] == ["feed"]
