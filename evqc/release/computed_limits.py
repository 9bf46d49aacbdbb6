"""The limits of a test: as filed, or computed from the dosage and the label by which the product is given."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Context, Decimal
from typing import TYPE_CHECKING

from evqc.measurands import UnknownUnitError, factor
from evqc.measurands import unit as unit_called
from evqc.numerics.limits import computed, decimal, meets, relation_of, shown
from evqc.records import record

if TYPE_CHECKING:
    from evqc.release.specification import Dosage, Per, Specification, Test

#: K in EU per kilogram of body weight and hour, by route; other routes have none, so that their limit has to be filed.
#: USP <85>, Ph. Eur. 2.6.14: 5 for parenteral and 0.2 for intrathecal use; STANDARDS 4.5 EDX-01 and EDX-04.
THRESHOLDS_EU_PER_KG_H: dict[str, Decimal] = {
    "intravenous": Decimal(5),
    "intramuscular": Decimal(5),
    "subcutaneous": Decimal(5),
    "intrathecal": Decimal("0.2"),
}
#: What a unit is called in after ``per``; the filed unit may say so itself or leave it to ``per``.
SAID: dict[Per, str] = {"dose": "dose", "container": "container", "1e9 particles": "1e9 particles"}
_TAIL = re.compile(r"\s*(/|\bper\b)\s*(dose|container|vial|1e9 particles|10\^9 particles|10⁹ particles)\s*$")
_EXACT = Context(prec=60)
#: Significant digits of a computed limit that has no end; cut, never rounded up, since it is a limit of safety.
_CUT = Context(prec=4, rounding=ROUND_DOWN)
_LONG = 6


@record
class Limits:
    """What a result is compared with.

    Attributes:
        texts: each with its relation, such as ``>= 95.0``.
        unit: as a person reads it, such as ``EU/mL`` or ``ng/dose``.
        basis: how limits were computed; empty when all are filed.
        unrounded: of ``texts``, those that a result is compared with as it is: a threshold of safety has no places.
        why_missing: one sentence; empty exactly when there are limits.
    """

    texts: tuple[str, ...]
    unit: str
    basis: str = ""
    unrounded: tuple[str, ...] = ()
    why_missing: str = ""


def limits_of(specification: Specification, test: Test) -> Limits:
    """The limits of a test, in its unit after ``per``.

    Args:
        specification: whose dosage and label limits are computed from.
        test: of it.

    Returns:
        Without limits, and with the reason, when what they are computed from is not filed. An endotoxin test has the
        filed limit and K/M where both exist: the stricter one decides.

    Raises:
        ValueError: a filed limit is no limit.

    Source:
        USP <85>, Ph. Eur. 2.6.14 (K/M) as in STANDARDS 4.5, EDX-01 and EDX-04, and 10.3; label ± % as in 10.6.
    """
    for text in test.limits:
        relation_of(text)
    if test.asks == "label content":
        return _of_label(specification.dosage, test)
    if test.asks == "endotoxin":
        return _of_endotoxin(specification.dosage, test)
    return Limits(texts=test.limits, unit=unit_of(test), why_missing="" if test.limits else "No limit is filed.")


def unit_of(test: Test) -> str:
    """The unit of a test's reportable value as a person reads it: ``ng/dose``, ``%``, ``/µg`` as ``1/ug``."""
    of = {"size share": "%", "particles per protein": "1/ug", "label content": "1/mL"}
    stated = test.unit or of.get(test.asks, "")
    return f"{base_unit(stated)}/{SAID[test.per]}" if test.per in SAID else stated


def base_unit(stated: str) -> str:
    """The unit without what it is per: ``ng`` of ``ng/dose`` and of ``ng``; ``EU`` of ``EU/mL`` is ``EU``."""
    bare = _TAIL.sub("", stated.strip()).removesuffix("/mL")
    return "1" if bare in {"particles", "particle", ""} else bare


def concentration_unit(test: Test) -> str:
    """The concentration that the value of a test is computed from: ``ng/mL`` for a limit in ng per dose.

    Raises:
        UnknownUnitError: what is filed is no unit that evqc knows.
    """
    return unit_called(f"{base_unit(test.unit or '')}/mL" if test.per in SAID else unit_of(test))


def exceeding_threshold(specification: Specification, test: Test) -> str | None:
    """Why a filed endotoxin limit is no limit for this dosage: it allows more than K/M; None when it is within.

    Source:
        STANDARDS 10.3: ``< 100 EU/mL`` is within 350 for 1 mL/h and exceeds 35 for 10 mL/h at 70 kg.
    """
    limits = limits_of(specification, test)
    highest = [number for relation, number in map(relation_of, test.limits) if relation in {"<", "<="}]
    if not limits.unrounded or not highest:
        return None
    _, allowed = relation_of(limits.unrounded[0])
    if any(meets(number, allowed, "<=", "none") for number in highest):
        return None
    return f"The filed limit {' and '.join(test.limits)} {limits.unit} allows more than {limits.basis}."


