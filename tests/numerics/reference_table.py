"""The reference cases worked by evqc: what the file expects, and what comes out.

``python -m tests.numerics.reference_table`` prints the table: case, number, expected, got, difference and tolerance.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from evqc.markers.limits import call, limits
from evqc.markers.normalise import by_tetraspanins, net_signals
from evqc.measurement import Call
from evqc.numerics.blanks import net_concentration
from evqc.numerics.brownian import apparent_sizes, diffusion_coefficient
from evqc.numerics.capability import capability, individuals_chart
from evqc.numerics.colocalisation import colocalised
from evqc.numerics.comparison import false_discovery, groups_needed, holm, log_sd
from evqc.numerics.counting import overdispersion
from evqc.numerics.curve_fit import fit_curve
from evqc.numerics.dilution_series import linearity, slope
from evqc.numerics.drift import autocorrelation
from evqc.numerics.equivalence import equivalent_means
from evqc.numerics.estimate import Estimate, coverage_factor
from evqc.numerics.limits import round_to_limit
from evqc.numerics.ratios import fieller, ratio, ratio_of, summed
from evqc.numerics.relative_potency import relative_potency
from evqc.numerics.replicates import Moments, grubbs_critical, moments
from evqc.numerics.scoring import desirability, promethee, ranks, topsis, weighted_geometric_mean
from evqc.numerics.sizing import (
    fraction_between,
    mean_and_population_sd,
    mode_is_tied,
    quantiles,
    span,
    standard_statistics,
)
from evqc.numerics.tolerance_intervals import one_sided_factor, two_sided_factor
from evqc.numerics.variance_components import variance_components
from evqc.numerics.vesicles import ProteinByParts, particles_per_protein_floor, protein_by_parts_g
from evqc.numerics.weighted_diameters import weighted_diameters
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CASES = ROOT.parent / "shared" / "reference" / "reference_cases.json"
Numbers = Any
Worked = dict[str, Any]


class Row(NamedTuple):
    """One number of a case."""

    case: str
    number: str
    expected: Any
    got: Any
    tolerance: float

    @property
    def difference(self) -> float:
        """Relative to what is expected, absolute where that is zero; 0 or 1 for what is no number."""
        if isinstance(self.expected, (str, bool)) or self.expected is None:
            return 0.0 if self.expected == self.got else 1.0
        apart = abs(float(self.got) - float(self.expected))
        return apart / abs(self.expected) if self.expected else apart

    @property
    def holds(self) -> bool:
        """Whether it lies within the tolerance of its case."""
        return self.difference <= self.tolerance


def _a01(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    return {"D_m2_s": diffusion_coefficient(given["d_nm"], given["T_K"], given["eta_Pa_s"] * 1000)}


def _a02(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    made = apparent_sizes(given["d_nm"], given["N_steps"])
    return {
        "mean": made.mean, "sd": made.sd, "cv": made.cv, "mode": made.mode, "D10": made.d10, "D50": made.d50,
        "D90": made.d90,
    }  # fmt: skip


def _b01(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    """From bins of 0.02 nm: binned numbers agree with the closed form to the square of the bin width."""
    from scipy.stats import lognorm  # noqa: PLC0415  as the module that is tested

    edges = np.arange(0, 3000.01, 0.02)
    lower, upper = edges[:-1], edges[1:]
    weight = np.diff(lognorm(given["sigma_ln"], scale=given["median"]).cdf(edges))
    made, by = standard_statistics(lower, upper, weight), weighted_diameters(lower, upper, weight)
    assert made.d10_nm is not None
    assert made.d50_nm is not None
    assert made.d90_nm is not None
    return {
        "mean": made.mean_nm, "mode": made.mode_nm, "median": made.d50_nm, "sd": made.sd_nm, "D10": made.d10_nm,
        "D90": made.d90_nm, "span": span(made.d10_nm, made.d50_nm, made.d90_nm),
        "frac_30_150": fraction_between(lower, upper, weight, 30, 150),
        "frac_lt200": fraction_between(lower, upper, weight, 0, 200),
        "volume_median": by.volume_median_nm, "surface_median": by.surface_median_nm, "volume_mean": by.d43_nm,
        "D32": by.d32_nm, "D43": by.d43_nm,
    }  # fmt: skip


def _b02(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    edges, weight = np.array(given["edges"], float), np.array(given["counts"], float)
    lower, upper = edges[:-1], edges[1:]
    mean, sd = mean_and_population_sd((lower + upper) / 2, weight)
    d10, d50, d90 = quantiles(lower, upper, weight, np.array([0.1, 0.5, 0.9])).tolist()
    widened = standard_statistics(lower, upper, weight)
    densest = int(np.argmax(weight / (upper - lower)))
    assert widened.sd_nm is not None
    assert not mode_is_tied(lower, upper, weight)
    return {
        "mean": mean, "sd_pop": sd, "D10": d10, "D50": d50, "D90": d90, "span": span(d10, d50, d90),
        "frac_50_200": fraction_between(lower, upper, weight, 50, 200),
        "frac_lt_120": fraction_between(lower, upper, weight, 0, 120),
        "mode_bin": [lower[densest], upper[densest]], "var_within_bin_corr": widened.sd_nm**2,
    }  # fmt: skip


def _b03(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    sample = Moments(mean=given["S"], sd=given["sd_S"], n=given["n_S"])
    blank = Moments(mean=given["B"], sd=given["sd_B"], n=given["n_B"])
    made = net_concentration(sample, blank, unit="1/mL", replicates="runs", dilution=given["DF"])
    return {
        "net": made.value, "u": made.standard_uncertainty, "df_welch": made.degrees_of_freedom, "lo": made.lower,
        "hi": made.upper,
    }  # fmt: skip


def _b04(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    line = slope(given["dilution"], given["conc"])
    equal = linearity(given["dilution"], given["conc"])
    return {
        "slope": line.slope, "se": equal.standard_uncertainty, "ci95": [line.lower, line.upper],
        "linear": equal.equivalent,
    }  # fmt: skip


def _b05(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    return {"crit": [grubbs_critical(n) for n in given["n"]]}


def _b06(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    made = overdispersion(given["counts"])
    assert made is not None
    return {
        "mean": made.mean, "phi": made.phi, "se_mean": made.standard_error, "se_poisson": made.standard_error_poisson,
        "log_ci95_t": [made.lower, made.upper],
    }  # fmt: skip


def _b09(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    made = equivalent_means(given["a"], given["b"], given["margin"])
    return {
        "diff": made.estimate, "se": made.standard_uncertainty, "df": made.degrees_of_freedom, "p": made.p,
        "ci90": [made.lower, made.upper],
    }  # fmt: skip


def _c01(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    numbers = (given["num"], given["se_num"], given["den"], given["se_den"])
    # The case prints z with seven digits and was worked with all of them, as its g shows.
    made = fieller(*numbers, factor=coverage_factor(0.95))
    logs = ratio(*numbers, unit="1/ug", n=3, replicates="runs")
    far = fieller(1.0, 0.1, 1.0, 0.6, given["z"])
    assert logs.upper is not None
    return {
        "ratio": logs.value, "fieller": [made.lower, made.upper], "log_delta": [logs.lower, logs.upper], "g": made.g,
        "unbounded_if": "g>=1" if far.g >= 1 and far.upper is None else "never",
    }  # fmt: skip


def _c02(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    parts = ProteinByParts(
        membrane_nm=given["membrane_nm"],
        lumen_fraction=given["lumen_protein_vol_frac"],
        membrane_fraction=given["membrane_protein_vol_frac"],
        protein_density_g_per_ml=given["protein_density_g_cm3"],
    )
    made = {}
    for diameter in given["d_nm"]:
        grams = float(protein_by_parts_g(np.array([float(diameter)]), parts)[0])
        floor = particles_per_protein_floor(diameter**3, parts.protein_density_g_per_ml)
        made[str(diameter)] = {
            "all_protein_g": 1e-6 / floor, "floor_particles_per_ug": floor, "membrane_lumen_g": grams,
            "particles_per_ug": 1e-6 / grams,
        }  # fmt: skip
    return made


def _particles(value: float, cv: float) -> Estimate:
    return Estimate(
        value=value, lower=None, upper=None, unit="1", n=3, scale="log", replicates="runs", method="",
        standard_uncertainty=value * cv,
    )  # fmt: skip


def _c03(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    feed, parts = _particles(*given["feed"]), [_particles(*each) for each in given["fractions"]]
    together = summed(parts)
    assert together is not None
    total = ratio_of(together, feed, "1")
    steps = [ratio_of(part, feed, "1") for part in parts]
    assert total is not None
    assert total.value is not None
    assert total.standard_uncertainty is not None
    return {
        "recovery_total": total.value, "u_rel": total.standard_uncertainty / total.value,
        "step_recoveries": [step.value for step in steps if step is not None],
    }  # fmt: skip


def _d01(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    x, weights = np.array(given["X"], float), np.array(given["weights"], float)
    benefit = np.array([True, True, False])
    matrix = np.column_stack([
        desirability(x[:, 0], 1e9, 1e11, logarithmic=True), desirability(x[:, 1], 0.1, 0.8),
        desirability(x[:, 2], 8.0, 1.0),
    ])  # fmt: skip
    scores = weighted_geometric_mean(matrix, weights)
    vector = topsis(x, weights, benefit=benefit)
    minmax = topsis(x, weights, benefit=benefit, scaling="minmax")
    return {
        "desirability_matrix": matrix.tolist(), "weighted_geometric": scores.tolist(),
        "topsis_vector": vector.tolist(), "topsis_minmax": minmax.tolist(),
        "promethee_II_usual": promethee(x, weights, benefit=benefit).tolist(),
        "rank_geo": ranks(scores).tolist(), "rank_topsis_vec": ranks(vector).tolist(),
        "rank_topsis_minmax": ranks(minmax).tolist(),
        "promethee_II_usual_weights_.4_.35_.25": promethee(
            x, np.array([0.4, 0.35, 0.25]), benefit=benefit
        ).tolist(),
    }  # fmt: skip


def _d02(given: Mapping[str, Any], expected: Mapping[str, Any]) -> Worked:
    needed = groups_needed(given["effect_size"], given["power"], given["alpha"])
    table = {}
    for name in expected["min_n_table"]:
        cv, fold = name.removeprefix("cv").split("_fold")
        table[name] = math.ceil(groups_needed(math.log(float(fold)) / log_sd(float(cv))))
    return {"n_per_group": needed, "n_int": math.ceil(needed), "min_n_table": table}


def _d03(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    return {"holm": [*holm(given["p"])], "bh": [*false_discovery(given["p"])]}


def _e01(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    made = limits(given["blank"])
    assert made is not None
    names = {Call.POSITIVE: "positive", Call.NEGATIVE: "negative", Call.INDETERMINATE: "indeterminate"}
    # A signal that was not measured never reaches the call: in a panel it stays "not tested".
    calls = {
        name: "missing" if signal is None else names.get(call(signal, blank=given["blank"]).call)
        for name, signal in given["samples"].items()
    }
    return {
        "mean": made.mean, "sd": made.sd, "LoB_1_645": made.blank, "LOD_3sd": made.mean + 3 * made.sd,
        "pred_limit_95_n6": made.prediction, "calls": calls,
    }  # fmt: skip


def _e02(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    signals = {name: value for name, value in given["median_APC"].items() if name != "blank"}
    net = net_signals(signals, given["blank"])
    shown = by_tetraspanins(net, limit_of_detection=0.0)
    three = [net[name] for name in ("CD9", "CD63", "CD81")]
    return {
        "net": {name: max(value, 0) for name, value in net.items()},
        "tetraspanin_mean": net["CD9"] / shown["CD9"] if three else None,
        "normalised": {name: max(value, 0.0) for name, value in shown.items()}, "CD14_raw_net": net["CD14"],
    }  # fmt: skip


def _e04(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    n, a, b, both = given["n"], given["pA"], given["pB"], given["pAB"]
    counts = [round(n * share) for share in (both, a - both, b - both, 1 - a - b + both)]
    made = colocalised(*counts)
    return {
        "expected": made.expected, "excess": made.excess, "odds_ratio": made.odds_ratio, "phi": made.phi,
        "log_or_se": made.log_odds_error,
    }  # fmt: skip


def _f01(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    return {"rounded": [format(round_to_limit(text, place), "f") for text, place in given["cases"]]}


def _f03(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    """Howe's factors stand in the file as what is not used: they are worked here only, and have to differ from ours."""
    from scipy.stats import chi2  # noqa: PLC0415  as the module that is tested

    shares = (given["coverage"], given["confidence"])
    exact = [two_sided_factor(n, *shares) for n in given["n"]]
    z = coverage_factor(given["coverage"])
    howe = [z * math.sqrt((n - 1) * (1 + 1 / n) / chi2.ppf(1 - given["confidence"], n - 1)) for n in given["n"]]
    assert all(abs(k / other - 1) > 1e-4 for k, other in zip(exact, howe, strict=True))
    return {
        "one_sided": [one_sided_factor(n, *shares) for n in given["n"]], "two_sided_exact": exact,
        "two_sided_howe": howe,
    }  # fmt: skip


