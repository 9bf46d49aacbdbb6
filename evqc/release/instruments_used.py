"""Which instruments made the files of a batch, as the files state it, compared with the laboratory's register; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.release.record import InstrumentUsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from evqc.batch.assembled import Batch
    from evqc.reading import Reading

#: What readers call the serial number of the instrument; that of a cell or a sensor is another thing.
_SERIALS = ("serial_number", "instrument_serial_number")


def instruments_used(batch: Batch) -> tuple[InstrumentUsed, ...]:
    """Serial number and software of each export that was read, in the order of the files."""
    read = (reading for reading in batch.readings if reading.verdict != "refused" and reading.instrument is not None)
    return tuple(each for reading in read for each in _of_reading(reading))


def _of_reading(reading: Reading) -> Iterator[InstrumentUsed]:
    """One for each serial number that stands in the export, which may hold the runs of several instruments."""
    serials: list[str | None] = [*_serials(reading)] or [None]
    for serial in serials:
        yield InstrumentUsed(
            file=reading.source.name,
            sha256=reading.source.sha256,
            read_as=str(reading.instrument),
            serial_number=serial,
            software_version=reading.software_version,
        )


def _serials(reading: Reading) -> list[str]:
    settings = [getattr(each, "settings", {}) for each in (*reading.measurements, *reading.series)]
    stated = (of[name] for of in settings for name in _SERIALS if of.get(name) is not None)
    return list(dict.fromkeys(str(each).strip() for each in stated if str(each).strip()))


def instrument_flags(used: Sequence[InstrumentUsed], register: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What to point out before anybody signs: instruments that are unknown or retired, and software nobody qualified.

    A file that states no serial number cannot be compared, which is said too: not compared is not the same as known.

    Args:
        used: of a release record.
        register: rows of instruments, with ``serial``, ``name``, ``software_versions`` and ``status``.

    Source:
        21 CFR 11.10(h); DEPENDENCIES, REGULATED C and D2.
    """
    known = {row["serial"]: row for row in register}
    found: dict[str, list[str]] = {}
    for each in used:
        if flag := _flag(known, each):
            found.setdefault(flag, []).append(each.file)
    return tuple(f"{flag}: {', '.join(dict.fromkeys(files))}" for flag, files in found.items())


def _flag(register: Mapping[str, Mapping[str, Any]], used: InstrumentUsed) -> str:
    serial, version = used.serial_number, used.software_version
    if serial is None:
        return "no serial number is stated, so that nothing can be compared with the register"
    row = register.get(serial)
    if row is None:
        return f"the instrument {serial} is not in the register"
    if row["status"] != "in use":
        return f"the instrument {serial} ({row['name']}) is {row['status']}"
    if version is None:
        return f"no software version is stated of the instrument {serial} ({row['name']})"
    if version not in row["software_versions"]:
        return f"the instrument {serial} ({row['name']}) has the software {version}, which the register does not list"
    return ""