def _of_label(dosage: Dosage, test: Test) -> Limits:
    """Label ± tolerance, both included, with the places of the label or, where it needs them, more."""
    unit = unit_of(test)
    label, tolerance = dosage.label_particles_per_ml, test.tolerance_percent
    if label is None or tolerance is None:
        return Limits(texts=(), unit=unit, why_missing="The content that the label states is not filed.")
    try:
        content = decimal(label) * computed(factor("1/mL", unit))
    except UnknownUnitError as error:
        return Limits(texts=(), unit=unit, why_missing=f"The content has no limits: {error}.")
    share = computed(tolerance) / 100
    low, high = (_in_places(content * (1 + side * share), content) for side in (-1, 1))
    texts = (f">= {shown(low, label)}", f"<= {shown(high, label)}")
    return Limits(texts=texts, unit=unit, basis=f"label {label}/mL ± {computed(tolerance):f} %")


def _in_places(exact: Decimal, label: Decimal) -> Decimal:
    """A number with the last place of the label, or its own last place where that is finer."""
    exponents = [int(each.as_tuple().exponent) for each in (_EXACT.normalize(exact), label)]
    return exact.quantize(Decimal((0, (1,), min(exponents))), context=_EXACT)


def _of_endotoxin(dosage: Dosage, test: Test) -> Limits:
    """The filed limit together with K/M, where the route has a K."""
    unit = unit_of(test)
    threshold = THRESHOLDS_EU_PER_KG_H.get(dosage.route)
    if threshold is None:
        why = "" if test.limits else f"The route '{dosage.route}' has no K: its endotoxin limit has to be filed."
        return Limits(texts=test.limits, unit=unit, why_missing=why)
    if why := _missing(dosage, test.per) or _no_endotoxin(test):
        return Limits(texts=(), unit=unit, why_missing=why)
    exact = _allowed(dosage, test.per, threshold)
    most = exact if len(exact.as_tuple().digits) <= _LONG else _EXACT.normalize(_CUT.plus(exact))
    text = f"<= {shown(most)}"
    basis = f"K/M = {threshold:f} EU/kg/h × {_plain(dosage.body_weight_kg)} kg / {_dose(dosage, test.per)}"
    return Limits(texts=(*test.limits, text), unit=unit, basis=f"{basis} = {shown(most)} {unit}", unrounded=(text,))


def _missing(dosage: Dosage, per: Per) -> str:
    """What of the dosage K/M needs and nobody filed, in one sentence."""
    needed = {"body_weight_kg": dosage.body_weight_kg}
    if per in {"as measured", "container"}:
        needed["dose_ml"] = dosage.dose_ml
    if per == "container":
        needed["container_ml"] = dosage.container_ml
    if per == "1e9 particles":
        needed["dose_particles"] = dosage.dose_particles
    lacking = [name for name, value in needed.items() if value is None]
    return f"K/M needs {' and '.join(lacking)} of the dosage." if lacking else ""


def _no_endotoxin(test: Test) -> str:
    return "" if base_unit(test.unit or "") == "EU" else f"K/M is a number of EU, not of '{test.unit}'."


def _allowed(dosage: Dosage, per: Per, threshold: Decimal) -> Decimal:
    """EU per millilitre, dose, container or 10⁹ particles: K times body weight by what is given within an hour."""
    rate = _number(dosage.doses_per_hour)
    of_hour = _EXACT.multiply(threshold, _number(dosage.body_weight_kg))
    per_dose = _EXACT.divide(of_hour, rate)
    if per == "dose":
        return _EXACT.normalize(per_dose)
    if per == "1e9 particles":
        return _EXACT.normalize(_EXACT.divide(per_dose * 10**9, _number(dosage.dose_particles)))
    per_ml = _EXACT.divide(per_dose, _number(dosage.dose_ml))
    return _EXACT.normalize(per_ml * _number(dosage.container_ml) if per == "container" else per_ml)


def _number(value: float | None) -> Decimal:
    assert value is not None
    return computed(value)


def _plain(value: float | None) -> str:
    return shown(_number(value))


def _dose(dosage: Dosage, per: Per) -> str:
    """The dose of an hour in words, and what it is turned into."""
    doses = _plain(dosage.doses_per_hour)
    if per == "dose":
        return f"{doses} doses/h"
    if per == "1e9 particles":
        return f"({_plain(dosage.dose_particles)} particles × {doses}/h)"
    of_hour = f"({_plain(dosage.dose_ml)} mL × {doses}/h)"
    return f"{of_hour} × {_plain(dosage.container_ml)} mL" if per == "container" else of_hour
