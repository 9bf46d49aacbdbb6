"""Specifications and batches for the tests of judging, from a few words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from evqc.release.judging import judge
from evqc.release.specification import Specification
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.release.record import TestResult

DAY = date(2026, 4, 1)
DOSAGE = {"route": "intravenous", "dose_ml": 1, "body_weight_kg": 70, "container_ml": 2}
_FIELDS: dict[str, dict[str, Any]] = {
    "quantity": {"measurand": "protein_concentration", "unit": "ug/mL", "limits": ["<= 100"]},
    "size share": {"window_nm": [50, 400], "limits": ["> 90"]},
    "marker": {"markers": ["CD63"], "expected": "positive"},
    "particles per protein": {"limits": [">= 1e9"]},
    "label content": {"tolerance_percent": 20},
    "endotoxin": {"unit": "EU/mL"},
    "observation": {"observation": "sterility", "accepted": ["no growth"]},
}
_CATEGORIES = {"observation": "sterility", "endotoxin": "endotoxin", "marker": "identity"}


def asked(asks: str, **fields: Any) -> dict[str, Any]:
    """One test with what it needs, unless told otherwise."""
    return {
        "id": "TEST-1",
        "title": f"A test of {asks}",
        "category": _CATEGORIES.get(asks, "other"),
        "asks": asks,
        "source": "laboratory",
        "valid_from": "2026-01-01",
        **_FIELDS[asks],
        **fields,
    }


def specification(*tests: dict[str, Any], **fields: Any) -> Specification:
    """A specification of these tests."""
    stated: dict[str, Any] = {
        "id": "SPEC-1",
        "version": 1,
        "title": "EV product",
        "product": "P",
        "source": "laboratory",
        "valid_from": "2026-01-01",
        "dosage": DOSAGE,
        "tests": list(tests),
    }
    return Specification.model_validate(stated | fields)


def batch(described: list[dict[str, Any]] | None = None, **tables: Any) -> Any:
    """A batch with one product, ``it``, and whatever else its record and exports hold."""
    samples = [{"name": "it", "role": "product"}]
    return making.batch({"batch": {"id": "B", "product": "P"}, "samples": samples} | tables, described or [])


def with_runs(*runs: dict[str, Any], dilution: float | None = 100, **tables: Any) -> Any:
    """A batch whose product was measured by these runs of a NanoSight."""
    entry = {"path": "it.csv", "sample": "it"} | ({} if dilution is None else {"dilution": dilution})
    return batch([{"name": "it.csv", "runs": list(runs)}], files=[entry], **tables)


def result(measurand: str, value: float | str, unit: str, **more: Any) -> dict[str, Any]:
    """One result of the product entered by hand."""
    return {"sample": "it", "measurand": measurand, "value": value, "unit": unit} | more


def judged(of: Any, test: dict[str, Any], *, day: date = DAY, **fields: Any) -> TestResult:
    """The result of one test of a batch."""
    made = specification(test, **fields)
    return judge(of, made, made.tests[0], day=day)
