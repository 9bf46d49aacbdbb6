"""The same input gives the same digits on every processor, as far as linear algebra goes."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.places import ROOT

_FITS = """
import numpy as np
from evqc.numerics.curve_fit import fit_curve
x = np.repeat([25.0, 125.0, 250.0, 500.0, 1000.0, 2000.0], 3)
y = 0.09 + 1.3e-3 * x - 1.1e-7 * x**2 + np.tile([0.0, 0.011, -0.007], 6)
for model, weights in (("linear", "none"), ("quadratic", "1/x"), ("four-parameter logistic", "none")):
    fit = fit_curve(x, y, model, weights)
    print(fit.parameters, fit.residual_sd, fit.covariance.tolist(), fit.determination, fit.uncertainty(300.0, 3))
"""


def _said(kernel: str | None) -> str:
    own = {name: text for name, text in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    more = {} if kernel is None else {"OPENBLAS_CORETYPE": kernel}
    run = subprocess.run(
        [sys.executable, "-c", _FITS], cwd=ROOT, env={**own, **more}, capture_output=True, text=True, check=True
    )
    return run.stdout


def test_a_fit_is_the_same_whichever_linear_algebra_a_processor_takes() -> None:
    """``Nehalem`` takes what every processor of 64 bits has; elsewhere the name is not known and changes nothing."""
    assert _said("Nehalem") == _said(None) != ""
