"""A release specification: what a product is tested for, by which method, against which limits, from which day on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, GetCoreSchemaHandler, PositiveFloat, model_validator

from evqc.batch.measuring import refuse_unfitting
from evqc.batch.part import Name, Part
from evqc.batch.vocabulary import Role
from evqc.records import left_out_when_none

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

#: How ids, limits and the content on a label are written.
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
TEST_ID_PATTERN = r"^[A-Z0-9][A-Z0-9-]{1,39}$"
LIMIT_PATTERN = r"^(<=|>=|<|>) ?[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
LABEL_PATTERN = r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
#: A limit as filed: the relation is explicit, and the text of the number decides on the places that count.
LimitText = Annotated[str, Field(pattern=LIMIT_PATTERN)]

Category = Literal[
    "identity",
    "size",
    "content",
    "purity",
    "potency",
    "sterility",
    "endotoxin",
    "mycoplasma",
    "adventitious agents",
    "sub-visible particles",
    "residual DNA",
    "residual protein",
    "appearance",
    "pH",
    "osmolality",
    "volume",
    "container closure",
    "parent cells",
    "other",
]
#: What a test asks of the evidence; each has fields of its own (``NEEDED``).
Asks = Literal["quantity", "size share", "marker", "particles per protein", "label content", "endotoxin", "observation"]
#: What a concentration is turned into before it is judged.
Per = Literal["as measured", "dose", "container", "1e9 particles"]
Rounding = Literal["USP", "Ph. Eur.", "ASTM E29", "none"]
Stage = Literal["parent cells", "in-process", "drug substance", "drug product"]
Route = Literal[
    "intravenous", "intramuscular", "subcutaneous", "intrathecal", "intranasal", "inhaled", "topical", "other"
]

#: Fields without which a test of each kind asks for nothing.
NEEDED: dict[str, tuple[str, ...]] = {
    "quantity": ("measurand", "unit", "limits"),
    "size share": ("window_nm", "limits"),
    "marker": ("markers", "expected"),
    "particles per protein": ("limits",),
    "label content": ("tolerance_percent",),
    "endotoxin": ("unit",),
    "observation": ("observation", "accepted"),
}


class Dosage(Part):
    """How the product is given: what limits per dose, per container and per kilogram are computed from.

    Attributes:
        dose_ml, dose_particles: the largest single dose.
        doses_per_hour: 1 where one dose is given within an hour or longer.
        body_weight_kg: that the endotoxin limit is computed for.
        container_ml: nominal volume of one container.
        label_particles_per_ml: the content that the label states, as printed there.
    """

    route: Route
    dose_ml: PositiveFloat | None = None
    dose_particles: PositiveFloat | None = None
    doses_per_hour: PositiveFloat = 1.0
    body_weight_kg: PositiveFloat | None = None
    container_ml: PositiveFloat | None = None
    label_particles_per_ml: Annotated[str, Field(pattern=LABEL_PATTERN)] | None = None


class Reportable(Part):
    """How the value that is judged is made of single determinations, fixed before anything is measured.

    Attributes:
        formula: ``each`` judges every determination by itself.
        determinations: how many are needed; fewer cannot be judged, more are never averaged in silence.
        largest_cv_percent: scatter above which the determinations are not averaged.
    """

    formula: Literal["single", "mean", "geometric mean", "median", "each"] = "single"
    determinations: Annotated[int, Field(ge=1)] = 1
    largest_cv_percent: PositiveFloat | None = None

    @model_validator(mode="after")
    def _single_is_one(self) -> Self:
        if (self.formula == "single") != (self.determinations == 1):
            raise ValueError("a single determination is one; every other formula needs two or more")
        return self


class Test(Part):
    """One test of a specification.

    Attributes:
        id: stable, never used again for something else.
        asks: what kind of evidence answers it.
        role: of the sample that is tested; ``sample`` names one where a role has several.
        method: methods whose results count, as the evidence names them; any when empty.
        measurand, unit: of a quantity; limits are in ``unit`` after ``per``.
        settings: what the quantity's own settings must say, such as the size class of sub-visible particles.
        markers: one of these has to be as ``expected``, such as CD14 or CD11b.
        control: a negative call counts only when the lysate of the source cells shows the marker.
        window_nm: ``[lower, upper)``.
        observation, accepted: name of a qualitative test and the outcomes that pass.
        limits: each with its relation; none on a side leaves it open.
        tolerance_percent: of the label's content, on both sides, included.
        rounding: how the reportable value is rounded before it is compared; the specification's where absent.
        uncertainty_percent: relative standard uncertainty of the reportable value by this method, where it is known.
        guard_risk_percent: largest risk of accepting what lies outside a limit; the limits are then moved inwards by a
            guard band. Absent is simple acceptance. Needs ``uncertainty_percent`` or a mean of determinations.
        mandatory: without a pass the batch is on hold. A test that is not mandatory is reported.
        days: from start to reading, before which no result counts, such as 14 for sterility.
        second_stage: id of the test that decides when this one fails, such as the microscopic count of particles.
        source: who set the limit.
        valid_from, valid_until: the days between which it is in force, both included.
    """

    id: Annotated[str, Field(pattern=TEST_ID_PATTERN)]
    title: Name
    category: Category
    asks: Asks
    role: Role = "product"
    sample: str | None = None
    stage: Stage = "drug product"
    method: tuple[Name, ...] = ()
    measurand: str | None = None
    marker: str | None = None
    settings: dict[str, str | float] = Field(default={})
    markers: tuple[Name, ...] = ()
    expected: Literal["positive", "negative"] | None = None
    control: bool = True
    window_nm: tuple[PositiveFloat, PositiveFloat] | None = None
    weighting: Literal["number"] = "number"
    observation: str | None = None
    accepted: tuple[Name, ...] = ()
    unit: str | None = None
    per: Per = "as measured"
    limits: tuple[LimitText, ...] = ()
    tolerance_percent: Annotated[float, Field(gt=0, le=100)] | None = None
    rounding: Rounding | None = None
    reportable: Reportable = Reportable()
    uncertainty_percent: PositiveFloat | None = None
    guard_risk_percent: Annotated[float, Field(gt=0, lt=50)] | None = None
    mandatory: bool = True
    days: Annotated[int, Field(ge=1)] | None = None
    second_stage: str | None = None
    source: Name
    valid_from: date
    valid_until: date | None = None
    note: str | None = None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Written as before guard bands were known where none is asked for: the hash of a specification in force."""
        return left_out_when_none(handler(source), "guard_risk_percent")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if missing := [name for name in NEEDED[self.asks] if not getattr(self, name)]:
            raise ValueError(f"a test that asks for {self.asks} needs {', '.join(missing)}")
        if self.asks == "quantity" and self.per == "as measured":
            refuse_unfitting(self.unit or "", self.measurand)
        return self

    @model_validator(mode="after")
    def _window_has_a_width(self) -> Self:
        if self.window_nm is not None and not self.window_nm[0] < self.window_nm[1]:
            raise ValueError("a window of sizes begins below its end")
        return self


