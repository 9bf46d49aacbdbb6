"""Documents that a registry fills: its users, its instruments, what is investigated, and whether all of it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.release import obstacles
from evqc.release.registry import checking
from evqc.release.registry.writing import head
from evqc.release.registry_documents import (
    Deviations,
    Excusable,
    FaultFound,
    Instruments,
    Investigations,
    ListedInstrument,
    ListedUser,
    RegistryCheck,
    Users,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.release.chain import Head
    from evqc.release.registry.registry import Registry
    from evqc.release.release import Investigation


def users(registry: Registry) -> Users:
    """Every user, those who are deactivated too, without anything secret."""
    locked, stated = registry.locked_out(), registry.statements()
    return Users(
        users=tuple(
            ListedUser(
                id=row["id"],
                printed_name=row["printed_name"],
                roles=tuple(row["roles"]),
                active=bool(row["active"]),
                password="to be changed" if row["must_change"] else "their own",
                locked_until=locked.get(row["id"]),
                trained_until=row["trained_until"],
                statement_at=stated[row["id"]].at if row["id"] in stated else None,
                public_keys=tuple(row["public_keys"]),
            )
            for row in registry.users()
        )
    )


def instruments(registry: Registry) -> Instruments:
    """The register of instruments, with those that are retired."""
    return Instruments(
        instruments=tuple(
            ListedInstrument(**row | {"software_versions": tuple(row["software_versions"])})
            for row in registry.instruments()
        )
    )


def investigations(registry: Registry, record_id: str | None = None) -> Investigations:
    """The investigations of a record's batch, in all its versions; of every batch when none is named.

    Raises:
        InputError: ``NO_SUCH_RECORD``.
    """
    newest = {row["batch"]: row["id"] for row in sorted(registry.records(), key=lambda row: int(row["version"]))}
    wanted = [record_id] if record_id is not None else sorted(newest.values())
    found: list[Investigation] = [each for name in wanted for each in registry.export(name).investigations]
    return Investigations(investigations=tuple(found))


def deviations(registry: Registry, record_id: str) -> Deviations:
    """The deviations of a record, and what may still be excused by one.

    Raises:
        InputError: ``NO_SUCH_RECORD``.
    """
    release = registry.export(record_id)
    held = obstacles.not_excused(release)
    return Deviations(
        record=record_id,
        deviations=release.deviations,
        excusable=tuple(Excusable(subject=each.subject, because=each.because, codes=each.codes) for each in held),
    )


def check(registry: Registry, anchors: Sequence[Head] = ()) -> RegistryCheck:
    """Whether every row is as the audit trail has it, and the trail runs through the heads that were kept elsewhere."""
    with registry.reading() as connection:
        found = checking.faults(connection, anchors)
        end = head(connection)
    wrong = [each for each in found if not checking.is_of_the_clock(each)]
    return RegistryCheck(
        holds=not wrong,
        head=end,
        anchors=tuple(anchors),
        faults=tuple(
            FaultFound(table=each.table, key=each.key, column=each.column, words=each.words) for each in wrong
        ),
        remarks=tuple(each.words for each in found if checking.is_of_the_clock(each)),
    )
