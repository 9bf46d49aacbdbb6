"""What differs between two specifications, field by field, and what that makes stricter or laxer."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from evqc.measurands import UnknownUnitError, factor
from evqc.numerics.limits import computed
from evqc.records import record, to_plain
from evqc.release.canonical import digest
from evqc.release.checks.limits import Side, side, sides
from evqc.release.computed_limits import limits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from evqc.release.computed_limits import Limits
    from evqc.release.specification import Rounding, Specification, Test

#: What a change makes of a test. ``same`` is another text with the same meaning, such as ``<=5`` and ``<= 5``.
Effect = Literal["stricter", "laxer", "changed", "same"]


@record
class NamedSpecification:
    """One of the two specifications."""

    id: str
    version: int
    title: str
    sha256: str


@record
class NamedTest:
    """A test that only one of the two has."""

    test: str
    title: str
    mandatory: bool
    effect: Effect


@record
class FieldChange:
    """One field that differs.

    Attributes:
        test: id of the test; None for the specification as a whole.
        field: its key, ``dosage.dose_ml`` with its table, or ``computed limits`` for what dosage and label make.
        old, new: as people read them; empty where there is nothing.
        effect: on what passes.
    """

    test: str | None
    field: str
    old: str
    new: str
    effect: Effect


@record
class SpecificationDifference:
    """The document ``evqc.specification-difference/1``.

    Attributes:
        identical: whether both have the same canonical form, whatever file they stand in.
        same_version: both have the same id and version and differ: a version in force was edited.
        changes: those of the specification as a whole, then those of each test.
    """

    schema: Literal["evqc.specification-difference/1"] = "evqc.specification-difference/1"
    old: NamedSpecification
    new: NamedSpecification
    identical: bool
    same_version: bool
    added: tuple[NamedTest, ...]
    removed: tuple[NamedTest, ...]
    changes: tuple[FieldChange, ...]


def difference(old: Specification, new: Specification) -> SpecificationDifference:
    """What differs from ``old`` to ``new``.

    Args:
        old: the earlier specification.
        new: the later one; it need not be of the same id.
    """
    before, after = digest(old), digest(new)
    ids, new_ids = {test.id for test in old.tests}, {test.id for test in new.tests}
    return SpecificationDifference(
        old=_named(old, before),
        new=_named(new, after),
        identical=before == after,
        same_version=before != after and (old.id, old.version) == (new.id, new.version),
        added=tuple(_only(test, "stricter") for test in new.tests if test.id not in ids),
        removed=tuple(_only(test, "laxer") for test in old.tests if test.id not in new_ids),
        changes=(*_of_the_whole(old, new), *_of_tests(old, new)),
    )


def _named(of: Specification, sha256: str) -> NamedSpecification:
    return NamedSpecification(id=of.id, version=of.version, title=of.title, sha256=sha256)


def _only(test: Test, effect: Effect) -> NamedTest:
    kind: Effect = effect if test.mandatory else "changed"
    return NamedTest(test=test.id, title=test.title, mandatory=test.mandatory, effect=kind)


def _of_the_whole(old: Specification, new: Specification) -> Iterator[FieldChange]:
    before, after = to_plain(old), to_plain(new)
    for key in (key for key in before if key not in {"schema", "dosage", "tests"}):
        if before[key] != after[key]:
            effect = _more_is_stricter(before[key], after[key]) if key in {"checklist", "signatures"} else "changed"
            yield _change(None, key, before[key], after[key], effect)
    for key in before["dosage"]:
        if before["dosage"][key] != after["dosage"][key]:
            yield _change(None, f"dosage.{key}", before["dosage"][key], after["dosage"][key], "changed")
    order = [[test.id for test in each.tests] for each in (old, new)]
    common = [[name for name in names if name in order[0] and name in order[1]] for names in order]
    if common[0] != common[1]:
        yield _change(None, "order of tests", common[0], common[1], "same")


def _of_tests(old: Specification, new: Specification) -> Iterator[FieldChange]:
    for test in old.tests:
        other = new.test(test.id)
        if other is None:
            continue
        before, after = to_plain(test), to_plain(other)
        for key in type(test).model_fields:
            if before.get(key) != after.get(key):
                yield _change(test.id, key, before.get(key), after.get(key), _effect(key, (old, test), (new, other)))
        yield from _computed(old, test, new, other)


def _change(test: str | None, field: str, old: Any, new: Any, effect: Effect) -> FieldChange:
    return FieldChange(test=test, field=field, old=_shown(old), new=_shown(new), effect=effect)


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_shown(each) for each in value)
        case dict():
            return ", ".join(f"{key} = {_shown(each)}" for key, each in value.items())
        case float():
            return f"{value:.15g}"
    return str(value)


_In = tuple["Specification", "Test"]
#: Risk in percent of accepting a value on the limit by simple acceptance.
_NO_BAND = 50.0


def _effect(key: str, old: _In, new: _In) -> Effect:
    """What a changed field does to what passes, as far as that follows from the field alone."""
    if key in {"limits", "rounding"}:
        return _of_limits(old, new)
    if key == "window_nm":
        return _of_windows(old[1], new[1])
    if key == "markers" and not old[1].expected == new[1].expected == "positive":
        return "changed"
    by = _BY_FIELD.get(key)
    return "changed" if by is None else by(getattr(old[1], key), getattr(new[1], key))


def _more(before: float | None, after: float | None) -> Effect:
    """Stricter when more is asked for."""
    return "stricter" if (after or 0) > (before or 0) else "laxer"


def _less(before: float | None, after: float | None) -> Effect:
    return _more(after, before)


def _of_guard_bands(before: float | None, after: float | None) -> Effect:
    """The smaller the risk, the wider the band; without a band half of what lies on a limit is accepted."""
    return _less(_NO_BAND if before is None else before, _NO_BAND if after is None else after)


def _of_methods(before: tuple[str, ...], after: tuple[str, ...]) -> Effect:
    """Any method counts where none is named."""
    if before and after:
        return _fewer_is_stricter(before, after)
    return "laxer" if before else "stricter"


def _of_second_stages(before: str | None, after: str | None) -> Effect:
    """A second stage is another chance."""
    if before is not None and after is not None:
        return "changed"
    return "stricter" if after is None else "laxer"


def _more_is_stricter(before: list[str], after: list[str]) -> Effect:
    return _fewer_is_stricter(tuple(after), tuple(before))


def _fewer_is_stricter(before: tuple[str, ...], after: tuple[str, ...]) -> Effect:
    one, other = set(before), set(after)
    return "same" if one == other else "stricter" if other < one else "laxer" if other > one else "changed"


_BY_FIELD: dict[str, Callable[[Any, Any], Effect]] = {
    "mandatory": _more,
    "control": _more,
    "days": _more,
    "tolerance_percent": _less,
    "guard_risk_percent": _of_guard_bands,
    "accepted": _fewer_is_stricter,
    "markers": _fewer_is_stricter,
    "method": _of_methods,
    "second_stage": _of_second_stages,
}


def _of_windows(old: Test, new: Test) -> Effect:
    """A wider window holds more particles: laxer where a least share is asked for, stricter for a largest one."""
    if old.window_nm is None or new.window_nm is None or old.limits != new.limits or len(new.limits) != 1:
        return "changed"
    (a, b), (c, d) = old.window_nm, new.window_nm
    if not ((c <= a and d >= b) or (c >= a and d <= b)):
        return "changed"
    wider = c <= a and d >= b
    return "laxer" if wider == side(new.limits[0], "none").is_lower else "stricter"


def _of_limits(old: _In, new: _In) -> Effect:
    """By the unrounded results that pass: ``>= 95.0`` is stricter than ``>= 95``, since 94.6 rounds to 95."""
    times = _times(old[1], new[1])
    if times is None:
        return "changed"
    return _of_both_sides(sides(old[1], old[0]), sides(new[1], new[0]), times)


def _of_both_sides(before: Sequence[Side], after: Sequence[Side], times: Decimal) -> Effect:
    lower = _of_sides([s for s in before if s.is_lower], [s for s in after if s.is_lower], times)
    upper = _of_sides([s for s in before if not s.is_lower], [s for s in after if not s.is_lower], times)
    return _together({lower, upper})


def _times(old: Test, new: Test) -> Decimal | None:
    """What an old limit is multiplied by to be in the new unit; None where the two are not comparable."""
    if (old.asks, old.per, old.measurand) != (new.asks, new.per, new.measurand):
        return None
    if old.unit == new.unit:
        return Decimal(1)
    try:
        return computed(factor(old.unit or "", new.unit or ""))
    except UnknownUnitError:
        return None


def _of_sides(before: list[Side], after: list[Side], times: Decimal) -> Effect:
    if not before or not after:
        return "same" if before == after else "laxer" if before else "stricter"
    upward = before[0].is_lower
    tightest = max if upward else min
    one = tightest((each.edge * times, each.included != upward) for each in before)
    other = tightest((each.edge, each.included != upward) for each in after)
    return "same" if one == other else "stricter" if (other > one) == upward else "laxer"


def _together(effects: set[Effect]) -> Effect:
    told = effects - {"same"}
    return told.pop() if len(told) == 1 else "changed" if told else "same"


def _computed(old: Specification, test: Test, new: Specification, other: Test) -> Iterator[FieldChange]:
    """Limits that follow from dosage and label, where these changed."""
    before, after = limits_of(old, test), limits_of(new, other)
    if not (before.basis or after.basis) or before.texts == after.texts:
        return
    effect: Effect = "changed"
    if before.unit == after.unit and before.texts and after.texts:
        one = _sides_of(before, test.rounding or old.rounding)
        later = _sides_of(after, other.rounding or new.rounding)
        effect = _of_both_sides(one, later, Decimal(1))
    yield _change(test.id, "computed limits", _in_words(before), _in_words(after), effect)


def _sides_of(limits: Limits, rounding: Rounding) -> list[Side]:
    return [side(text, "none" if text in limits.unrounded else rounding) for text in limits.texts]


def _in_words(limits: Limits) -> str:
    return f"{' and '.join(limits.texts)} {limits.unit}" if limits.texts else ""
