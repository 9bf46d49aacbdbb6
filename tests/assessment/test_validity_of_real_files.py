"""What an expert says of the real files: verdicts of the profiles of validity, in plain language."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from evqc.assessment import assess
from evqc.batch.open import open_batch
from evqc.criteria.findings import Finding, Severity, Verdict
from tests.places import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_corpus
NTA, DLS, PROTEIN = "nta-validity", "dls-validity", "protein-assay-validity"


def findings(folder: Path | str, profile: str) -> list[Finding]:
    (result,) = assess(open_batch(CORPUS / folder), [profile]).profiles
    return list(result.findings)


def verdicts(found: list[Finding], criterion: str) -> dict[Verdict, int]:
    return dict(Counter(f.verdict for f in found if f.criterion == criterion))


@pytest.mark.parametrize("folder", ["nta/zetaview", "nta/nanosight", "nta/viewsizer", "nta/zetasizer"])
def test_no_real_folder_is_blocked_for_what_a_vendor_advises(folder: str) -> None:
    profiles = [NTA, DLS, PROTEIN]
    found = [f for profile in profiles for f in findings(folder, profile)]
    assert not [f for f in found if f.verdict is Verdict.FAIL and f.severity is Severity.BLOCKS]


def test_the_zetaview_runs_are_sound_but_single_and_not_alike() -> None:
    found = findings("nta/zetaview", NTA)
    assert verdicts(found, "NTA-TMP-01") == {Verdict.PASS: 3}
    assert verdicts(found, "NTA-AGR-01") == {Verdict.PASS: 3}
    assert verdicts(found, "NTA-SET-03") == {Verdict.PASS: 3}, "each names its procedure"
    assert verdicts(found, "NTA-DRF-01") == {Verdict.NOT_ASSESSED: 3}, "the drift was never checked"
    assert verdicts(found, "NTA-CNC-02") == {Verdict.NOT_ASSESSED: 3}, "no table of positions"
    assert verdicts(found, "NTA-REP-01") == {Verdict.FAIL: 3}, "one run a sample"
    assert verdicts(found, "NTA-SET-01") == {Verdict.FAIL: 1}, "another version and shutter"


def test_videos_that_the_nanosight_itself_calls_unreliable_are_passed_on() -> None:
    found = findings("nta/nanosight", NTA)
    assert verdicts(found, "NTA-RUN-02")[Verdict.FAIL] >= 3, "three videos of one file hold no track"
    assert verdicts(found, "NTA-FLG-01")[Verdict.FAIL] > 0
    lengths = [f for f in found if f.criterion == "NTA-REP-01A"]
    assert all(f.verdict in {Verdict.PASS, Verdict.FAIL} for f in lengths), "every file states frames and frame rate"
    empty = {f.subject for f in found if f.criterion == "NTA-RUN-02" and f.verdict is Verdict.FAIL}
    sizes = {f.subject: f for f in found if f.criterion == "NTA-ENV-01"}
    assert {sizes[name].verdict for name in empty} == {Verdict.NOT_APPLICABLE}, "no size is told of an empty video"


def test_eighty_one_particles_of_a_viewsizer_are_too_few() -> None:
    found = findings("nta/viewsizer", NTA)
    (tracks,) = (f for f in found if f.criterion == "NTA-TRK-01")
    assert (tracks.verdict, tracks.observed) == (Verdict.FAIL, 81.0)


def test_light_scattering_of_real_records() -> None:
    found = findings("nta/zetasizer", DLS)
    assert verdicts(found, "DLS-01") == {Verdict.PASS: 4, Verdict.FAIL: 3}, "three records hold a distribution alone"
    narrow = [f.observed for f in found if f.criterion == "DLS-02A" and f.verdict is Verdict.PASS]
    assert all(isinstance(value, float) and 0.05 < value < 0.2 for value in narrow)
    assert verdicts(found, "DLS-04") == {Verdict.PASS: 4, Verdict.NOT_ASSESSED: 3}
    assert verdicts(found, "DLS-05") == {Verdict.PASS: 4, Verdict.FAIL: 3}, "three records were made in no water"
    assert verdicts(found, "DLS-03") == {Verdict.PASS: 7}


def test_particle_tracking_is_not_asked_of_light_scattering() -> None:
    found = findings("nta/zetasizer", NTA)
    per_run = [f for f in found if f.criterion in {"NTA-TRK-01", "NTA-PPF-01", "NTA-REP-01", "NTA-RUN-02"}]
    assert {f.verdict for f in per_run} == {Verdict.NOT_APPLICABLE}


def test_protein_by_absorbance_in_real_files_is_noted_and_its_dilution_asked_for() -> None:
    found = findings("markers/protein_quant", PROTEIN)
    assert verdicts(found, "PROT-09A")[Verdict.FAIL] > 0
    ratios = [f for f in found if f.criterion == "PROT-09" and f.verdict in {Verdict.PASS, Verdict.FAIL}]
    assert any(f.observed == 0.59 for f in ratios)
    assert verdicts(found, "PROT-10")[Verdict.FAIL] > 0
