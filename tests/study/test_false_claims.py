"""How often one of two methods that are alike is called best: what the answer says of itself."""

from __future__ import annotations

import pytest

from evqc.study.scores import rankings
from evqc.study.values import gather
from tests.study.making import opened, plain

ALIKE = dict.fromkeys(("SEC", "UC"), (3000000000.0, 40.0, 5.0, 3.0))
STUDIES = 150


def share_of_claims(pools: int) -> float:
    """The share of simulated studies of two methods alike, scatter 30 %, in which one is called best."""
    claims = 0
    for seed in range(STUDIES):
        study = opened(plain(ALIKE, pools=pools, cv=0.3, seed=1000 + seed))
        hours = {name: {"hours": 3.0} for name in ALIKE}
        (found,) = rankings(gather(study).observations, hours, study.weights, draws=1000)
        claims += found.decided
    return claims / STUDIES


@pytest.mark.slow
@pytest.mark.parametrize(("pools", "said"), [(2, 0.15), (8, 0.35)])
def test_the_answer_says_how_often_a_claim_is_false(pools: int, said: float) -> None:
    assert share_of_claims(pools) == pytest.approx(said, abs=0.09), "two standard errors of so many studies"
