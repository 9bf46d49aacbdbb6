"""What SoftMax Pro computed in a group table, beside the same computed here, and its concentrations as quantities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from evqc.instruments._amounts import quantity
from evqc.instruments._analyte import UNKNOWN, in_unit
from evqc.instruments._printed import Printed, disagreement, printed
from evqc.instruments.softmax_pro._groups import by_sample, is_layout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from evqc.errors import Issue, Where
    from evqc.instruments._cell import Row
    from evqc.instruments._plate_wells import Content, Wells
    from evqc.instruments._printed import Floats
    from evqc.instruments.softmax_pro._groups import Column, Group
    from evqc.measurement import Quantity, Scalar

_STATISTIC = re.compile(r"(Average|Stdev|Cv)\((.+)\)")
_PERCENT = re.compile(r"\(?(.+?)\)?/\(?(.+?)\)?\)?\*100")
_PRODUCT = re.compile(r"(.+)\*(.+)")
_VALUES = "!WellValues"
_FACTOR = "!Factor"


def is_concentration(column: Column) -> bool:
    """Whether a column is read from a standard curve, well by well."""
    return column.formula.startswith("InterpX(")


def disagreements(found: Group, signals: Mapping[str, Wells]) -> tuple[Issue, ...]:
    """Warnings for printed values of a group that are not what the wells and other columns give, within rounding.

    Well values are compared with the plate; averages, standard deviations (n - 1; 0 of a single value) and CVs are
    computed over the values of a sample that are numbers, as SoftMax Pro does; products and percentages row by row.

    Args:
        found: the group.
        signals: what its plates hold, by name.
    """
    if not found.body:
        return ()
    numbers = _columns(found, signals)
    issues: list[Issue] = []
    for column in found.columns:
        told = _printed(found, column) if _compares(column) else None
        rule = _rule(found, column, numbers) if told is not None else None
        if told is not None and rule is not None:
            value, tolerance = rule
            issues += disagreement(
                f"{column.heading} of group {found.name}", told, [value], _place(found, column), tolerance=tolerance
            )
    return tuple(issues)


def is_used(found: Group, column: Column) -> bool:
    """Whether a column of a group goes into quantities, is compared, or says that a criterion failed."""
    named = column.name == "R" or column.formula.startswith(("!", "If ", "If(")) or is_layout(column)
    return named or is_concentration(column) or (_compares(column) and all(_known(found, t) for t in _terms(column)))


def _compares(column: Column) -> bool:
    return column.formula == _VALUES or bool(_terms(column))


def _terms(column: Column) -> tuple[str, ...]:
    """What a statistic, percentage or product is computed of; nothing for other formulas."""
    if (statistic := _STATISTIC.fullmatch(column.formula)) is not None:
        return (statistic[2],)
    match = _PERCENT.fullmatch(column.formula) or _PRODUCT.fullmatch(column.formula)
    return () if match is None else (match[1], match[2])


def _known(found: Group, text: str) -> bool:
    """Whether a term of a formula is a column of numbers, a statistic of one, the well values or the dilution."""
    name = _bare(text)
    if (statistic := _STATISTIC.fullmatch(name)) is not None:
        return _known(found, statistic[2])
    if name == _FACTOR:
        return _dilution(found) is not None
    return name == _VALUES or any(c.name == name and _is_number(c) for c in found.columns)


def _dilution(found: Group) -> Column | None:
    """The column of descriptors that speaks of a dilution, which formulas call ``!Factor``."""
    described = (c for c in found.columns if c.formula.startswith("!SampleDescriptor"))
    return next((c for c in described if "dilut" in c.name.casefold()), None)


def _place(found: Group, column: Column) -> Callable[[tuple[int, ...]], Where]:
    return lambda index: found.cell(found.body[index[0]], column).where(column.heading)


def _printed(found: Group, column: Column) -> Printed:
    cells = [[found.cell(row, column)] for row in found.body]
    return printed(cells, [[amount] for amount in found.amounts(column)])


def _columns(found: Group, signals: Mapping[str, Wells]) -> dict[str, Printed]:
    """The numbers that formulas refer to, by name; of the wells those of the plate, which have all their digits."""
    own = {c.name: _whole(found, _printed(found, c)) for c in found.columns if _is_number(c)}
    values = next((c for c in found.columns if c.formula == _VALUES), None)
    if values is not None:
        own[_VALUES] = own[values.name]
    of_wells = _signals(found, signals)
    if of_wells is not None:
        own |= {_VALUES: of_wells} | ({values.name: of_wells} if values is not None else {})
    return own


def _is_number(column: Column) -> bool:
    return is_concentration(column) or _compares(column) or column.formula.startswith("!SampleDescriptor")


def _whole(found: Group, numbers: Printed) -> Printed:
    """The numbers of a column, those that stand once for a sample in all of its rows."""
    value, rounding = numbers.value.copy(), numbers.rounding.copy()
    for rows in by_sample(found).values():
        if np.isfinite(value[rows]).sum() == 1 and np.isfinite(value[rows[0], 0]):
            blank = [row for row in rows if not np.isfinite(value[row, 0])]
            value[blank], rounding[blank] = value[rows[0]], rounding[rows[0]]
    return Printed(value, rounding)


def _signals(found: Group, signals: Mapping[str, Wells]) -> Printed | None:
    """The values of the plate for each row; None when a row's plate or well is not known."""
    only = next(iter(signals), None) if len(signals) == 1 else None
    plates = [plate or only for plate in found.plates]
    if any(plate not in signals for plate in plates) or None in found.wells:
        return None
    parts = [signals[str(p)].numbers([str(w)]) for p, w in zip(plates, found.wells, strict=True)]
    return Printed(np.vstack([p.value for p in parts]), np.vstack([p.rounding for p in parts]))


