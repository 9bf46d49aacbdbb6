"""Which measurement belongs to which entry of the record's files, without guessing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from evqc.batch.model import FileEntry
from evqc.measurement import REPLICATE_OF, Measurement, Quantity, SizeDistribution
from evqc.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.batch.model import BatchRecord

#: Roles, as plates, immunoassays and chips state them, of what belongs to the assay and to no sample.
_ASSAY = re.compile(
    r"\b(standards?|calibrat\w*|controls?|qc|blanks?|background|ladder|reference|ntc|no[ -]template)\b", re.IGNORECASE
)
#: Settings in which readers say what a well or tube is to its assay, the first that is there deciding.
_ROLE_KEYS = ("role", "content", "task")
#: What stands for the role of a well whose content the file does not state, beside results of named samples.
UNNAMED = "no sample named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one entry of the record gets of one file.

    Attributes:
        index: place of the entry in ``record.files``, from 0.
        measurements: in the order of the file; empty when the file was refused or nothing in it matches.
    """

    index: int
    entry: FileEntry
    reading: Reading
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """All files of a record shared out.

    Attributes:
        shares: one for each entry whose file is there, in the order of the record.
        disputed: by file, the groups that entries with different samples lay claim to; nobody gets them.
        left: by file, the groups of a listed file that no entry takes.
        of_assays: what the listed files hold of the assay itself, each with its role; nobody's sample.
    """

    shares: tuple[Share, ...]
    disputed: dict[str, tuple[str, ...]]
    left: dict[str, tuple[str, ...]]
    of_assays: tuple[tuple[Reading, Measurement, str], ...] = ()


def assign(record: BatchRecord, readings: Sequence[Reading]) -> Assignment:
    """Shares the measurements of every listed file out to the entries that name it.

    An entry with ``runs`` takes the measurements of that group, sample or run. One without takes the group that is
    named like its sample when the file holds several groups, and else all that no other entry names; but quantities
    and panels of several named samples are nobody's until an entry names each. What entries of different samples would
    take at the same time goes to none of them. Standards, controls, blanks and ladders of an assay, and wells without a
    name beside named ones, are no sample's unless an entry names them.

    Args:
        record: its ``files``.
        readings: one for each export, with paths below ``exports/`` as names.
    """
    shares: list[Share] = []
    disputed: dict[str, tuple[str, ...]] = {}
    left: dict[str, tuple[str, ...]] = {}
    of_assays: list[tuple[Reading, Measurement, str]] = []
    for reading in readings:
        name = reading.source.name
        entries = [(i, e) for i, e in enumerate(record.files) if path_of(e) == name]
        roles = assay_roles(reading.measurements)
        wanted = _wanted([entry for _, entry in entries], reading.measurements, roles)
        owners = [_owner(place, wanted, entries) for place in range(len(reading.measurements))]
        labels = [label(m) for m in reading.measurements]
        disputed |= _grouped(name, labels, [owner == _DISPUTED for owner in owners])
        free = [bool(entries) and owner is None for owner in owners]
        left |= _grouped(name, labels, [is_free and role is None for is_free, role in zip(free, roles, strict=True)])
        of_assays += [
            (reading, m, role)
            for m, role, is_free in zip(reading.measurements, roles, free, strict=True)
            if is_free and role is not None
        ]
        for at, (index, entry) in enumerate(entries):
            mine = tuple(m for m, owner in zip(reading.measurements, owners, strict=True) if owner == at)
            shares.append(Share(index=index, entry=entry, reading=reading, measurements=mine))
    in_order = tuple(sorted(shares, key=lambda s: s.index))
    return Assignment(shares=in_order, disputed=disputed, left=left, of_assays=tuple(of_assays))


def assay_roles(measurements: Sequence[Measurement]) -> list[str | None]:
    """The role of each measurement of a file that is of the assay itself; None for those of a sample.

    Wells without a name, such as raw absorbances, are of the assay where results of named samples stand beside them.
    """
    named = any(label(m) for m in measurements)
    return [_assay_role(m, named=named) if isinstance(m, Quantity) else None for m in measurements]


def _assay_role(of: Quantity, *, named: bool) -> str | None:
    stated = next((of.settings[key] for key in _ROLE_KEYS if of.settings.get(key) is not None), None)
    if isinstance(stated, str) and _ASSAY.search(stated):
        return stated
    return UNNAMED if named and not label(of) else None


def path_of(entry: FileEntry) -> str:
    """The entry's path as readings name it: ``./nta//a.csv`` is ``nta/a.csv``."""
    return _posix(entry.path)


@lru_cache(maxsize=4096)
def _posix(path: str) -> str:
    return PurePosixPath(path).as_posix()


def label(measurement: Measurement) -> str:
    """What tells the samples of one file apart: the run group or else the sample as the file names it."""
    if isinstance(measurement, SizeDistribution):
        return measurement.group or measurement.sample or ""
    if isinstance(measurement, Quantity) and isinstance(shared := measurement.settings.get(REPLICATE_OF), str):
        return shared
    return measurement.sample or ""


def same_name(left: str | None, right: str | None) -> bool:
    """Whether two names differ only in case, white space, ``-`` and ``_``; a missing name is like no other."""
    return left is not None and right is not None and folded(left) == folded(right)


def folded(name: str) -> str:
    """A name without what people write one way or the other, and without the ending of the cytometer's file."""
    return "".join(c for c in name.casefold().removesuffix(".fcs") if c not in " -_\t\n")


_DISPUTED = -1


def _wanted(
    entries: Sequence[FileEntry], measurements: Sequence[Measurement], roles: Sequence[str | None]
) -> list[set[int]]:
    """By entry, the places of the measurements that it lays claim to."""
    named = [_named(entry, measurements) for entry in entries]
    taken = {place for places in named if places is not None for place in places}
    rest = {i for i, role in enumerate(roles) if role is None} - taken
    by_name = {i for i in rest if not isinstance(measurements[i], SizeDistribution)}
    if len({label(measurements[i]) for i in by_name}) > 1:
        rest -= by_name  # the file itself says that they are of several samples
    return [rest if places is None else places for places in named]


def _named(entry: FileEntry, measurements: Sequence[Measurement]) -> set[int] | None:
    """The places that an entry names by its runs or by its sample; None when it names none and takes the rest."""
    if entry.runs is not None:
        return {i for i, m in enumerate(measurements) if any(same_name(entry.runs, n) for n in _names(m))}
    groups = {label(m) for m in measurements}
    mine = {i for i, m in enumerate(measurements) if same_name(entry.sample, label(m))}
    return mine if len(groups) > 1 and mine else None


def _names(measurement: Measurement) -> tuple[str | None, ...]:
    run = measurement.run if isinstance(measurement, SizeDistribution) else None
    return (label(measurement), measurement.sample, run)


def _owner(place: int, wanted: Sequence[set[int]], entries: Sequence[tuple[int, FileEntry]]) -> int | None:
    """The entry that gets a measurement: the first of those that agree on its sample."""
    claims = [at for at, places in enumerate(wanted) if place in places]
    samples = {(entries[at][1].sample, entries[at][1].purpose) for at in claims}
    if len(samples) > 1:
        return _DISPUTED
    return claims[0] if claims else None


def _grouped(name: str, labels: Sequence[str], chosen: Iterable[bool]) -> dict[str, tuple[str, ...]]:
    found = tuple(dict.fromkeys(text for text, is_chosen in zip(labels, chosen, strict=True) if is_chosen))
    return {name: found} if found else {}
