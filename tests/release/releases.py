"""Releases made by hand for the tests: real keys, a real chain, two signers; and one that shows every kind of line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import evqc
from evqc.batch.open import open_batch
from evqc.criteria.findings import Evidence
from evqc.errors import Where
from evqc.reading import Source
from evqc.records import to_plain
from evqc.release.batch_files import batch_files, read_files
from evqc.release.canonical import digest
from evqc.release.chain import BEGINNING, AuditEntry, hash_of, head_of, sealed
from evqc.release.draft import draft
from evqc.release.record import (
    BatchUsed,
    BlockingFinding,
    Determination,
    Outcome,
    Recommendation,
    ReleaseRecord,
    SpecificationUsed,
    TestResult,
)
from evqc.release.release import Attestation, Deviation, Investigation, Person, Release, Retest, State
from evqc.release.roles import action_of
from evqc.release.signature import Signature, signed_bytes, why_of
from evqc.release.specification import Specification
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

EXAMPLE = ROOT / "examples" / "umbilical-cord-batch"
DAY = date(2026, 3, 20)
CHECKLIST = ("the audit trail was reviewed", "the batch record was reviewed")

SPECIFICATION: dict[str, Any] = {
    "schema": "evqc.specification/1",
    "id": "EV-DS-01",
    "version": 3,
    "title": "EV drug substance",
    "product": "EVs of umbilical-cord mesenchymal stromal cells",
    "stage": "drug substance",
    "source": "Example laboratory, QC",
    "valid_from": "2026-01-01",
    "dosage": {"route": "intravenous", "dose_ml": 1, "body_weight_kg": 70},
    "checklist": list(CHECKLIST),
    "tests": [
        {
            "id": "CONTENT-01",
            "title": "Particles per mL",
            "category": "content",
            "asks": "quantity",
            "measurand": "particle_concentration",
            "unit": "/mL",
            "limits": [">= 1e9"],
            "method": ["NTA"],
            "source": "Example laboratory",
            "valid_from": "2026-01-01",
        },
        {
            "id": "MARKER-CD9",
            "title": "CD9 on EVs",
            "category": "identity",
            "asks": "marker",
            "markers": ["CD9"],
            "expected": "positive",
            "source": "Example laboratory",
            "valid_from": "2026-01-01",
        },
    ],
}


def specification(**changes: Any) -> Specification:
    """The specification of the tests, with some keys set otherwise."""
    return Specification.model_validate(SPECIFICATION | changes)


def key_of(user: str) -> Ed25519PrivateKey:
    """The same private key for the same user every time."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(user.encode()).digest())


def public(user: str) -> str:
    return key_of(user).public_key().public_bytes_raw().hex()


PEOPLE = (
    ("anna", "Anna Analyst", ("analyst",), None),
    ("rita", "Rita Reviewer", ("reviewer",), "2027-01-01"),
    ("quinn", "Quinn Quality", ("QA release",), "2027-01-01"),
    ("ada", "Ada Admin", ("administrator",), None),
)


@dataclass
class Laboratory:
    """A registry of the tests: a trail, people with keys, and a clock that steps by a minute."""

    trail: list[AuditEntry] = field(default_factory=list)
    now: datetime = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
    signatures: list[Signature] = field(default_factory=list)
    trained: dict[str, str | None] = field(default_factory=dict)
    state: State | None = None

    def at(self) -> str:
        self.now += timedelta(minutes=1)
        return self.now.isoformat()

    def write(
        self,
        user: str,
        action: str,
        table: str,
        key: str,
        new: dict[str, Any],
        old: dict[str, Any] | None = None,
        why: str = "as the procedure asks",
    ) -> AuditEntry:
        """Appends one entry with its hash."""
        entry = AuditEntry(
            sequence=len(self.trail) + 1, at=new.get("at") or self.at(), user=user, action=action, table=table, key=key,
            old=old, new=new, why=why, previous=self.trail[-1].hash if self.trail else BEGINNING, hash="",
        )  # fmt: skip
        self.trail.append(replace(entry, hash=hash_of(entry)))
        return self.trail[-1]

    def hire(self, user: str, name: str, roles: Iterable[str], trained_until: str | None) -> None:
        row = {
            "id": user, "printed_name": name, "roles": list(roles), "active": 1, "must_change": 0,
            "trained_until": trained_until, "public_keys": [public(user)],
        }  # fmt: skip
        self.write("ada", "create user", "users", user, row)

    def move(self, record: ReleaseRecord, user: str, action: str, state: State, version: int = 1) -> None:
        key = f"{record.batch.id}/{version}"
        row = {
            "id": key, "batch": record.batch.id, "version": version, "record_sha256": digest(record),
            "specification_sha256": record.specification.sha256, "made_by": "anna",
        }  # fmt: skip
        old = row | {"state": self.state} if self.state is not None else None
        self.write(user, action, "records", key, row | {"state": state}, old)
        self.state = state
        for number, name in enumerate(record.entered_by if action == "import record" else (), start=1):
            named = {"id": f"{key}/contributor-{number}", "batch": record.batch.id, "record": key, "name": name}
            self.write(user, action, "contributors", named["id"], named | {"users": []})

    def sign(
        self, record: ReleaseRecord, user: str, role: str, meaning: str, reason: str = "", version: int = 1
    ) -> Signature:
        """Signs with the head of the trail as it is, and records the signature."""
        names = {each[0]: each[1] for each in PEOPLE}
        unsigned = Signature(
            batch=record.batch.id, record_sha256=digest(record), record_version=version, user=user,
            printed_name=names.get(user, user), role=role, at=self.at(), meaning=meaning, reason=reason,
            head=head_of(self.trail), public_key=public(user), signature="",
        )  # fmt: skip
        made = replace(unsigned, signature=key_of(user).sign(signed_bytes(unsigned)).hex())
        own = f"{record.batch.id}/{version}"
        row = {name: value for name, value in to_plain(made).items() if name != "head"}
        row |= {"id": f"{own}/{len(self.trail)}", "record": own, "head_length": made.head.length}
        row |= {"head_hash": made.head.hash}
        self.write(user, action_of(meaning), "signatures", row["id"], row, why=why_of(made))
        self.signatures.append(made)
        return made

    def attest(self, record: ReleaseRecord, user: str, items: Iterable[str]) -> list[Attestation]:
        """Attests items of the checklist with one signature."""
        own, at, names = f"{record.batch.id}/1", self.at(), {each[0]: each[1] for each in PEOPLE}
        listed = [Attestation(item=item, user=user, printed_name=names[user], at=at) for item in items]
        for number, each in enumerate(listed):
            row = {"id": f"{own}/attestation-{number}", "batch": record.batch.id, "record": own}
            self.write(user, "attest", "attestations", row["id"], row | to_plain(each) | {"signature": ""})
        self.sign(record, user, "reviewer", "attested", reason="\n".join(each.item for each in listed))
        return listed


