"""Whole batches in plain language: what an expert would say of each, and evqc with him."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment import assess
from evqc.criteria.findings import Assessment, Finding, Verdict, blocking
from evqc.criteria.load import shipped
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch

HERE = Path(__file__).parent
SOUND: dict[str, Any] = tomllib.loads((HERE / "sound.toml").read_text("utf-8"))
CASES: list[dict[str, Any]] = [
    case for file in sorted(HERE.glob("*.cases.toml")) for case in tomllib.loads(file.read_text("utf-8"))["case"]
]
#: The verdict of a criterion over its subjects is the worst one.
ORDER = [Verdict.FAIL, Verdict.NOT_ASSESSED, Verdict.PASS, Verdict.NOT_APPLICABLE]


def changed(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """``base`` with tables merged and everything else replaced; the text ``absent`` takes a key away."""
    made = copy.deepcopy(base)
    for key, value in change.items():
        if value == "absent":
            made.pop(key, None)
        elif isinstance(value, dict) and isinstance(made.get(key), dict):
            made[key] = changed(made[key], value)
        else:
            made[key] = value
    return made


def exchanged(entries: list[dict[str, Any]], others: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """``entries`` with those of the same name replaced; an entry of nothing but its name takes one away."""
    named = {entry[key] for entry in others}
    return [*(e for e in entries if e[key] not in named), *(e for e in others if len(e) > 1)]


def described(case: dict[str, Any]) -> Batch:
    """The sound batch with the changes of a case; exports and files are exchanged by their names."""
    made = changed(SOUND, {key: case[key] for key in ("record", "blots") if key in case})
    for entry in case.get("exports", ()):
        made["exports"] = [e for e in made["exports"] if e["name"] != entry["name"]] + (
            [entry] if len(entry) > 1 else []
        )
    for entry in case.get("files", ()):
        made["record"]["files"] = [f for f in made["record"]["files"] if f["path"] != entry["path"]]
        made["record"]["files"] += [entry] if len(entry) > 1 else []
    made["record"]["samples"] = exchanged(made["record"]["samples"], case.get("samples", []), "name")
    made["record"]["images"] = exchanged(made["record"].get("images", []), case.get("images", []), "path")
    if case.get("without_record"):
        return making.batch(None, made["exports"])
    by_hand = [
        {"sample": sample, "technique": "western blot", "marker": marker, "call": call, "lysate": lysate}
        for sample, markers in made.get("blots", {}).items()
        for marker, (call, lysate) in markers.items()
    ]
    lanes = [{k: v for k, v in entry.items() if v != "no lane"} for entry in by_hand]
    measured = [entry | densitometry(entry) for entry in lanes]
    made["record"]["markers"] = [*measured, *case.get("markers", ())]
    made["record"]["results"] = [*made["record"]["results"], *case.get("results", ())]
    return making.batch(made["record"], made["exports"])


def densitometry(entry: dict[str, Any]) -> dict[str, Any]:
    """Signal and background of a lane of the sound batch; nothing for a lane that a case has changed."""
    sample, marker = entry["sample"], entry["marker"]
    signals = SOUND["densitometry"].get(sample, {}).get(marker)
    if signals is None or SOUND["blots"][sample][marker] != [entry.get("call"), entry.get("lysate")]:
        return {}
    names = ("signal", "control_signal", "limit_of_detection")
    return dict(zip(names, signals, strict=True)) | {"unit": "a.u."}


def findings(assessment: Assessment, criterion: str) -> list[Finding]:
    found = [f for profile in assessment.profiles for f in profile.findings if f.criterion == criterion]
    return list({f.subject: f for f in found}.values())


def worst(assessment: Assessment, criterion: str) -> Verdict:
    found = findings(assessment, criterion)
    assert found, f"{criterion} was not asked"
    return min((f.verdict for f in found), key=ORDER.index)


def scored(assessment: Assessment, profile: str) -> str:
    """The score of a profile as ``7/9, 78 %``; without a percentage while something is open."""
    score = next(p.score for p in assessment.profiles if p.id == profile)
    assert score is not None
    return f"{score.yes}/{score.applicable}, " + (
        f"{score.open} open" if score.percent is None else f"{score.percent} %"
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    assessment = assess(described(case), profiles=tuple(shipped().profiles))
    said = {name: str(worst(assessment, name)) for name in case["expect"]}
    reasons = {name: [f.because for f in findings(assessment, name)] for name in case["expect"]}
    assert said == case["expect"], reasons
    assert sorted({f.criterion for f in blocking(assessment)}) == case.get("blocks", [])
    for profile, said_of_it in case.get("scores", {}).items():
        assert scored(assessment, profile) == said_of_it
    for name, words in case.get("says", {}).items():
        assert any(words in f.because for f in findings(assessment, name)), reasons[name]
    for name, words in case.get("needs", {}).items():
        assert any(words in f.needed for f in findings(assessment, name)), name


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_expects_of_criteria_that_exist(case: dict[str, Any]) -> None:
    named = {name for key in ("expect", "blocks", "says", "needs") for name in case.get(key, ())}
    assert named <= set(shipped().criteria)
    assert case["name"].endswith(".")


def test_the_sound_batch_passes_whatever_applies_to_it() -> None:
    assessment = assess(described({}), profiles=tuple(shipped().profiles))
    verdicts = {f.criterion: f.verdict for p in assessment.profiles for f in p.findings}
    assert [name for name, verdict in verdicts.items() if verdict is Verdict.NOT_ASSESSED] == []
    failed = [name for name, verdict in verdicts.items() if verdict is Verdict.FAIL]
    reasons = {
        "EVM-03": "EV-METRIC counts a density gradient, which filtration and size exclusion have not",
        "EVM-04": "and the density obtained in it",
    }
    assert sorted(failed) == sorted(reasons)
    assert blocking(assessment) == ()
