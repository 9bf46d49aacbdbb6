"""A release from registry to bundle on this machine, and whether every change to it is found."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evqc.errors import InputError
from evqc.release import zip_entries
from evqc.release.batch_files import read_files
from evqc.release.bundle import contents
from evqc.release.qualification.asking import answer, ask
from evqc.release.qualification.known import DAY, FOLDER, drafted
from evqc.release.qualification.model import Case, Part
from evqc.release.registry import Cost, create_registry
from evqc.release.verify.verify import checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from evqc.release.registry import Registry
    from evqc.release.release import Release

#: Passwords cost next to nothing here: they guard nothing, and the registry is gone a moment later.
_CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
_WHY = "qualification of evqc"
_PASSWORDS = {user: f"Qualification word {n} of 2026" for n, user in enumerate(("adam", "anna", "rita", "quinn"))}
#: Every how many bytes of a bundle one is changed.
_STEPS = 12


def _clock() -> Callable[[], datetime]:
    """A clock that begins on the day of the batch and steps by a minute."""
    now = [datetime(DAY.year, DAY.month, DAY.day, 8, 0, tzinfo=UTC)]

    def tick() -> datetime:
        now[0] += timedelta(minutes=1)
        return now[0]

    return tick


def _random() -> Callable[[int], bytes]:
    """Bytes that are the same every time: keys of nobody, for a record of nothing."""
    count = [0]

    def draw(length: int) -> bytes:
        count[0] += 1
        return hashlib.shake_256(f"evqc selftest {count[0]}".encode()).digest(length)

    return draw


def tampering() -> Part:
    """Two people sign a release in a registry of this machine; its bundle verifies, and no changed copy does."""
    about = "Registry, signatures, audit trail, bundle and verification, with changes that all have to be found."
    made: list[Release] = []

    def signed() -> str:
        with tempfile.TemporaryDirectory(prefix="evqc-", ignore_cleanup_errors=True) as folder:
            made.append(_released(f"sqlite:///{Path(folder).as_posix()}/evqc.db"))
        return made[0].state

    first = ask("OQ-SIGN-01", "A record is imported, reviewed and released by different people", "released", signed)
    cases = [first, *(_cases(made[0]) if made else ())]
    return Part(id="tampering", title="Release, signatures and tampering", about=about, cases=tuple(cases))


def _released(url: str) -> Release:
    record = drafted()
    people = {"anna": "analyst", "rita": "reviewer", "quinn": "QA release"}
    registry = create_registry(
        url,
        _clock(),
        _random(),
        user="adam",
        printed_name="Adam Administrator",
        password=_PASSWORDS["adam"],
        cost=_CHEAP,
    )
    with registry:
        for user, role in people.items():
            _hire(registry, user, role)
        made = registry.import_record(record, read_files(FOLDER, record.files), "anna", _WHY)
        registry.submit(made, "anna", _WHY)
        registry.attest(made, record.checklist, "rita", _PASSWORDS["rita"])
        registry.sign(made, "reviewed", "rita", _PASSWORDS["rita"])
        registry.sign(made, "released", "quinn", _PASSWORDS["quinn"])
        if found := registry.faults():
            raise ValueError("; ".join(each.words for each in found))
        return registry.export(made)


def _hire(registry: Registry, user: str, role: str) -> None:
    first = "The word to begin with, 2026"
    registry.create_user(user, f"{user.capitalize()} Simulated", (role,), first, by="adam", why=_WHY)
    registry.change_password(user, first, _PASSWORDS[user])


def _cases(release: Release) -> Iterator[Case]:
    held = contents(release, read_files(FOLDER, release.record.files))
    data = zip_entries.written(held)
    yield ask("OQ-VERIFY-01", "The untouched bundle", "verifies", partial(_verdict, data))
    yield ask("OQ-VERIFY-02", "The same release gives the same bytes", "the same", partial(_again, release, data))
    for number, (name, content) in enumerate(held.items(), start=1):
        expected = f"{_STEPS} of {_STEPS} changed bytes found"
        place = data.index(content, data.index(name.encode()))
        yield ask(
            f"OQ-TAMPER-{number:02d}", f"One byte of {name}", expected, partial(_flipped, data, place, len(content))
        )
    yield ask("OQ-TAMPER-80", "Headers and directory of the archive", "all found", partial(_headers, data))
    yield ask("OQ-TAMPER-81", "A signature copied to another record", "found", partial(_copied, release))
    yield ask("OQ-TAMPER-82", "The end of the audit trail cut off", "found", partial(_cut, release))


def _verdict(data: bytes) -> str:
    wrong = [each.title for _, each in checks(data, "selftest.zip") if each.held == "fails"]
    return "; ".join(wrong) or "verifies"


def _again(release: Release, data: bytes) -> str:
    again = zip_entries.written(contents(release, read_files(FOLDER, release.record.files)))
    return "the same" if again == data else "other bytes"


def _found(data: bytes) -> bool:
    try:
        return any(each.held == "fails" for _, each in checks(data, "selftest.zip"))
    except InputError:
        return True


def _changed(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _flipped(data: bytes, start: int, size: int) -> str:
    places = [start + size * step // _STEPS for step in range(_STEPS)]
    return f"{sum(_found(_changed(data, place)) for place in places)} of {_STEPS} changed bytes found"


def _headers(data: bytes) -> str:
    begin = data.rindex(b"PK\x01\x02")
    places = [*range(30), *range(begin, len(data))]
    missed = [place for place in places if not _found(_changed(data, place))]
    return f"not found at {missed}" if missed else "all found"


def _copied(release: Release) -> str:
    other = replace(release.record, checklist=(*release.record.checklist, "another one"))
    return _attacked(replace(release, record=other))


def _cut(release: Release) -> str:
    return _attacked(replace(release, trail=release.trail[:-2]))


def _attacked(release: Release) -> str:
    files = read_files(FOLDER, release.record.files)
    return answer(lambda: "found" if _found(zip_entries.written(contents(release, files))) else "not found")