def people() -> tuple[Person, ...]:
    return tuple(
        Person(user=user, printed_name=name, roles=roles, public_keys=(public(user),), trained_until=trained)
        for user, name, roles, trained in PEOPLE
    )


_FILES = (
    Source(name="batch.toml", sha256="a" * 64, bytes=4096),
    Source(name="exports/nta/EV_product.csv", sha256="b" * 64, bytes=20_480),
    Source(name="exports/endotoxin/lal.csv", sha256="c" * 64, bytes=812),
)
_NTA = Evidence(name="exports/nta/EV_product.csv", sha256="b" * 64, where=Where(line=12, column="3"))
_LAL = Evidence(name="exports/endotoxin/lal.csv", sha256="c" * 64, where=Where(field="well A1"))


def _result(test: str, category: str, outcome: Outcome, **more: Any) -> TestResult:
    said: dict[str, Any] = {
        "title": f"{category} of the product",
        "mandatory": True,
        "because": f"it is {outcome.value}",
    }
    return TestResult(test=test, category=category, outcome=outcome, **(said | more))


def rich_record(recommendation: str = "hold") -> ReleaseRecord:
    """A record that shows every kind of line; its evidence exists in no file."""
    determinations = (
        Determination(value=2.3145e10, unit="/mL", as_measured="2.3145E+10 /mL", method="NTA", evidence=(_NTA,)),
        Determination(value=2.61e10, unit="/mL", as_measured="2.61E+10 /mL", method="NTA", evidence=(_NTA,)),
        Determination(
            value=1.9e7, unit="/mL", as_measured="1.9E+7 /mL", method="NTA", evidence=(_NTA,),
            left_out="the run is invalid: no completed tracks",
        ),
    )  # fmt: skip
    results = (
        _result(
            "CONTENT-01", "content", Outcome.PASS, title="Particles per mL", limits=(">= 1e9 /mL",),
            reportable=2.46225e10, unit="/mL", as_measured="2.46225E+10 /mL", as_rounded="25e9", rounding="USP",
            determinations=determinations, probability_outside=0.0023,
            probability_basis="log-normal, uncertainty from the scatter of 2 determinations",
            because="25e9 /mL is at least 1e9 /mL.",
        ),
        _result(
            "ENDOTOXIN-01", "endotoxin", Outcome.FAIL, title="Bacterial endotoxin, kinetic chromogenic",
            limits=("<= 350 EU/mL",), limit_basis="K/M = 5 EU/kg/h · 70 kg / 1 mL/h", reportable=351.0, unit="EU/mL",
            as_measured="351.02 EU/mL", as_rounded="351", rounding="USP",
            determinations=(
                Determination(value=351.02, unit="EU/mL", as_measured="351.02", method="LAL", evidence=(_LAL,)),
            ),
            because="351 EU/mL is above 350 EU/mL.",
        ),
        _result("STERILITY-01", "sterility", Outcome.PENDING, title="Sterility, 14 days", limits=("no growth",),
                as_measured="no growth on day 13", because="read on day 13 of 14."),
        _result("IDENTITY-01", "identity", Outcome.CANNOT_JUDGE, title="Calnexin absent", limits=("negative",),
                because="no lysate control shows the marker."),
        _result("APPEARANCE-01", "appearance", Outcome.NOT_TESTED, title="Appearance", mandatory=False,
                because="no observation of appearance was entered."),
    )  # fmt: skip
    used = specification()
    return ReleaseRecord(
        evqc_version="0.1.0",
        judged_for=DAY.isoformat(),
        batch=BatchUsed(
            id="UC-EV-7", product="EV 批 batch <b>7</b> #eval(1)", record="batch.toml", record_sha256="a" * 64
        ),
        specification=SpecificationUsed(
            id=used.id, version=used.version, title=used.title, sha256=digest(used), content=to_plain(used)
        ),
        files=_FILES,
        results=results,
        blocking_findings=(BlockingFinding(criterion="NTA-VAL-01", subject="run 3", because="no completed tracks"),),
        checklist=CHECKLIST,
        recommendation=Recommendation(
            verdict="hold" if recommendation == "hold" else "meets the specification",
            reasons=("ENDOTOXIN-01 fails", "STERILITY-01 is pending") if recommendation == "hold" else (),
        ),
        not_in_force=("OLD-01",),
    )


