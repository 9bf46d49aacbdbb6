"""What a test asks for that its kind does not use, and what makes a verdict weaker than it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.release.checks.doubt import Doubt, tests_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.wording import Path
    from evqc.release.specification import Specification, Test

_WITH_NUMBERS = frozenset({"quantity", "size share", "particles per protein", "label content", "endotoxin"})
#: Fields that only some kinds of test look at, each with those kinds.
_USED_BY: dict[str, frozenset[str]] = {
    "measurand": frozenset({"quantity"}),
    "marker": frozenset({"quantity"}),
    "settings": frozenset({"quantity", "endotoxin"}),
    "markers": frozenset({"marker", "quantity"}),
    "expected": frozenset({"marker"}),
    "window_nm": frozenset({"size share"}),
    "observation": frozenset({"observation"}),
    "accepted": frozenset({"observation"}),
    "days": frozenset({"observation"}),
    "limits": frozenset({"quantity", "size share", "particles per protein", "endotoxin"}),
    "tolerance_percent": frozenset({"label content"}),
    "unit": frozenset({"quantity", "endotoxin", "particles per protein", "label content", "size share"}),
    "uncertainty_percent": _WITH_NUMBERS,
    "guard_risk_percent": _WITH_NUMBERS,
}
#: Tags of sources that nobody verified against the primary text.
_UNVERIFIED = ("[lit-H]", "[lit-M]", "[lit-L]", "[K]")
#: Days of incubation that the compendial culture method takes; STANDARDS STER-01 [lit-H].
_STERILITY_DAYS = 14
_AVERAGES = frozenset({"mean", "geometric mean", "median"})
#: Formulas whose standard error is known from the determinations.
_SCATTERING = frozenset({"mean", "geometric mean"})


def doubts_of_soundness(specification: Specification) -> Iterator[Doubt]:
    """``FIELD_NOT_USED``, ``AVERAGE_WITHOUT_CV``, ``GUARD_BAND_WITHOUT_UNCERTAINTY``, ``STERILITY_DAYS``,
    ``CONTROL_NOT_NEEDED``, ``SOURCE_NOT_VERIFIED`` and ``OTHER_STAGE``.

    Source:
        STANDARDS 7.6 OOS-04 (scatter before averaging), 4.5 STER-01 (days and control of sterility).
    """  # noqa: D205  the codes are the summary
    for path, test in tests_of(specification):
        for field, kinds in _USED_BY.items():
            if getattr(test, field) and test.asks not in kinds:
                expected = f"nothing, since a test that asks for {test.asks} does not look at it"
                yield Doubt((*path, field), "warning", "FIELD_NOT_USED", field, expected)
        yield from _reportable(path, test)
        yield from _guard_band(path, test)
        yield from _observed(path, test)
        yield from _source(path, test)
        if specification.stage == "drug substance" and test.stage == "drug product":
            expected = "a test of the drug substance or before it"
            yield Doubt((*path, "stage"), "warning", "OTHER_STAGE", f"{test.id} is of the drug product", expected)


def _reportable(path: Path, test: Test) -> Iterator[Doubt]:
    made = test.reportable
    if made.formula in _AVERAGES and made.largest_cv_percent is None:
        found = f"the {made.formula} of {made.determinations} without a largest CV"
        expected = "largest_cv_percent, so that scatter does not hide a value that fails"
        yield Doubt((*path, "reportable"), "warning", "AVERAGE_WITHOUT_CV", found, expected)


def _guard_band(path: Path, test: Test) -> Iterator[Doubt]:
    """A guard band is a multiple of an uncertainty that is known before anything is measured."""
    if test.guard_risk_percent is None or test.asks not in _WITH_NUMBERS or test.uncertainty_percent is not None:
        return
    if test.reportable.formula not in _SCATTERING:
        found = f"{test.id} asks for a guard band and states no uncertainty"
        expected = "uncertainty_percent, or a mean of determinations, whose scatter is one"
        yield Doubt((*path, "guard_risk_percent"), "error", "GUARD_BAND_WITHOUT_UNCERTAINTY", found, expected)


def _observed(path: Path, test: Test) -> Iterator[Doubt]:
    if test.category == "sterility" and test.asks == "observation" and (test.days or 0) < _STERILITY_DAYS:
        found = f"{test.days} days" if test.days else "no days"
        expected = f"{_STERILITY_DAYS} days by culture [lit-H: USP <71>, Ph. Eur. 2.6.1], or a validated rapid method"
        yield Doubt((*path, "days"), "warning", "STERILITY_DAYS", found, expected)
    needs = test.asks == "marker" and test.expected == "negative"
    if not test.control and (needs or test.category in {"sterility", "mycoplasma", "endotoxin"}):
        expected = "control = true: without its control the outcome does not show that the test could see anything"
        yield Doubt((*path, "control"), "warning", "CONTROL_NOT_NEEDED", "control = false", expected)


def _source(path: Path, test: Test) -> Iterator[Doubt]:
    tag = next((tag for tag in _UNVERIFIED if tag in test.source), None)
    if tag is not None and test.mandatory:
        expected = "a source that somebody verified, before the test decides on a release"
        yield Doubt((*path, "source"), "note", "SOURCE_NOT_VERIFIED", f"{test.id} rests on {tag}", expected)