def _rule(found: Group, column: Column, numbers: Mapping[str, Printed]) -> tuple[Floats, Floats] | None:
    """The numbers that a column should hold, and what rounding can move them; None for a formula evqc does not know."""
    if column.formula == _VALUES:
        known = numbers.get(_VALUES)
        return None if known is None else (known.value, known.rounding)
    terms = [_term(found, text, numbers) for text in _terms(column)]
    if (statistic := _STATISTIC.fullmatch(column.formula)) is not None:
        return None if terms[0] is None else _statistic(found, statistic[1], terms[0])
    if len(terms) != 2:
        return None
    return _ratio(*terms) if _PERCENT.fullmatch(column.formula) is not None else _product(*terms)


def _term(found: Group, text: str, numbers: Mapping[str, Printed]) -> Printed | None:
    """The numbers of a term; None for one that evqc does not know."""
    name = _bare(text)
    if name == _FACTOR and (column := _dilution(found)) is not None:
        return numbers.get(column.name)
    statistic = _STATISTIC.fullmatch(name)
    known = _term(found, statistic[2], numbers) if statistic is not None else numbers.get(name)
    if statistic is None or known is None:
        return known
    return Printed(*_statistic(found, statistic[1], known))


def _bare(name: str) -> str:
    """A term without blanks and quotation marks, its last bracket closed."""
    plain = name.strip().strip("'")
    return plain + ")" * (plain.count("(") - plain.count(")"))


def _statistic(found: Group, name: str, known: Printed) -> tuple[Floats, Floats]:
    value, tolerance = np.full(known.value.shape, np.nan), np.zeros(known.value.shape)
    for rows in by_sample(found).values():
        there = known.value[rows, 0]
        used = there[np.isfinite(there)]
        rounding = known.rounding[rows, 0][np.isfinite(there)]
        if used.size:
            value[rows], tolerance[rows] = _of_sample(name, used, rounding)
    return value, tolerance


def _of_sample(name: str, used: Floats, rounding: Floats) -> tuple[float, float]:
    """A statistic of one sample, and what the rounding of its values can move."""
    mean, moved = float(used.mean()), float(rounding.mean())
    if name == "Average":
        return mean, moved
    sd = float(used.std(ddof=1)) if used.size > 1 else 0.0
    sd_moved = float(np.sqrt((rounding**2).sum() / (used.size - 1))) if used.size > 1 else 0.0
    if name == "Stdev":
        return sd, sd_moved
    if not abs(mean) > moved:
        return np.nan, 0.0
    return 100.0 * sd / mean, 100.0 * (sd_moved + sd * moved / abs(mean)) / (abs(mean) - moved)


def _product(left: Printed | None, right: Printed | None) -> tuple[Floats, Floats] | None:
    if left is None or right is None:
        return None
    moved = np.abs(left.value) * right.rounding + np.abs(right.value) * left.rounding
    return left.value * right.value, np.nan_to_num(moved + left.rounding * right.rounding)


def _ratio(part: Printed | None, whole: Printed | None) -> tuple[Floats, Floats] | None:
    if part is None or whole is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(whole.value == 0, np.nan, 100.0 * part.value / whole.value)
        relative = part.rounding / np.abs(part.value) + whole.rounding / np.abs(whole.value)
        return value, np.nan_to_num(np.abs(value) * relative, posinf=0.0)


def concentrations(
    found: Group, unit: str | None, plates: Sequence[str], layout: Mapping[str, Mapping[str, Content]]
) -> list[Quantity]:
    """The concentrations of a group, one a well and column: read from the curve, and times the dilution.

    Args:
        found: the group.
        unit: of the standards; without one the number is the result of an analyte in a unit that is not stated.
        plates: names of the plates of the file.
        layout: what is in their wells.
    """
    curves = [column for column in found.columns if is_concentration(column)]
    names = {column.name for column in curves}
    times = [c for c in found.columns if (m := _PRODUCT.fullmatch(c.formula)) is not None and _bare(m[1]) in names]
    made = []
    for place, row in enumerate(found.body):
        plate = found.plates[place] or (plates[0] if len(plates) == 1 else None)
        well = found.wells[place]
        content = layout.get(str(plate), {}).get(str(well))
        if well is not None:
            made += [
                _concentration(found, row, column, unit, plate, well, content, diluted=column in times)
                for column in (*curves, *times)
            ]
    return made


def _concentration(
    found: Group, row: Row, column: Column, unit: str | None, plate: str | None, well: str, content: Content | None, *,
    diluted: bool,
) -> Quantity:  # fmt: skip
    amount = found.amounts(column)[found.body.index(row)]
    where = found.cell(row, column).where(column.heading)
    measurand, target = UNKNOWN if unit else ("analyte_result", "a.u.")
    stored = in_unit(amount, found.source, where, unit, target) if unit else amount
    said: dict[str, Scalar] = {"plate": plate, "well": well, "read": column.heading, "dilution_applied": diluted}
    said |= content.settings if content is not None else {"group": found.name}
    return quantity(
        stored, measurand, target, where, sample=content.sample if content else None,
        settings={key: value for key, value in said.items() if value is not None},
    )  # fmt: skip
