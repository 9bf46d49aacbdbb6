"""Known answers: files of a known truth, rounding, endotoxin limits, marker names, a batch, rules on examples."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import evqc
from evqc.batch.open import open_batch
from evqc.criteria.evaluate import ask as ask_criterion
from evqc.criteria.findings import Subject
from evqc.criteria.load import shipped
from evqc.criteria.model import example_facts
from evqc.instruments._export import ExportFile
from evqc.instruments._many import read
from evqc.instruments._registry import read_export
from evqc.markers.vocabulary import resolve
from evqc.measurement import MarkerPanel, SizeDistribution
from evqc.numerics.limits import meets, relation_of, round_to_limit
from evqc.release.batch_files import batch_files
from evqc.release.computed_limits import limits_of
from evqc.release.draft import draft
from evqc.release.qualification.asking import ask
from evqc.release.qualification.model import Case, Part
from evqc.release.specification import Specification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.release.record import ReleaseRecord

#: The batch of the qualification, and the day for which it is judged.
FOLDER = Path(str(files("evqc.release.qualification"))) / "batch"
DAY = date(2026, 3, 20)


@cache
def _cases() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((files("evqc.release.qualification") / "cases.toml").read_text("utf-8"))


def specification(**changes: Any) -> Specification:
    """The specification of the qualification, with some keys set otherwise."""
    return Specification.model_validate(tomllib.loads((FOLDER / "specification.toml").read_text("utf-8")) | changes)


def drafted(folder: Path = FOLDER) -> ReleaseRecord:
    """The release record of the batch of the qualification."""
    batch = open_batch(folder)
    return draft(batch, evqc.assess(batch, day=DAY), specification(), day=DAY, files=batch_files(batch, folder))


def reading() -> Part:
    """Whether readers give the numbers of files whose truth is known, and refuse what is torn or swapped."""
    about = "Simulated exports of a known truth; numbers to six digits. Damaged copies have to be refused or flagged."
    whole = [
        ask(f"OQ-READ-{n:02d}", each["file"], each["answer"], partial(_read, each["file"]))
        for n, each in enumerate(_cases()["reading"], start=1)
    ]
    return Part(id="reading", title="Reading of instrument files", about=about, cases=(*whole, *_damaged()))


def _read(name: str) -> str:
    mapping = FOLDER / "mappings" / f"{Path(name).stem}.toml"
    (found,) = read(FOLDER / name, mappings=[mapping] if mapping.is_file() else []).readings
    words = [_measured(each) for each in found.measurements]
    return f"{found.verdict}: {'; '.join(words) or ', '.join(issue.code for issue in found.issues)}"


def _measured(each: Any) -> str:
    if isinstance(each, SizeDistribution):
        total, d50 = each.concentration_total_per_ml.recomputed, each.statistics.standard.d50_nm
        return f"{_digits(total)} /mL, D50 {_digits(d50)} nm"
    if isinstance(each, MarkerPanel):
        return ", ".join(f"{marker.name} {marker.call.value}" for marker in each.markers)
    return f"{_digits(each.value)} {each.unit}"


def _digits(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"


def _damaged() -> Iterator[Case]:
    name = "product-ExperimentSummary.csv"
    content = (FOLDER / "exports" / name).read_bytes()
    damaged = {
        "cut in the middle": content[: len(content) // 2],
        "cut within a number of the last third": content[: len(content) * 5 // 6],
        "a letter in a number": content.replace(b"110.", b"1I0.", 1),
    }
    for number, (title, changed) in enumerate(damaged.items(), start=1):
        yield ask(f"OQ-TORN-{number:02d}", f"{name}, {title}", "refused", partial(_verdict, name, changed))


def _verdict(name: str, content: bytes) -> str:
    return read_export(ExportFile(name, content)).verdict


def rounding() -> Part:
    """Whether results are rounded and compared as each rule has it."""
    several = [(each["limit"], each["rule"], *pair) for each in _cases()["rounding"] for pair in each["values"].items()]
    cases = [
        ask(f"OQ-ROUND-{n:02d}", f"{value} against {limit}, {rule}", expected, partial(_rounded, value, limit, rule))
        for n, (limit, rule, value, expected) in enumerate(several, start=1)
    ]
    about = "USP General Notices 7.20, Ph. Eur. and ASTM E29; ties included (STANDARDS 10.2 and 10.6)."
    return Part(id="rounding", title="Rounding and comparison with limits", about=about, cases=tuple(cases))


def _rounded(value: str, filed: str, rule: Any) -> str:
    relation, limit = relation_of(filed)
    verdict = "meets" if meets(value, limit, relation, rule) else "fails"
    return f"{round_to_limit(value, limit, rule)} {verdict}"


def endotoxin() -> Part:
    """Whether endotoxin limits are K/M, and none is invented for a route without K."""
    cases = [
        ask(f"OQ-ENDO-{n:02d}", _dosage(each["dosage"]), each["limit"], partial(_limit, each["dosage"]))
        for n, each in enumerate(_cases()["endotoxin"], start=1)
    ]
    about = "K/M with 5 EU/kg/h, intrathecal 0.2 (STANDARDS 4.5 and 10.3)."
    return Part(id="endotoxin", title="Endotoxin limits", about=about, cases=tuple(cases))


def _dosage(dosage: dict[str, Any]) -> str:
    return f"{dosage['route']}, {dosage['dose_ml']} mL per hour, {dosage['body_weight_kg']} kg"


def _limit(dosage: dict[str, Any]) -> str:
    of = specification(dosage=dosage)
    test = of.test("ENDOTOXIN")
    assert test is not None
    found = limits_of(of, test)
    return "; ".join(found.texts) or "no limit"


def markers() -> Part:
    """Whether names of markers mean what they should, and those that mean several things mean nothing."""
    cases = [
        ask(f"OQ-MARK-{n:02d}", each["written"], each["name"], partial(_marker, each["written"]))
        for n, each in enumerate(_cases()["marker"], start=1)
    ]
    return Part(id="markers", title="Marker names", about="Names as people write them.", cases=tuple(cases))


def _marker(written: str) -> str:
    found = resolve(written)
    return found.name if found else "nothing"


def results() -> Part:
    """Whether the batch of the qualification gives the results that are known."""
    cases = [
        ask(f"OQ-DRAFT-{n:02d}", each["test"], each["answer"], partial(_result, each["test"]))
        for n, each in enumerate(_cases()["draft"], start=1)
    ]
    about = "A batch of simulated exports judged against a specification, from the files to the verdict."
    return Part(id="results", title="Results of a known batch", about=about, cases=tuple(cases))


def _result(test: str) -> str:
    found = drafted().result(test)
    if found is None:
        return "no such test"
    return f"{found.outcome.value}: {found.as_measured}; limit {', '.join(found.limits)}"


def criteria() -> Part:
    """Whether every shipped criterion gives the verdicts of its own examples; one case a file of rules."""
    book, groups = shipped(), dict[str, list[str]]()
    for criterion in book.criteria.values():
        for number, example in enumerate(criterion.examples, start=1):
            subject = Subject(kind=criterion.subject, name="example", facts=example_facts(criterion, example))
            finding = ask_criterion(criterion, subject, words=book.words, day=book.newest)
            wrong = (
                []
                if finding.verdict is example.expect
                else [f"{criterion.id}, example {number}: {finding.verdict.value}"]
            )
            groups.setdefault(criterion.group, []).extend(wrong or [""])
    cases = [
        ask(f"OQ-RULE-{n:02d}", group, f"{len(found)} of {len(found)} examples", partial(_examples, found))
        for n, (group, found) in enumerate(groups.items(), start=1)
    ]
    about = "Every criterion carries examples that pass, fail and cannot be assessed."
    return Part(id="criteria", title="Criteria on their own examples", about=about, cases=tuple(cases))


def _examples(found: list[str]) -> str:
    wrong = [each for each in found if each]
    right = f"{len(found) - len(wrong)} of {len(found)} examples"
    return f"{right}; {'; '.join(wrong[:5])}" if wrong else right
