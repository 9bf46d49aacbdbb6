"""Every field of a specification: its sheet, heading, unit, kind, meaning, example and closed list."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, get_args

from evqc.batch.fields import FieldOfRecord as F
from evqc.batch.sections import Section
from evqc.batch.vocabulary import OBSERVATIONS, ROLES
from evqc.measurands import MEASURANDS, UNITS
from evqc.release.specification import Asks, Category, Per, Reportable, Rounding, Route, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

SPECIFICATION = (
    F("id", "Specification number", "text", "A short name without blanks; needed", "SPEC-UC-EV-01"),
    F("version", "Version", "whole", "1, 2, 3; a version in force is never edited; needed", 1),
    F("title", "Title", "text", "What it is the specification of; needed", "Umbilical cord MSC-EV, drug product"),
    F("product", "Product", "text", "As batch records name it; needed", "Umbilical cord MSC-EV, 1 mL vials"),
    F("stage", "Stage", "text", "What is released by it", "drug product", choices="stage"),
    F("source", "Source", "text", "Who set it: document and its owner; needed", "QA document S-017"),
    F("valid_from", "Valid from", "date", "First day on which it is in force; needed", "2026-01-01"),
    F("valid_until", "Valid until", "date", "Last day; empty while it has no end", "2027-12-31"),
    F("rounding", "Rounding", "text", "How values are rounded before they are compared", "USP", choices="rounding"),
    F("changes", "Changes", "text", "What changed against the version before, and why", "endotoxin limit by K/M"),
)  # fmt: skip

DOSAGE = (
    F("route", "Route", "text", "How the product is given; needed", "intravenous", choices="route"),
    F("dose_ml", "Largest dose", "number", "Volume of the largest single dose", 10, "mL"),
    F("dose_particles", "Particles in it", "number", "Particles in the largest single dose", 1e11, "particles"),
    F("doses_per_hour", "Doses within an hour", "number", "1 where a dose is given within an hour or longer", 1),
    F("body_weight_kg", "Body weight", "number", "That the endotoxin limit is computed for", 70, "kg"),
    F("container_ml", "Container", "number", "Nominal volume of one container", 10, "mL"),
    F("label_particles_per_ml", "Content on the label", "digits", "As printed; digits count", "1.0e10", "particles/mL"),
)  # fmt: skip

#: Fields of a test whose cell holds one entry a line, or ``key = value`` lines.
LINES = ("method", "markers", "accepted", "limits")
SETTINGS = "settings"
#: Fields of a test that are yes or no.
YES_NO = ("control", "mandatory")
#: Columns that stand for one field of the model together: the two ends of the window, and the reportable value.
WINDOW = ("window_from_nm", "window_to_nm")
REPORTABLE = ("formula", "determinations", "largest_cv_percent")

TESTS = (
    F("id", "Test", "text", "Capitals, digits and hyphens; never used again for something else", "END-01"),
    F("title", "Title", "text", "As the certificate prints it", "Bacterial endotoxins"),
    F("category", "Category", "text", "What the test is about", "endotoxin", choices="category"),
    F("asks", "Asks for", "text", "What kind of evidence answers it", "endotoxin", choices="asks"),
    F("mandatory", "Mandatory", "text", "yes: no release without a pass; no: reported", "yes", choices="yes or no"),
    F("role", "Role", "text", "Of the sample that is tested", "product", choices="role"),
    F("sample", "Sample", "text", "Its name, where the role has several", "EV-1"),
    F("stage", "Stage", "text", "At which it is tested", "drug product", choices="stage"),
    F("method", "Methods", "text", "Whose results count, one a line; any when empty", "kinetic chromogenic LAL"),
    F("measurand", "Quantity", "text", "Of tests that ask for one", "protein_concentration", choices="measurand"),
    F("marker", "Marker of the quantity", "text", "Of quantities of one marker, such as marker_positive_cells", "CD73"),
    F(SETTINGS, "Settings", "text", "What its settings must say, one 'name = value' a line", "size_um = 10"),
    F("markers", "Markers", "text", "One of these has to be as expected, one a line", "CD14"),
    F("expected", "Expected", "text", "Of tests that ask for a marker", "negative", choices="expected"),
    F("control", "Control needed", "text", "yes: a negative needs a lysate that shows it", "yes", choices="yes or no"),
    F("window_from_nm", "Window from", "number", "Of a share of sizes: this diameter is inside", 50, "nm"),
    F("window_to_nm", "Window to", "number", "Of a share of sizes: this diameter is outside", 200, "nm"),
    F("observation", "Observation", "text", "Name of a test without a number", "sterility", choices="observation"),
    F("accepted", "Accepted outcomes", "text", "Of an observation, one a line", "no growth"),
    F("unit", "Unit", "text", "Of the limits", "EU/mL", choices="unit"),
    F("per", "Per", "text", "What a concentration is turned into before it is judged", "as measured", choices="per"),
    F("limits", "Limits", "text", "With <, <=, > or >=, one a line; the digits count", ">= 95"),
    F("tolerance_percent", "Tolerance", "number", "Of the content on the label, to both sides, included", 20, "%"),
    F("rounding", "Rounding", "text", "That of the specification when empty", "USP", choices="rounding"),
    F("formula", "Reportable value", "text", "How it is made of determinations", "mean", choices="formula"),
    F("determinations", "Determinations", "whole", "How many it is made of", 3),
    F("largest_cv_percent", "Largest CV", "number", "Scatter above which they are not averaged", 20, "%"),
    F("uncertainty_percent", "Uncertainty", "number", "Relative standard uncertainty of the method", 12, "%"),
    F("guard_risk_percent", "Guard band risk", "number", "Of accepting what lies outside; empty: no band", 5, "%"),
    F("days", "Days", "whole", "From start to reading, before which no result counts", 14),
    F("second_stage", "Second stage", "text", "Decides when this one fails", "SVP-03", choices="second stage"),
    F("source", "Source of the limit", "text", "Who set it", "Ph. Eur. 2.6.14"),
    F("valid_from", "Valid from", "date", "First day on which the test is in force", "2026-01-01"),
    F("valid_until", "Valid until", "date", "Last day; empty while it has no end", "2027-12-31"),
    F("note", "Note", "text", "For those who read it", "published limits span 0.25 to 100 EU/mL"),
)  # fmt: skip

#: Lists of the first sheet, one entry a row: what the rows are called, with a number, and the key.
LISTED = {"Checklist": "checklist", "Signature": "signatures"}

#: The sheets of the workbook, one column or row a cell; the first one holds what stands at the top of the TOML.
SHEETS: tuple[Section, ...] = (
    Section("specification", "Specification", SPECIFICATION, is_list=False, also=tuple(LISTED.values())),
    Section("dosage", "Dosage", DOSAGE, is_list=False),
    Section("tests", "Tests", TESTS),
)
#: As the TOML holds them, for the keys that may stand in each table.
SECTIONS: tuple[Section, ...] = (
    SHEETS[1],
    Section(
        "tests",
        "Tests",
        tuple(f for f in TESTS if f.name not in {*WINDOW, *REPORTABLE}),
        also=("window_nm", "reportable", "weighting"),
    ),
)
#: Keys at the top of the TOML.
TOP: tuple[str, ...] = ("schema", *(field.name for field in SPECIFICATION), *LISTED.values())

#: Lists whose entries may be spelled in other ways too; the workbook warns and does not stop there.
OPEN_LISTS = frozenset({"unit", "observation", "second stage"})


@cache
def lists() -> Mapping[str, tuple[str, ...]]:
    """The closed lists by name, each in the order in which a person is offered it."""
    return {
        "stage": get_args(Stage),
        "rounding": get_args(Rounding),
        "route": get_args(Route),
        "category": get_args(Category),
        "asks": get_args(Asks),
        "yes or no": ("yes", "no"),
        "role": ROLES,
        "measurand": tuple(MEASURANDS),
        "expected": ("positive", "negative"),
        "observation": tuple(OBSERVATIONS),
        "unit": tuple(UNITS),
        "per": get_args(Per),
        "formula": get_args(Reportable.model_fields["formula"].annotation),
    }
