"""The examples on the command line: from draft to a verified bundle, opened again, and a batch that stays on hold."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.places import ROOT
from tests.release.commands import Commands
from tests.release.registries import opened, password_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evqc.release.registry import Registry

EXAMPLE = ROOT / "examples" / "umbilical-cord-batch"
TROUBLED = ROOT / "examples" / "troubled-batch"
RECORD = "UC-MSC-EV-2026-014/1"
AGAIN = "UC-MSC-EV-2026-014/2"
REFUSED = 2
#: Runs evqc where everything that a socket does is refused, as a computer without network would, only louder.
WITHOUT_NETWORK = """
import sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError(f"{event} {arguments}")
sys.addaudithook(refuse)
from evqc.cli import main
sys.argv = ["evqc", *sys.argv[1:]]
main()
"""


@pytest.fixture
def evqc(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], url: str) -> Iterator[Commands]:
    """The command line on a registry with its people and nothing else."""
    made = Commands(monkeypatch, capfd, url)
    yield made
    made.close()


def registry_of(evqc: Commands) -> Registry:
    return opened(evqc.url, evqc.clock)


def drafted(evqc: Commands, folder: Path = EXAMPLE, *more: object, day: str = "2026-03-20") -> None:
    """A draft in the registry."""
    spec = folder / "specification.toml"
    done = evqc.by("anna", "draft", folder, "--spec", spec, "--on", day, "--why", "all results are there", *more)
    assert "taken into the registry as" in done.err


def walked(evqc: Commands) -> None:
    """The example, released."""
    drafted(evqc)
    assert evqc.by("anna", "submit", RECORD, "--why", "ready").code == 0
    assert evqc.by("rita", "attest", RECORD, "--all").code == 0
    assert evqc.by("rita", "review", RECORD).code == 0
    assert evqc("status", RECORD).code == 0
    assert evqc.by("quinn", "sign", RECORD).code == 0


def verified(bundle: Path) -> subprocess.CompletedProcess[str]:
    """``evqc verify`` in a process of its own, without network."""
    words = [sys.executable, "-c", WITHOUT_NETWORK, "verify", str(bundle)]
    return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.mark.slow
def test_from_draft_to_a_verified_bundle(evqc: Commands, tmp_path: Path) -> None:
    walked(evqc)
    bundle = tmp_path / "bundle.zip"
    issued = ("--record", RECORD, "--why", "for the hospital", "-o")
    assert evqc.by("quinn", "certificate", *issued, tmp_path / "certificate").code == 0
    assert evqc.by("quinn", "bundle", *issued, bundle).code == 0
    done = verified(bundle)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "VERIFIED: 15 of 15 checks hold." in done.stdout
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    flipped = verified(bundle)
    assert flipped.returncode == 1
    assert "DOES NOT VERIFY" in flipped.stdout
    with registry_of(evqc) as registry:
        assert registry.faults() == ()


def test_the_network_is_refused_where_it_is_asked_for() -> None:
    """The proof of the proof: what opens a socket fails under the same hook."""
    asks = WITHOUT_NETWORK.replace("from evqc.cli import main", "import socket; socket.create_connection(('::1', 9))")
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    assert "RuntimeError: socket." in done.stderr


def test_opened_again_everything_is_signed_anew(evqc: Commands, tmp_path: Path) -> None:
    walked(evqc)
    folder = tmp_path / "batch"
    shutil.copytree(EXAMPLE, folder)
    record = folder / "batch.toml"
    record.write_text(f"# The label was corrected.\n{record.read_text('utf-8')}", "utf-8")
    why = ("--why", "the label was corrected")
    again = ("reopen", RECORD, folder, "--on", "2026-03-21", *why)
    assert evqc.by("anna", *again).codes == {"NOT_ENDED"}
    assert evqc.by("quentin", "invalidate", RECORD, *why).code == 0
    assert evqc.by("anna", "reopen", RECORD, EXAMPLE.parent / "tff-process", "--on", "2026-03-21", *why).codes == {
        "OTHER_BATCH"
    }
    done = evqc.by("anna", *again)
    assert (done.code, f"taken into the registry as {AGAIN}" in done.err) == (0, True)
    assert evqc.by("anna", *again).codes == {"NOT_THE_NEWEST"}
    stands = evqc("status", AGAIN)
    assert stands.code == 1
    for said in (
        "'released' by Quinn Quality on 2026-03-23 was of version 1, and is void for this one",
        "version 2: the file batch.toml was changed",
        "the label was corrected",
    ):
        assert said in stands.out
    states = {
        each["record"]: each["state"]
        for each in evqc("records", "--json").document("evqc.release-records/1")["records"]
    }
    assert states == {RECORD: "invalidated", AGAIN: "draft"}
    bundle = tmp_path / "void.zip"
    assert evqc.by("quinn", "bundle", "--record", RECORD, "-o", bundle, *why).codes == {"NOT_RELEASED"}


def test_a_troubled_batch_ends_in_hold_with_its_reasons(evqc: Commands) -> None:
    record = "UC-MSC-EV-2026-015/1"
    spec = TROUBLED / "specification.toml"
    done = evqc.by("anna", "draft", TROUBLED, "--spec", spec, "--on", "2026-03-21", "--why", "what there is")
    assert done.code == 1
    assert "HOLD, for " in done.out
    assert evqc.by("anna", "submit", record, "--why", "for QA to decide").code == 0
    reviewed = evqc.by("rita", "review", record)
    assert reviewed.code == 0
    for said in ("CON-01, Particle content: 5.7e10 does not meet", "REC-DIL-01", "run EV_product_03: invalid run",
                 "PUR-02, Residual albumin: No result is recorded.", f"{record}/OOS-CON-01"):  # fmt: skip
        assert said in reviewed.out
    assert evqc("status", record).code == 1
    signing = evqc.by("quinn", "sign", record)
    assert (signing.code, signing.codes) == (REFUSED, {"NOT_A_PASS", "HELD", "NOT_ATTESTED", "INVESTIGATION_OPEN"})
    assert evqc.by("quinn", "reject", record, "--why", "the content fails").out.endswith("is rejected.\n")


class TestDrafting:
    SPEC = ("--spec", EXAMPLE / "specification.toml", "--on", "2026-03-20")

    def length(self, evqc: Commands) -> int:
        with registry_of(evqc) as registry:
            return len(registry.trail())

    def test_without_a_person_nothing_is_written(self, evqc: Commands) -> None:
        evqc.monkeypatch.setenv("EVQC_USER", "anna")
        before = self.length(evqc)
        assert evqc("draft", EXAMPLE, *self.SPEC).code == 0
        assert self.length(evqc) == before

    def test_a_person_gives_a_reason_and_the_right_password(self, evqc: Commands) -> None:
        assert "--why" in evqc.by("anna", "draft", EXAMPLE, *self.SPEC).err
        wrong = evqc.by("anna", "draft", EXAMPLE, *self.SPEC, "--why", "why not", passwords=("not the right one",))
        assert wrong.codes == {"WRONG_PASSWORD"}
        assert evqc.by("rita", "draft", EXAMPLE, *self.SPEC, "--why", "why not").codes == {"NOT_ALLOWED"}
        assert evqc("records", "--json").document("evqc.release-records/1")["records"] == []

    def test_the_files_of_the_batch_are_in_the_registry(self, evqc: Commands) -> None:
        drafted(evqc)
        with registry_of(evqc) as registry:
            held = registry.files_of(RECORD)
            named = {each.name: each.sha256 for each in registry.export(RECORD).record.files}
        assert held[named["batch.toml"]] == (EXAMPLE / "batch.toml").read_bytes()
        assert set(held) == set(named.values())

    def test_a_second_draft_says_that_it_ends_the_first(self, evqc: Commands) -> None:
        drafted(evqc)
        done = evqc.by("anna", "draft", EXAMPLE, *self.SPEC, "--why", "a file was missing")
        first, second = [row["id"] for row in evqc.registry.records()]
        assert f"taken into the registry as {second}, a draft." in done.err
        assert f"{first}, the draft before it, is invalidated by it." in done.err

    def test_the_documents_fit_their_schemas(self, evqc: Commands) -> None:
        drafted(evqc)
        standing = evqc("status", RECORD, "--json")
        assert standing.code == 1
        assert standing.document("evqc.release-status/1")["releasable"] is False
        assert evqc("history", RECORD, "--json").document("evqc.release-history/1")["entries"]
        assert password_of("anna") not in standing.out
