"""Known answers of the statistics: reference cases worked by independent routes, each with inputs and result."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from evqc.markers.limits import limits
from evqc.numerics.blanks import net_concentration
from evqc.numerics.brownian import apparent_sizes, diffusion_coefficient
from evqc.numerics.conformity import decided, guard_for
from evqc.numerics.counting import overdispersion
from evqc.numerics.curve_fit import fit_curve
from evqc.numerics.dilution_series import linearity, slope
from evqc.numerics.equivalence import equivalent_means
from evqc.numerics.estimate import coverage_factor
from evqc.numerics.ratios import fieller
from evqc.numerics.replicates import Moments, grubbs_critical, moments
from evqc.numerics.sizing import fraction_between, mean_and_population_sd, quantiles
from evqc.numerics.tolerance_intervals import one_sided_factor, two_sided_factor
from evqc.numerics.variance_components import variance_components
from evqc.numerics.vesicles import particles_per_protein_floor
from evqc.release.qualification.asking import ask
from evqc.release.qualification.model import Part

if TYPE_CHECKING:
    from collections.abc import Callable

Given = dict[str, Any]


def numbers() -> Part:
    """Whether the statistics give the answers of the reference cases, to six digits."""
    listed = tomllib.loads((files("evqc.release.qualification") / "cases.toml").read_text("utf-8"))["number"]
    cases = [
        ask(f"OQ-NUM-{each['case']}", each["title"], each["answer"], partial(_worked, each["case"], each["given"]))
        for each in listed
    ]
    about = "Reference cases, worked by two routes or more independent of evqc; F12 and F14 are of NIST StRD."
    return Part(id="numbers", title="Statistics", about=about, cases=tuple(cases))


def _worked(case: str, given: Given) -> str:
    return "; ".join(f"{name} {_digits(value)}" for name, value in WORKED[case](given).items())


def _digits(value: Any) -> str:
    return value if isinstance(value, str) else "none" if value is None else f"{value:.6g}"


def _diffusion(given: Given) -> Given:
    return {"D": diffusion_coefficient(given["d_nm"], given["kelvin"], given["mpa_s"])}


def _apparent_size(given: Given) -> Given:
    made = apparent_sizes(given["d_nm"], given["steps"])
    return {"mean": made.mean, "mode": made.mode, "D10": made.d10, "D50": made.d50, "D90": made.d90}


def _histogram(given: Given) -> Given:
    edges, counts = np.array(given["edges"], float), np.array(given["counts"], float)
    lower, upper = edges[:-1], edges[1:]
    mean, sd = mean_and_population_sd((lower + upper) / 2, counts)
    d10, d50, d90 = quantiles(lower, upper, counts, np.array([0.1, 0.5, 0.9])).tolist()
    return {"mean": mean, "SD": sd, "D10": d10, "D50": d50, "D90": d90} | {
        "share 50 to 200": fraction_between(lower, upper, counts, 50, 200)
    }


def _blank(given: Given) -> Given:
    sample, blank = (Moments(mean=mean, sd=sd, n=n) for mean, sd, n in (given["sample"], given["blank"]))
    made = net_concentration(sample, blank, unit="1/mL", replicates="runs", dilution=given["dilution"])
    return {"net": made.value, "df": made.degrees_of_freedom, "from": made.lower, "to": made.upper}


def _dilutions(given: Given) -> Given:
    line, equal = slope(given["dilution"], given["per_ml"]), linearity(given["dilution"], given["per_ml"])
    return {"slope": line.slope, "from": line.lower, "to": line.upper, "linear": "yes" if equal.equivalent else "no"}


def _grubbs(given: Given) -> Given:
    return {f"n={n}:": grubbs_critical(n) for n in given["n"]}


def _counts(given: Given) -> Given:
    made = overdispersion(given["counts"])
    assert made is not None
    return {"phi": made.phi, "SE": made.standard_error, "from": made.lower, "to": made.upper}


def _equivalence(given: Given) -> Given:
    made = equivalent_means(given["a"], given["b"], given["margin"])
    return {"difference": made.estimate, "df": made.degrees_of_freedom, "p": made.p}


def _ratio(given: Given) -> Given:
    (over, error_over), (under, error_under) = given["numerator"], given["denominator"]
    made = fieller(over, error_over, under, error_under, factor=coverage_factor(0.95))
    return {"ratio": over / under, "from": made.lower, "to": made.upper}


def _floor(given: Given) -> Given:
    return {f"{d:g} nm": particles_per_protein_floor(d**3, given["density"]) for d in given["d_nm"]}


def _limits(given: Given) -> Given:
    made = limits(given["blank"])
    assert made is not None
    return {"LoB": made.blank, "LOD": made.mean + 3 * made.sd, "prediction": made.prediction}


def _guard_band(given: Given) -> Given:
    """Accepted with the guard band of a risk, rejected with a wider one."""
    narrow, wide = (
        decided(given["value"], given["limit"], "<=", uncertainty=given["u"], guard=guard)
        for guard in (guard_for(given["risk"]), given["wide"])
    )
    words = {True: "accepted", False: "rejected"}
    return {
        "outside": narrow.probability_outside,
        "acceptance limit": narrow.acceptance_limit,
        "by the risk": words[narrow.accepted],
        "wide": words[wide.accepted],
    }


def _tolerance(given: Given) -> Given:
    one = {f"one-sided {n}": one_sided_factor(n, 0.95, 0.95) for n in given["n"]}
    return one | {f"two-sided {n}": two_sided_factor(n, 0.95, 0.95) for n in given["n"]}


def _precision(given: Given) -> Given:
    made = variance_components(given["days"])
    return {"repeatability": made.within, "day": made.between, "SD": made.intermediate_sd} | {
        "df": made.degrees_of_freedom
    }


def _line(given: Given) -> Given:
    made = fit_curve(np.array(given["x"], float), np.array(given["y"], float), "linear")
    return {"B0": made.parameters["intercept"], "B1": made.parameters["slope"], "SD": made.residual_sd}


def _many_digits(given: Given) -> Given:
    """Numbers that differ in their ninth digit only: sums of squares in one pass give an SD of zero."""
    middle, tenth = Decimal(given["middle"]), Decimal("0.1")
    of = moments([float(middle), *[float(middle - tenth), float(middle + tenth)] * 500])
    return {"mean": f"{of.mean:.10g}", "SD": of.sd}


#: By id of the case.
WORKED: dict[str, Callable[[Given], Given]] = {
    "A01": _diffusion, "A02": _apparent_size, "B02": _histogram, "B03": _blank, "B04": _dilutions, "B05": _grubbs,
    "B06": _counts, "B09": _equivalence, "C01": _ratio, "C02": _floor, "E01": _limits, "F02": _guard_band,
    "F03": _tolerance, "F08": _precision, "F12": _line, "F14": _many_digits,
}  # fmt: skip
