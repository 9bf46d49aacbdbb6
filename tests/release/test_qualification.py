"""The qualification: it passes here, fails where something is broken, and every requirement has tests that exist."""

from __future__ import annotations

import ast
import json
import tomllib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jsonschema import Draft202012Validator

from evqc.documents import schema
from evqc.errors import InputError
from evqc.numerics.replicates import Moments
from evqc.records import to_plain
from evqc.release.qualification import installed, known, numbers, report, tampering
from evqc.release.qualification.requirements import requirements, table_lines
from evqc.release.qualification.run import content_hash, qualify
from evqc.release.release import Release
from tests.numerics import reference_table
from tests.places import PACKAGE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evqc.release.qualification.model import Qualification

DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def done() -> Qualification:
    return qualify(DAY)


def test_this_installation_qualifies(done: Qualification) -> None:
    assert done.passed, list(report.lines(done))
    assert done.dated == "2026-11-21"
    assert {each.name for each in done.components} >= {"evqc", "numpy", "pydantic"}
    Draft202012Validator(schema("evqc.qualification/1")).validate(to_plain(done))


def test_counts_add_up(done: Qualification) -> None:
    found = report.counts(done)
    total = sum(len(part.cases) for part in done.parts)
    assert sum(found.values()) == total
    assert f"{found['pass']} of {total} cases" in report.conclusion(done)


def test_every_file_of_evqc_is_listed(done: Qualification) -> None:
    listed = {each.name for each in done.files}
    assert listed >= {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    assert "release/qualification/batch/batch.toml" in listed


def test_a_case_that_fails_is_named_and_nothing_qualifies(done: Qualification) -> None:
    part = done.parts[2]
    broken = replace(part.cases[0], got="97.9 meets", result="fail")
    other = replace(done, parts=(replace(part, cases=(broken, *part.cases[1:])),), passed=False)
    text = "\n".join(report.lines(other))
    assert "✕ OQ-ROUND-01" in text
    assert "NOT QUALIFIED" in text
    assert "NOT QUALIFIED" in report.html(other).decode()


def test_a_broken_function_fails_its_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "round_to_limit", lambda *_: 1 / 0)
    assert all(case.result == "fail" for case in known.rounding().cases)
    assert "ZeroDivisionError" in known.rounding().cases[0].got


def test_statistics_give_the_answers_of_the_reference_cases() -> None:
    part = numbers.numbers()
    assert [case.id for case in part.cases if case.result == "fail"] == []
    assert {case.id for case in part.cases} == {f"OQ-NUM-{name}" for name in numbers.WORKED}


def test_statistics_in_one_pass_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_one_pass(values: list[float]) -> Moments:
        n, total, squares = len(values), sum(values), sum(value**2 for value in values)
        return Moments(mean=total / n, sd=max(squares / n - (total / n) ** 2, 0.0) ** 0.5, n=n)

    monkeypatch.setattr(numbers, "moments", in_one_pass)
    results = {case.id: case.result for case in numbers.numbers().cases}
    assert results["OQ-NUM-F14"] == "fail"
    assert results["OQ-NUM-B03"] == "pass"


@pytest.mark.skipif(not reference_table.CASES.is_file(), reason="the reference cases are not here")
def test_answers_are_those_of_the_file_of_reference_cases() -> None:
    known_numbers = {f"{value:.6g}" for case in reference_table.cases() for value in _numbers(case["expected"])}
    listed = tomllib.loads((PACKAGE / "release/qualification/cases.toml").read_text("utf-8"))["number"]
    for case in listed:
        if case["case"] not in {"F02", "F14"}:  # in METHODS and at NIST, not in the file with these names
            told = [word for part in case["answer"].split("; ") if (word := part.split()[-1]) != "yes"]
            assert set(told) <= known_numbers, case["case"]


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _numbers(each)
    elif isinstance(value, int | float):
        yield value


def test_a_verification_that_finds_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tampering, "checks", lambda *_: [])
    results = {case.id: case.result for case in tampering.tampering().cases}
    assert results["OQ-SIGN-01"] == "pass"
    assert results["OQ-TAMPER-81"] == "fail"


def test_a_changed_file_of_an_installed_package_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"x = 1\n")
    import base64  # noqa: PLC0415
    import hashlib  # noqa: PLC0415

    good = base64.urlsafe_b64encode(hashlib.sha256(b"x = 1\n").digest()).rstrip(b"=").decode()
    assert installed._as_stated(file, good)
    file.write_bytes(b"x = 2\n")
    assert not installed._as_stated(file, good)
    assert not installed._as_stated(tmp_path / "gone.py", good)


def test_the_report_has_a_hash_and_a_block_to_sign(done: Qualification, tmp_path: Path) -> None:
    assert done.sha256 == content_hash(done)
    assert report.holds(done)
    assert not report.holds(replace(done, dated="2026-11-22"))
    page, document = (path.read_text("utf-8") for path in report.write(done, tmp_path))
    assert json.loads(document)["sha256"] == done.sha256
    assert done.sha256 in page
    assert "Reviewed by" in page
    assert "<script" not in page


def test_a_key_signs_the_report(done: Qualification, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    key = Ed25519PrivateKey.generate()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    made = report.signed(done, file)
    assert report.holds(made)
    assert made.signature is not None
    assert not report.holds(replace(made, signature=replace(made.signature, public_key="00" * 32)))
    assert not report.holds(replace(made, passed=False))


def test_other_keys_are_refused(done: Qualification, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for content in (b"no key", other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())):
        file.write_bytes(content)
        with pytest.raises(InputError, match="KEY_UNUSABLE"):
            report.signed(done, file)


def functions_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("requirement", requirements(), ids=lambda each: each.id)
def test_every_named_test_exists(requirement: object) -> None:
    from evqc.release.qualification.requirements import Requirement  # noqa: PLC0415

    assert isinstance(requirement, Requirement)
    assert requirement.tests or requirement.open
    for name in requirement.tests:
        file, _, function = name.partition("::")
        assert function in functions_in(ROOT / "tests" / file), name


def test_every_requirement_stands_in_the_table() -> None:
    table = "\n".join(table_lines())
    assert len({each.id for each in requirements()}) == len(requirements())
    assert all(f"| {each.id} |" in table for each in requirements())


def test_the_registry_of_the_qualification_makes_what_verifies(tmp_path: Path) -> None:
    made = tampering._released(f"sqlite:///{tmp_path / 'evqc.db'}")
    assert isinstance(made, Release)
    assert {each.meaning for each in made.signatures} == {"attested", "reviewed", "released"}