class Specification(Part):
    """The document ``evqc.specification/1``: the tests of a product that decide on its release.

    Attributes:
        id, version: one version is never edited once it is in force; a change is a new version.
        checklist: what a person has to attest beside the tests, such as that the audit trail was reviewed.
        signatures: the meanings that have to be signed, in order, each by another person.
        valid_from, valid_until: the days between which the specification is in force, both included.
    """

    document: Literal["evqc.specification/1"] = Field(default="evqc.specification/1", alias="schema")
    id: Annotated[str, Field(pattern=ID_PATTERN)]
    version: Annotated[int, Field(ge=1)]
    title: Name
    product: Name
    stage: Stage = "drug product"
    source: Name
    valid_from: date
    valid_until: date | None = None
    rounding: Rounding = "USP"
    dosage: Dosage
    tests: Annotated[tuple[Test, ...], Field(min_length=1)]
    checklist: tuple[Name, ...] = ()
    signatures: tuple[Name, ...] = ("reviewed", "released")
    changes: str | None = None

    @model_validator(mode="after")
    def _tests_stand_once(self) -> Self:
        names = [test.id for test in self.tests]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"every test has an id of its own; twice: {', '.join(twice)}")
        return self

    def test(self, name: str) -> Test | None:
        """The test with the id ``name``."""
        return next((test for test in self.tests if test.id == name), None)


def in_force(valid_from: date, valid_until: date | None, day: date) -> bool:
    """Whether a test or a specification is in force on a day; both days of its validity are included."""
    return valid_from <= day and (valid_until is None or day <= valid_until)
