"""MACSPlex as MPAPASS takes it: a file for each sample and bead, one APC value an event, the bead in its name."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments import _macsplex
from evqc.instruments._amounts import Amount
from evqc.instruments._marks import marks
from evqc.instruments._numbers import column
from evqc.instruments._rows import ends_open
from evqc.markers.bead_kits import Bead, bead
from evqc.measurement import Quantity, State
from evqc.reading import Reading, accepted, with_issues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile
    from evqc.measurement import Scalar

NAME = "macsplex_beads"
TITLE = "MACSPlex EV kit, one file of events a bead (MPAPASS)"
FAMILY = "markers"
STATUS: Literal["verified", "experimental"] = "experimental"
READS = ("one column of APC values without a heading; the files of a folder join to panels by their names",)
_LINE = re.compile(r"[+-]?([\d.,]+(e[+-]?\d+)?|nan|inf)", re.IGNORECASE)
#: What the first number begins with; every file is asked for it.
_BEGINS = re.compile(r"\s*[+-]?([\d.,]|(nan|inf)\b)", re.IGNORECASE)
#: A sample's name followed by the two-digit number of the bead. MPAPASS puts nothing between them.
_NAME = re.compile(r"(?P<sample>.*?)(?P<number>\d{2})\.csv(\.gz)?", re.IGNORECASE | re.DOTALL)


def recognises(file: ExportFile) -> bool:
    """Whether the file begins with lines of one number each and nothing else."""
    if file.is_workbook or _BEGINS.match(file.head) is None:
        return False
    lines = file.head_lines
    whole = lines[:-1] if len(lines) > 1 else lines
    return all(_LINE.fullmatch(line.strip()) for line in whole)


def read(file: ExportFile) -> Reading:
    """Median and number of the events of one bead population; the name gives its bead and its sample.

    Raises:
        InputError: ``BEAD_NUMBER`` when the name ends in no bead of a kit, ``TRUNCATED``, or what a line refuses.
    """
    if ends_open(file):
        raise refusal(file.name, "TRUNCATED", Where(), "no line end behind the last event", "a whole last line")
    values = _events(file)
    sample, known, doubtful = _named(file)
    stated: dict[str, Scalar] = {"bead": known.number, "marker": known.marker, "isotype": known.isotype}
    median = Quantity(
        measurand="marker_signal", value=float(np.median(values)), unit="a.u.", state=State.MEASURED, sample=sample,
        method=_macsplex.TECHNIQUE, settings={**stated, "statistic": "median"}, where=Where(line=1),
    )  # fmt: skip
    count = Quantity(
        measurand="event_count", value=float(len(values)), unit="1", state=State.MEASURED, sample=sample,
        method=_macsplex.TECHNIQUE, settings=stated, where=Where(line=1),
    )  # fmt: skip
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="events of one bead",
        measurements=(median, count),
        issues=(*doubtful, _open_end(len(values))),
        status=STATUS,
    )


def _named(file: ExportFile) -> tuple[str, Bead, tuple[Issue, ...]]:
    """Sample and bead of a file by its name, and a flag where the number could begin earlier."""
    name = PurePosixPath(file.name).name
    found = _NAME.fullmatch(name)
    known = None if found is None else bead(found["number"])
    if found is None or known is None:
        expected = "a name that ends in the two-digit number of a bead, such as 'EV batch 7_53.csv'"
        raise refusal(file.name, "BEAD_NUMBER", Where(field="name"), f"'{name}'", expected)
    doubtful = found["sample"][-1:].isdigit()
    flag = problem(
        "warning", "BEAD_NUMBER_DOUBTFUL", Where(field="name"), f"'{name}'",
        f"no digit before the bead's number; read as bead {known.number}, {known.marker}",
    )  # fmt: skip
    return found["sample"].strip(" _-."), known, (flag,) if doubtful else ()


def _events(file: ExportFile) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    lines = [line.strip() for line in file.text().splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    decimal = marks(lines, file.name, Where(line=1)).decimal
    return column(lines, file.name, first_line=1, name="events", decimal=decimal)


def _open_end(events: int) -> Issue:
    expected = "a heading, a count or an end mark; nothing shows that the file is whole"
    return problem("warning", "END_UNMARKED", Where(line=events), f"{events} events", expected)


def join(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of a folder, the first of each sample with its panel; same number, same order.

    A sample of which two files give the same bead is flagged in both and gets no panel.

    Args:
        readings: of one folder; samples named as blanks serve all others of it.
    """
    joined = list(readings)
    groups = {sample: places for sample, places in _by_sample(readings).items() if not _flag_twice(joined, places)}
    beads = [_beads(sample, [readings[p] for p in places]) for sample, places in groups.items()]
    panels = iter(_macsplex.panels(beads, NAME))
    for one, places in zip(beads, groups.values(), strict=True):
        _name_each_other(joined, places)
        if not one.is_blank:
            first = joined[places[0]]
            joined[places[0]] = replace(first, measurements=(*first.measurements, next(panels)))
    if beads:
        joined[0] = with_issues(joined[0], *_macsplex.remarks(beads))
    return joined


def _by_sample(readings: Sequence[Reading]) -> dict[str, list[int]]:
    """The places of the readings of each sample, samples in the order in which they first come."""
    groups: dict[str, list[int]] = {}
    for place, reading in enumerate(readings):
        groups.setdefault(_median(reading).sample or "", []).append(place)
    return groups


def _median(reading: Reading) -> Quantity:
    found = reading.measurements[0]
    assert isinstance(found, Quantity)
    return found


def _flag_twice(joined: list[Reading], places: Sequence[int]) -> bool:
    """Flag the files of a sample that give a bead another one gives too; whether there are any."""
    beads = [_median(joined[place]).settings["bead"] for place in places]
    twice = [place for place, number in zip(places, beads, strict=True) if beads.count(number) > 1]
    for place in twice:
        name = _median(joined[place])
        found = f"bead {name.settings['bead']} of '{name.sample}' in more than one file"
        issue = problem("warning", "BEAD_TWICE", Where(field="name"), found, "one file a bead; no panel is made")
        joined[place] = with_issues(joined[place], issue)
    return bool(twice)


def _beads(sample: str, readings: Sequence[Reading]) -> _macsplex.Beads:
    signals = tuple(_signal(reading) for reading in readings)
    return _macsplex.Beads(sample, signals, Where(field=readings[0].source.name))


def _signal(reading: Reading) -> _macsplex.BeadSignal:
    median, count = _median(reading), reading.measurements[1]
    assert isinstance(count, Quantity)
    where = Where(field=reading.source.name)
    return _macsplex.BeadSignal(str(median.settings["bead"]), Amount(median.state, median.value), where, count.value)


def _name_each_other(joined: list[Reading], places: Sequence[int]) -> None:
    """Every reading of a sample names the other files of its panel."""
    names = [joined[place].source.name for place in places]
    for place in places:
        source = joined[place].source
        others = tuple(name for name in names if name != source.name)
        joined[place] = replace(joined[place], source=replace(source, joined=(*source.joined, *others)))