def _f04(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    # The case was worked with 1.96, whose level is a little above 95 %; with 95 % the ends differ by 1.6e-5.
    level = math.erf(1.96 / math.sqrt(2))
    made = capability(given["x"], lower=given["LSL"], upper=given["USL"], level=level)
    return {"mean": made.mean, "sd": made.overall_sd, "Ppk": made.ppk, "bissell95": [made.lower, made.upper]}


def _f05(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    made = individuals_chart(given["x"])
    return {
        "mrbar": made.mean_range, "sigma": made.sigma, "UCL": made.upper, "LCL": made.lower,
        "UCL_MR": made.range_limit, "d2_exact": 2 / math.sqrt(math.pi),
    }  # fmt: skip


def _f08(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    made = variance_components([values for _, values in given["data"]])
    return {
        "var_repeat": made.within, "var_day": made.between, "sd_intermediate": made.intermediate_sd,
        "df_satterthwaite": made.degrees_of_freedom, "MS_between": made.mean_square_between,
    }  # fmt: skip


def _f12(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    y, x = np.array(given["data"], float).T
    made = fit_curve(x, y, "linear")
    assert made.residual_sd is not None
    intercept, gradient = made.residual_sd * np.sqrt(np.diag(made.covariance))
    return {
        "B0": made.parameters["intercept"], "B1": made.parameters["slope"], "se_B0": intercept, "se_B1": gradient,
        "resid_sd": made.residual_sd, "R2": made.determination,
    }  # fmt: skip


def _f14(_: Mapping[str, Any], __: Mapping[str, Any]) -> Worked:
    made = {}
    for name, values in numacc().items():
        of = moments(values)
        made[name] = {"mean": of.mean, "sd": of.sd, "r1": autocorrelation(values)}
    return made


def numacc() -> dict[str, list[float]]:
    """The NIST sets NumAcc1 to NumAcc4."""
    made = {"NumAcc1": [10000001.0, 10000003.0, 10000002.0]}
    for number, middle in ((2, "1.2"), (3, "1000000.2"), (4, "10000000.2")):
        c, tenth = Decimal(middle), Decimal("0.1")
        made[f"NumAcc{number}"] = [float(c), *[float(c - tenth), float(c + tenth)] * 500]
    return made


def _f16(given: Mapping[str, Any], _: Mapping[str, Any]) -> Worked:
    dose = np.tile(given["dose"], 3)
    standard, tested = (np.array(given[name]).ravel() for name in ("standard", "test"))
    made = relative_potency((dose, standard), (dose, tested))
    assert made.potency.value is not None
    return {
        "log_rp": math.log(made.potency.value), "rel_potency": made.potency.value,
        "ci95": [made.potency.lower, made.potency.upper], "A": made.zero_dose, "B": made.slope,
        "EC50": made.midpoint, "D": made.infinite_dose, "rss": made.residual_sum_of_squares,
        "F_nonparallel": made.f_not_parallel, "p_nonparallel": made.p_not_parallel,
    }  # fmt: skip


#: What other formulas give (in one pass, and by another library) stands in the file for comparison only.
NOT_OURS = {"naive_sd", "numpy_sd"}
#: By id of the case: works it, from inputs and (for what is only listed) what is expected.
WORKED: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Worked]] = {
    "A01_stokes_einstein": _a01, "A02_inverse_gamma_size": _a02, "B01_lognormal_EV": _b01,
    "B02_exact_histogram": _b02, "B03_blank_subtraction_welch": _b03, "B04_dilution_loglog": _b04,
    "B05_grubbs_two_sided_0.05": _b05, "B06_overdispersion": _b06, "B09_tost": _b09, "C01_fieller_ratio": _c01,
    "C02_particle_protein_geometry": _c02, "C03_mass_balance": _c03, "D01_mcda": _d01, "D02_power_two_group": _d02,
    "D03_holm_bh": _d03, "E01_lod_blank": _e01, "E02_macsplex_norm": _e02, "E04_coloc_independence": _e04,
    "F01_usp_rounding": _f01, "F03_tolerance_k_95_95": _f03, "F04_cpk": _f04, "F05_imr": _f05,
    "F08_intermediate_precision": _f08, "F12_nist_norris": _f12, "F14_nist_numacc": _f14, "F16_parallel_4pl": _f16,
}  # fmt: skip


def cases() -> list[dict[str, Any]]:
    """Every case of the file; none where the file is not there."""
    found: list[dict[str, Any]] = json.loads(CASES.read_text("utf-8")) if CASES.is_file() else []
    return found


def rows(case: Mapping[str, Any]) -> Iterator[Row]:
    """Every number of a case beside what comes out here."""
    got = WORKED[case["id"]](case["inputs"], case["expected"])
    yield from _compared(case["id"], "", case["expected"], got, case["rel_tol"])


def _compared(case: str, name: str, expected: Numbers, got: Numbers, tolerance: float) -> Iterator[Row]:
    if isinstance(expected, dict):
        asked = [key for key in expected if key not in NOT_OURS]
        assert {*asked} == got.keys(), f"{case} {name}: {sorted(asked)} expected, {sorted(got)} worked"
        for key in asked:
            yield from _compared(case, f"{name} {key}".strip(), expected[key], got[key], tolerance)
    elif isinstance(expected, list):
        for place, (one, other) in enumerate(zip(expected, got, strict=True), start=1):
            yield from _compared(case, f"{name} {place}", one, other, tolerance)
    else:
        yield Row(case, name, expected, got, tolerance)


def lines() -> Iterator[str]:
    """The table as text."""
    yield f"{'case':30} {'number':34} {'expected':>22} {'got':>22} {'difference':>10} {'tolerance':>9}"
    for case in cases():
        for row in rows(case):
            told = f"{row.case:30} {row.number:34} {row.expected!s:>22} {row.got!s:>22}"
            yield f"{told} {row.difference:10.1e} {row.tolerance:9.0e}{'' if row.holds else '  OUTSIDE'}"


if __name__ == "__main__":
    print("\n".join(lines()))  # noqa: T201  the table is what this is for
