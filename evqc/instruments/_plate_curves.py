"""Concentrations that a plate reader's software prints, beside those that its printed curve gives for the wells."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from evqc.instruments._numbers import half_unit
from evqc.instruments._printed import Printed, disagreement
from evqc.numerics.curve_models import PARAMETERS, roots, signal_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.calibration import Model
    from evqc.errors import Issue, Where
    from evqc.instruments._marks import Marks
    from evqc.instruments._plate_wells import Wells
    from evqc.instruments._printed import Floats

#: Formulas as printed, in lower case without blanks, with the letters of the parameters in the order of ``PARAMETERS``.
_FORMULAS: dict[str, tuple[Model, str]] = {
    "y=a*x+b": ("linear", "ba"),
    "y=(a-d)/(1+(x/c)^b)+d": ("four-parameter logistic", "abcd"),
    "y=d+((a-d)/(1+(x/c)^b))": ("four-parameter logistic", "abcd"),
}


def curve_of(formula: str, printed: Mapping[str, str], used: Marks) -> tuple[Model, Printed] | None:
    """Model and parameters of a printed curve, each of shape (p, 1) in the order of ``PARAMETERS``.

    Args:
        formula: as printed, such as ``Y=A*X+B``.
        printed: the parameters as printed, by letter.
        used: marks of the file.

    Returns:
        None when evqc does not know the formula or a parameter is missing.
    """
    known = _FORMULAS.get(re.sub(r"\s", "", formula).casefold())
    if known is None:
        return None
    texts = {key.casefold(): text for key, text in printed.items()}
    values = [used.parse(texts.get(letter, "")) for letter in known[1]]
    if None in values:
        return None
    rounding = [half_unit(texts[letter]) for letter in known[1]]
    return known[0], Printed(np.array([values], dtype=float).T, np.array([rounding], dtype=float).T)


def disagrees_with_curve(told: Wells, curve: tuple[Model, Printed], reads: Sequence[Wells]) -> tuple[Issue, ...]:
    """A warning when printed concentrations are not what the printed curve gives for any of the reads.

    The curve's parameters are printed rounded, to three digits by some software; how far that moves a concentration is
    found at the ends of every parameter's and signal's interval of rounding.

    Args:
        told: concentrations as printed.
        curve: model and parameters of ``curve_of``.
        reads: the signals that the software may have used: as read, and minus the blank.
    """
    names = list(told.cells)
    if not names:
        return ()
    rules, spread = [], np.zeros((len(names), 1))
    for read in reads:
        found, moved = _back(curve, read.numbers(names))
        rules.append(found)
        spread = np.fmax(spread, moved)
    if not rules:
        return ()
    return disagreement(told.title, told.numbers(names), rules, told.place(names), tolerance=spread)


def fit_disagrees(
    told: float, where: Where, curve: tuple[Model, Printed], reads: Sequence[Wells], nominal: Mapping[str, float]
) -> tuple[Issue, ...]:
    """A warning when a printed R2 is not that of the printed curve and its standards, as for standards exchanged.

    R2 = 1 - residual / total sum of squares (Kvålseth 1985, doi:10.1080/00031305.1985.10479448, eq. 1), over the wells
    or over the means of equal concentrations, since software fits either. It is printed to three digits without zeros
    at their end: ``1`` stands for 1.00, and below 1 half a unit is 0.0005.

    Args:
        told: as printed.
        where: it stands.
        curve: model and parameters of ``curve_of``.
        reads: the signals that the software may have fitted.
        nominal: concentrations of the standards by well.
    """
    every = [rule for read in reads if nominal for rule in _determinations(curve, nominal, read)]
    found = [(r, spread) for r, spread in every if np.isfinite(r)]
    if not found:
        return ()
    value, moved = Printed(np.array([[told]]), np.array([[0.0005]])), max(spread for _, spread in found)
    return disagreement("R2", value, [np.array([[r]]) for r, _ in found], lambda _: where, tolerance=moved)


def _determinations(
    curve: tuple[Model, Printed], nominal: Mapping[str, float], read: Wells
) -> list[tuple[float, float]]:
    """R2 of a curve over the standards' wells and over their means, each with what rounding of the parameters moves."""
    y = read.numbers(list(nominal)).value[:, 0]
    there = np.isfinite(y)
    x, y = np.array(list(nominal.values()), dtype=float)[there], y[there]
    levels, index = np.unique(x, return_inverse=True)
    if len(levels) < 3:
        return []
    means = np.bincount(index, y) / np.bincount(index)
    return [_determination(curve, x, y), _determination(curve, levels, means)]


def _determination(curve: tuple[Model, Printed], x: Floats, y: Floats) -> tuple[float, float]:
    model, parameters = curve
    total = ((y - y.mean()) ** 2).sum()
    ends = [
        parameters.value[:, 0] + np.array(signs) * parameters.rounding[:, 0]
        for signs in product((0.0, -1.0, 1.0), repeat=len(parameters.value))
    ]
    with np.errstate(all="ignore"):  # a damaged parameter may overflow, and equal signals have no spread to explain
        fitted = [signal_of(model, dict(zip(PARAMETERS[model], p, strict=True)), x) for p in ends]
        found = 1.0 - np.array([((y - one) ** 2).sum() for one in fitted]) / total
        moved = np.abs(found - found[0]).max()
    return float(found[0]), float(moved) if np.isfinite(moved) else np.inf


def _back(curve: tuple[Model, Printed], signal: Printed) -> tuple[Floats, Floats]:
    """Concentrations of signals, and how far rounding can move them; both of shape (n, 1)."""
    model, parameters = curve
    found = _roots(model, parameters.value, signal.value)
    ends = [
        _roots(model, parameters.value + np.array([signs[1:]]).T * parameters.rounding, signal.value + end)
        for signs in product((-1.0, 1.0), repeat=len(parameters.value) + 1)
        for end in (signs[0] * signal.rounding,)
    ]
    moved = np.abs(np.array(ends) - found)
    return found, np.where(np.isnan(moved).any(axis=0), np.inf, np.fmax.reduce(moved, axis=0))


def _roots(model: Model, parameters: Floats, signal: Floats) -> Floats:
    named = dict(zip(PARAMETERS[model], (float(p) for p in parameters[:, 0]), strict=True))
    return np.asarray(roots(model, named, signal[:, 0])[0][:, None])
