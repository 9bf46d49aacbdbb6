"""Release records in the registry: imported with their files, submitted, withdrawn, and exported whole."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING

from pydantic import ValidationError

from evqc.errors import InputError, Where, problem, refusal
from evqc.records import from_plain, to_plain
from evqc.release import obstacles, states
from evqc.release.canonical import canonical, digest
from evqc.release.contributors import named
from evqc.release.out_of_specification import opened
from evqc.release.record import ReleaseRecord
from evqc.release.registry.assembling import assembled
from evqc.release.registry.people import People
from evqc.release.registry.tables import AUDIT, FILES, RECORDS
from evqc.release.registry.writing import entries, rows
from evqc.release.specification import Specification, in_force

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evqc.errors import Issue
    from evqc.release.chain import AuditEntry
    from evqc.release.registry.tables import Row
    from evqc.release.registry.writing import Act
    from evqc.release.release import Release


class Records(People):
    """Records and raw files."""

    def import_record(self, record: ReleaseRecord, files: Mapping[str, bytes], user: str, why: str) -> str:
        """Takes a drafted record and its files in, as the next version of its batch, in the state ``draft``.

        An earlier version that is a draft is invalidated; a submitted, reviewed or released one has to be ended first.
        Every test that fails opens an investigation in the same transaction.

        Args:
            record: as ``evqc.release.draft.draft`` made it.
            files: by SHA-256; those that the registry has already may be left out.
            user: id of an analyst, who makes this version.
            why: the reason, in words.

        Returns:
            The id of the record, ``BATCH/version``.

        Raises:
            InputError: ``FILE_MISSING``, ``FILE_CHANGED``, ``SPECIFICATION_CHANGED``, ``SIGNATURES_TOO_FEW``,
                ``RECORD_UNFIT``, ``JUDGED_FOR_LATER_DAY``, ``ILLEGAL_TRANSITION``, or as ``write``.
        """
        _whole(record)
        content = canonical(record).decode("utf-8")

        def take(act: Act) -> str:
            _refuse_later(record, act)
            _store_files(act, record, files)
            version = _make_room(act, record.batch.id) + 1
            row = {
                "id": f"{record.batch.id}/{version}",
                "batch": record.batch.id,
                "version": version,
                "state": states.after("import record", None, record.batch.id),
                "record": content,
                "record_sha256": hashlib.sha256(content.encode("utf-8")).hexdigest(),
                "specification_sha256": record.specification.sha256,
                "made_by": user,
            }
            act.put("records", row)
            _keep_names(act, row, record)
            _open_investigations(act, row, record)
            return str(row["id"])

        return self.write(user, "import record", why, take)

    def submit(self, record_id: str, user: str, why: str) -> None:
        """Hands a draft over to review.

        Raises:
            InputError: ``NO_SUCH_RECORD``, ``ILLEGAL_TRANSITION``, or as ``write``.
        """
        self._move(record_id, "submit", user, why)

    def withdraw(self, record_id: str, user: str, why: str) -> None:
        """Takes a record back before it was reviewed; only who made or submitted it may.

        Raises:
            InputError: ``NO_SUCH_RECORD``, ``ILLEGAL_TRANSITION``, ``NOT_YOURS``, or as ``write``.
        """
        self._move(record_id, "withdraw", user, why)

    def hand_back(self, record_id: str, user: str, why: str) -> None:
        """Hands a submitted record back to its makers, with what is to be mended.

        Raises:
            InputError: ``NO_SUCH_RECORD``, ``ILLEGAL_TRANSITION``, or as ``write``.
        """
        self._move(record_id, "return", user, why)

    def _move(self, record_id: str, action: str, user: str, why: str) -> None:
        def move(act: Act) -> None:
            row = known(act, record_id)
            if action == "withdraw" and user not in _hands_on(act, row):
                raise refusal(record_id, "NOT_YOURS", Where(field="user"), user, "who made or submitted the record")
            act.put("records", row | {"state": states.after(action, row["state"], record_id)})

        self.write(user, action, why, move)

    def records(self) -> list[Row]:
        """Every record with batch, version and state, without its content."""
        with self.reading() as connection:
            found = rows(connection, "records")
        return [{name: value for name, value in row.items() if name != "record"} for row in found]

    def export(self, record_id: str) -> Release:
        """Everything that anyone needs to check a record; entries of the trail on other matters are sealed.

        Raises:
            InputError: ``NO_SUCH_RECORD``.
        """
        with self.reading() as connection:
            return assembled(connection, record_id)

    def files_of(self, record_id: str) -> dict[str, bytes]:
        """The files that a record rests on, as they were taken in, by SHA-256.

        Raises:
            InputError: ``NO_SUCH_RECORD``; ``FILE_MISSING`` or ``FILE_CHANGED`` when the database holds no content or
                another one.
        """
        with self.reading() as connection:
            row = next(iter(rows(connection, "records", RECORDS.c.id == record_id)), None)
            if row is None:
                raise unknown(record_id)
            wanted = {each["sha256"] for each in json.loads(row["record"])["files"]}
            stored = rows(connection, "files", FILES.c.sha256.in_(wanted))
        for sha256 in sorted(wanted - {each["sha256"] for each in stored}):
            raise refusal(record_id, "FILE_MISSING", Where(field="files"), sha256, "a file with this SHA-256")
        return {each["sha256"]: _same(each["sha256"], each["content"]) for each in stored}

    def history(self, record_id: str) -> tuple[AuditEntry, ...]:
        """Every entry of the trail that is of the record's batch, in all its versions.

        Raises:
            InputError: ``NO_SUCH_RECORD``.
        """
        with self.reading() as connection:
            row = next(iter(rows(connection, "records", RECORDS.c.id == record_id)), None)
            if row is None:
                raise unknown(record_id)
            found = entries(connection, AUDIT.c.key.startswith(f"{row['batch']}/", autoescape=True))
        return tuple(entry for entry in found if states.concerns(entry, row["batch"]))


def known(act: Act, record_id: str) -> Row:
    """The row of a record; raises InputError ``NO_SUCH_RECORD`` where there is none."""
    row = act.row("records", record_id)
    if row is None:
        raise unknown(record_id)
    return row


def unknown(record_id: str) -> InputError:
    """The error for a record that the registry does not have."""
    return refusal(record_id, "NO_SUCH_RECORD", Where(field="record"), record_id, "the id of a record, BATCH/version")


def _whole(record: ReleaseRecord) -> None:
    """Refuses a record that contradicts itself, since nobody could verify it afterwards."""
    used, found = record.specification, list[InputError]()
    try:
        from_plain(ReleaseRecord, to_plain(record))
        specification = Specification.model_validate(used.content)
    except ValidationError as error:
        raise refusal(record.batch.id, "RECORD_UNFIT", Where(), str(error), "a whole release record") from None
    if digest(used.content) != used.sha256:
        found.append(refusal(record.batch.id, "SPECIFICATION_CHANGED", Where(field="specification"), used.sha256,
                             "the SHA-256 of the specification in the record"))  # fmt: skip
    asked = specification.signatures
    if len(asked) < 2 or len(set(asked)) < len(asked) or asked[-1] != "released":
        found.append(refusal(record.batch.id, "SIGNATURES_TOO_FEW", Where(field="signatures"), ", ".join(asked),
                             "two different meanings or more, of which the last is 'released'"))  # fmt: skip
    if not record.batch.id.strip():
        found.append(refusal("the record", "RECORD_UNFIT", Where(field="batch"), "no id", "the id of a batch"))
    found += [refusal(record.batch.id, "RECORD_UNFIT", Where(field=field), said, "as the specification has it")
              for field, said in _unlike(record, specification)]  # fmt: skip
    if found:
        raise InputError(record.batch.id, *[issue for error in found for issue in error.issues])


def _refuse_later(record: ReleaseRecord, act: Act) -> None:
    if obstacles.is_later(record.judged_for, act.at[:10]):
        raise refusal(record.batch.id, "JUDGED_FOR_LATER_DAY", Where(field="judged_for"), record.judged_for,
                      "today or before: nobody knows yet what will have been read")  # fmt: skip


def _unlike(record: ReleaseRecord, specification: Specification) -> Iterator[tuple[str, str]]:
    """Where a record leaves out or plays down what its own specification asks: the field, and what it says there."""
    day = date.fromisoformat(record.judged_for)
    asked = {test.id: test for test in specification.tests if in_force(test.valid_from, test.valid_until, day)}
    answered = [each.test for each in record.results]
    if answered != list(asked):
        yield "results", ", ".join(answered) or "nothing"
    for each in record.results:
        test = asked.get(each.test)
        if test is not None and test.mandatory and not each.mandatory and each.second_stage_of is None:
            yield each.test, "not mandatory"
    if record.checklist != specification.checklist or any(len(item.splitlines()) != 1 for item in record.checklist):
        yield "checklist", " | ".join(map(repr, record.checklist)) or "nothing"  # a signature names items line by line


def _store_files(act: Act, record: ReleaseRecord, files: Mapping[str, bytes]) -> None:
    for sha256 in sorted(files):
        content = _same(sha256, files[sha256])
        if not act.has("files", sha256):
            act.put("files", {"sha256": sha256, "bytes": len(content), "content": content})
    missing: list[Issue] = [
        problem("error", "FILE_MISSING", Where(field=each.name), each.sha256, "a file with this SHA-256")
        for each in record.files
        if not act.has("files", each.sha256)
    ]
    if missing:
        raise InputError(record.batch.id, *missing)


def _same(sha256: str, content: bytes) -> bytes:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise refusal("the files", "FILE_CHANGED", Where(field=sha256), found, "the content with this SHA-256")
    return content


def _make_room(act: Act, batch: str) -> int:
    """Ends the newest version of a batch where that is allowed, and tells its number; 0 where there is none."""
    earlier = max(act.rows("records", RECORDS.c.batch == batch), key=lambda row: int(row["version"]), default=None)
    if earlier is None:
        return 0
    if earlier["state"] not in states.REPLACEABLE:
        raise refusal(earlier["id"], "ILLEGAL_TRANSITION", Where(field="state"),
                      f"a new version while this one is {earlier['state']}",
                      f"a version that is {' or '.join(states.REPLACEABLE)}")  # fmt: skip
    if earlier["state"] == "draft":
        act.put("records", earlier | {"state": states.after("import record", "draft", earlier["id"])})
    return int(earlier["version"])


def _keep_names(act: Act, row: Row, record: ReleaseRecord) -> None:
    """The names under the data, each with the users whom it may be of now: a user may have another name later."""
    people = act.rows("users") if record.entered_by else []
    for number, name in enumerate(record.entered_by, start=1):
        users = [each["id"] for each in people if named([name], each["id"], each["printed_name"])]
        place = {"id": f"{row['id']}/contributor-{number}", "batch": row["batch"], "record": row["id"]}
        act.put("contributors", place | {"name": name, "users": users})


def _open_investigations(act: Act, row: Row, record: ReleaseRecord) -> None:
    for result in obstacles.out_of_specification(record):
        number = f"{row['id']}/OOS-{result.test}"
        made = to_plain(opened(result, number=number, by=act.user, at=act.at))
        del made["retests"]
        act.put("investigations", {**made, "batch": row["batch"], "record": row["id"]})


def _hands_on(act: Act, row: Row) -> set[str]:
    found = entries(act.connection, AUDIT.c.table == "records", AUDIT.c.key == row["id"])
    return {entry.user for entry in found if entry.action in {"import record", "submit"}}