def rich_release(state: State = "reviewed", **changes: Any) -> Release:
    """A release of ``rich_record`` with every kind of section."""
    laboratory, record = Laboratory(), rich_record()
    for person in PEOPLE:
        laboratory.hire(*person)
    laboratory.move(record, "anna", "import record", "draft")
    old = laboratory.sign(record, "rita", "reviewer", "reviewed")
    new = laboratory.sign(record, "rita", "reviewer", "reviewed", version=2)
    laboratory.sign(record, "quinn", "QA release", "released", reason="with deviation D-1", version=2)
    made = Release(
        record=record,
        record_sha256=digest(record),
        version=2,
        state=state,
        signatures=(new, laboratory.signatures[-1]),
        void_signatures=(old,),
        people=people(),
        attestations=(Attestation(item=CHECKLIST[0], user="rita", printed_name="Rita Reviewer", at=new.at),),
        deviations=(
            Deviation(id="D-1", subject="STERILITY-01", code="pending", reason="short shelf life", user="anna",
                      at=old.at, signature=new),
            Deviation(id="D-2", subject="NTA-VAL-01", code="explained", reason="run repeated", user="anna", at=old.at),
        ),
        investigations=(
            Investigation(
                id="OOS-1", test="ENDOTOXIN-01", original="351.02 EU/mL", phase="laboratory", opened_by="anna",
                at=old.at, plan="two retests of the same vial", retests_planned=2,
                retests=(Retest(number=1, user="bert", at=old.at, value="349.8", unit="EU/mL", evidence="lal-2.csv"),),
            ),
        ),
        changed_since_entry=("dilution of EV_product.csv: 100 to 200, by anna, typing error",),
        trail=tuple(laboratory.trail),
        head=head_of(laboratory.trail),
    )  # fmt: skip
    return replace(made, **changes)


def drafted(folder: Path = EXAMPLE, used: Specification | None = None) -> ReleaseRecord:
    """The record of a batch folder as evqc drafts it."""
    return _of_example() if folder is EXAMPLE and used is None else _drafted(folder, used or specification())


@cache
def _of_example() -> ReleaseRecord:
    return _drafted(EXAMPLE, specification())


def _drafted(folder: Path, used: Specification) -> ReleaseRecord:
    batch = open_batch(folder)
    return draft(batch, evqc.assess(batch, day=DAY), used, day=DAY, files=batch_files(batch, folder))


def real_release(record: ReleaseRecord | None = None) -> Release:
    """A release of the example batch that two people signed, with an entry of another matter sealed in its trail."""
    laboratory, made = Laboratory(), record or drafted()
    for person in PEOPLE:
        laboratory.hire(*person)
    laboratory.move(made, "anna", "import record", "draft")
    laboratory.write("bert", "import record", "records", "ANOTHER/1", {"id": "ANOTHER/1", "batch": "ANOTHER"})
    laboratory.move(made, "anna", "submit", "submitted")
    attestations = laboratory.attest(made, "rita", CHECKLIST)
    laboratory.move(made, "rita", "review", "reviewed")
    laboratory.sign(made, "rita", "reviewer", "reviewed")
    laboratory.move(made, "quinn", "release", "released")
    laboratory.sign(made, "quinn", "QA release", "released")
    return Release(
        record=made,
        record_sha256=digest(made),
        version=1,
        state="released",
        signatures=tuple(laboratory.signatures),
        people=tuple(each for each in people() if each.user != "ada"),
        attestations=tuple(attestations),
        trail=tuple(sealed(each) if each.key == "ANOTHER/1" else each for each in laboratory.trail),
        head=head_of(laboratory.trail),
    )


def raw_files(release: Release, folder: Path = EXAMPLE) -> dict[str, bytes]:
    """The files of a release of a batch folder by SHA-256."""
    return read_files(folder, release.record.files)
