"""Chips: spots, blocks that end where they end, isotype spots, and a real table counted otherwise."""

from __future__ import annotations

import csv
import statistics
from itertools import combinations
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments import exoview
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.measurement import Call, MarkerPanel, Quantity, SizeDistribution
from tests.instruments.exoview.synthetic import Chip, chip, text
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.reading import Reading

COUNTS = {"CD81": (21, 19, 20), "CD63": (33, 31, 30), "CD9": (30, 32, 31), "MIgG1": (2, 3, 2)}
#: Real chips have thousands of particles on a spot; these are the counts of one, as its reference states them.
REAL_COUNTS = {
    "CD81": (3201, 2851, 2837), "CD63": (5544, 5202, 5153), "CD9": (2750, 3053, 2879), "MIgG1": (1710, 1138, 798),
}  # fmt: skip


def read(content: str | bytes) -> Reading:
    data = content.encode() if isinstance(content, str) else content
    return read_export(ExportFile("chip.csv", data))


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues}


def counted(reading: Reading, key: str) -> dict[tuple[object, object], float | None]:
    """Counts by capture antibody and by ``spot`` or ``detected_by``."""
    quantities = (m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == "event_count")
    return {(q.settings["capture"], q.settings[key]): q.value for q in quantities if key in q.settings}


def panel(reading: Reading) -> MarkerPanel:
    return next(m for m in reading.measurements if isinstance(m, MarkerPanel))


def sizes(reading: Reading) -> dict[str, SizeDistribution]:
    found = (m for m in reading.measurements if isinstance(m, SizeDistribution))
    return {str(m.settings["capture"]): m for m in found}


def by_hand(made: Chip, channels: tuple[str, ...]) -> dict[tuple[object, object], float | None]:
    """Classes of colocalisation, particle by particle."""
    found: dict[tuple[object, object], float | None] = {
        (capture, " + ".join(chosen)): 0
        for capture in made
        for size in range(1, len(channels) + 1)
        for chosen in combinations(channels, size)
    }
    for capture, spots in made.items():
        for one in (p for particles in spots.values() for p in particles):
            seen = [c for c, cell in zip(channels, one, strict=True) if float(cell.replace(",", ".")) > 0]
            key = (capture, " + ".join(seen))
            found[key] = (found[key] or 0) + 1
    return found


def test_particles_are_counted_by_spot_class_and_capture() -> None:
    made = chip(COUNTS)
    reading = read(text(made))
    expected = {(c, name): len(p) for c, spots in made.items() for name, p in spots.items()}
    assert counted(reading, "spot") == expected
    assert counted(reading, "detected_by") == by_hand(made, ("CD63", "CD81", "FITC", "IM"))
    shares = [m for m in reading.measurements if isinstance(m, Quantity) and m.unit == "%"]
    on_cd9 = [p for particles in made["CD9"].values() for p in particles]
    share = next(q for q in shares if q.settings["capture"] == "CD9" and q.settings["channel"] == "CD81")
    assert share.value == pytest.approx(100 * sum(p[1] != "0" for p in on_cd9) / len(on_cd9))
    assert {q.settings["channel"] for q in shares} == {"CD63", "CD81"}


def test_diameters_stand_in_bins_of_one_nanometre_and_isotype_spots_in_none() -> None:
    made = chip(COUNTS)
    found = sizes(read(text(made)))
    assert list(found) == ["CD81", "CD63", "CD9"]
    for capture, distribution in found.items():
        diameters = [float(p[3]) for particles in made[capture].values() for p in particles if float(p[3]) > 0]
        assert distribution.technique == "SP-IRIS"
        assert distribution.concentration_per_ml is None
        assert distribution.count is not None
        assert distribution.count.sum() == len(diameters)
        assert distribution.statistics.standard.mean_nm == pytest.approx(statistics.fmean(diameters), abs=0.5)
        assert distribution.settings["lowest_CD63_signal_au"] == min(
            int(p[0]) for spots in made.values() for ps in spots.values() for p in ps if int(p[0])
        )


def test_isotype_spots_are_replicates_of_the_control() -> None:
    found = panel(read(text(chip(COUNTS))))
    assert [c.signal for c in found.controls] == [2, 3, 2]
    assert {m.name: (m.signal, m.call) for m in found.markers} == {
        "CD81": (20, Call.POSITIVE),
        "CD63": (pytest.approx(94 / 3), Call.POSITIVE),
        "CD9": (31, Call.POSITIVE),
    }
    assert "net of the isotype spots 17.7" in found.markers[0].why
    assert found.markers[0].background == pytest.approx(7 / 3)


def test_background_of_a_real_chip_is_flagged() -> None:
    reading = read(text(chip(REAL_COUNTS)))
    assert {"ISOTYPE_HIGH", "SPOTS_DIFFER"} <= codes(reading)
    high = next(i for i in reading.issues if i.code == "ISOTYPE_HIGH")
    assert "42 % of CD9" in high.found
    differ = [i for i in reading.issues if i.code == "SPOTS_DIFFER"]
    assert [(i.where.column, i.found.split(":")[0]) for i in differ] == [("MIgG1", "CV 38 %")]
    assert panel(reading).markers[0].limit_of_detection == pytest.approx(2769.33, abs=0.01)


def test_without_isotype_spots_nothing_is_called() -> None:
    reading = read(text(chip({"CD81": (9, 8), "CD63": (12, 10)})))
    assert "NO_ISOTYPE_SPOTS" in codes(reading)
    assert {m.call for m in panel(reading).markers} == {Call.INDETERMINATE}


@pytest.mark.parametrize("name", ["MIgG", "MIgG1", "Mouse IgG", "IgG", "mIgG2a", "Rat IgG2b", "HIgG"])
def test_isotype_captures_are_known_by_their_name(name: str) -> None:
    reading = read(text(chip({"CD81": (20, 18), name: (2, 3)})))
    assert [m.as_written for m in panel(reading).markers] == ["CD81"]
    assert len(panel(reading).controls) == 2


def test_a_spot_without_particles_counts_as_none() -> None:
    made = chip({"CD81": (20, 18, 19), "MIgG1": (2, 0, 3)})
    assert counted(read(text(made)), "spot")["MIgG1", "Spot5"] == 0


def test_a_row_behind_the_last_particle_marks_the_end() -> None:
    whole = text(chip(COUNTS))
    assert "END_UNMARKED" in codes(read(whole))
    assert "END_UNMARKED" not in codes(read(whole + "," * 18 + "\r\n"))


@pytest.mark.parametrize(
    "recode",
    [
        lambda t: t.encode("utf-8-sig"),
        lambda t: t.encode("utf-16"),
        lambda t: t.replace("\r\n", "\n").encode(),
        lambda t: t.replace("\r\n", "\r").encode(),
        lambda t: t.replace(",", "\t").encode(),
        lambda t: t.replace(",", ";").replace(".", ",").encode(),
    ],
    ids=["mark", "utf-16", "line feeds", "carriage returns", "tabs", "semicolons and comma"],
)
def test_encodings_and_marks_change_nothing(recode: object) -> None:
    whole = text(chip(COUNTS))
    data: bytes = recode(whole)  # type: ignore[operator]  # each entry of the table is a function of the text
    assert read(data).measurements == read(whole).measurements


def lines(change: Iterable[tuple[int, str, str]]) -> str:
    """The table with a text replaced once in some lines (from 1)."""
    found = text(chip(COUNTS)).split("\r\n")
    for line, old, new in change:
        assert old in found[line - 1]
        found[line - 1] = found[line - 1].replace(old, new, 1)
    return "\r\n".join(found)


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        ((4, "Spot4", ""), "SPOT_MISSING", 4),
        ((4, "Spot4", "Spot1"), "SPOT_TWICE", None),
        ((2, "CD63", "CD81"), "CAPTURE_TWICE", 2),
        ((3, "FITC", "PE"), "CHANNELS_DIFFER", 3),
        ((6, ",0", ",-3"), "OUT_OF_RANGE", 6),
        ((6, ",0", ",nan"), "NOT_A_NUMBER", 6),
        ((6, ",0", ",1e999"), "NOT_A_NUMBER", 6),
        ((6, ",0", ","), "PARTICLE_INCOMPLETE", 6),
        ((60, ",", "Spot1,"), "SPOT_TWICE", None),
    ],
)
def test_what_is_refused(change: tuple[int, str, str], code: str, line: int | None) -> None:
    reading = read(lines([change]))
    assert code in codes(reading)
    assert line is None or reading.issues[0].where.line == line


def test_without_a_first_spot_it_is_another_table() -> None:
    assert codes(read(lines([(4, "Spot1", "")]))) == {"UNKNOWN_FORMAT"}
    with pytest.raises(InputError, match="HEADING_MISSING"):
        exoview.read(ExportFile("chip.csv", lines([(4, "Spot1", "")]).encode()))


def test_a_particle_that_nothing_detected_is_none() -> None:
    made = chip(COUNTS)
    made["CD81"]["Spot2"][3] = ("0", "0", "0", "0")
    reading = read(text(made))
    assert (codes(reading), reading.issues[0].where.line) == ({"NOT_A_PARTICLE"}, 4 + 21 + 3)


def test_an_exchange_of_diameters_and_signals_is_noticed() -> None:
    assert "COLUMNS_SWAPPED" in codes(read(text(chip(COUNTS), channels=("IM", "CD81", "FITC", "CD63"))))


def test_diameters_outside_the_window_are_flagged_and_absurd_ones_refused() -> None:
    made = chip(COUNTS)
    made["CD9"]["Spot7"][0] = ("0", "0", "0", "212.5")
    reading = read(text(made))
    assert "DIAMETER_OUTSIDE_WINDOW" in codes(reading)
    assert sizes(reading)["CD9"].diameter_nm.upper[-1] == 213
    made["CD9"]["Spot7"][0] = ("0", "0", "0", "1" + "0" * 12)
    assert "OUT_OF_RANGE" in codes(read(text(made)))


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(4, 96))
def test_a_file_cut_between_rows_is_refused(cut: int) -> None:
    rows = text(chip(COUNTS)).split("\r\n")
    assert read("\r\n".join(rows[:cut]) + "\r\n").verdict == "refused"


REAL = corpus_files("markers/exoview")


@needs_corpus
def test_a_cut_real_file_is_refused() -> None:
    for path in REAL:
        assert "TRUNCATED" in codes(read(path.read_bytes()))


@needs_corpus
def test_a_real_file_whose_blocks_are_ended_is_counted_as_by_hand() -> None:
    """The rows of the real file with blocks of different length: 330 rows, 397, 250 and 100, and spots of 60 rows."""
    for path in REAL:
        content, expected = _ended(path.read_text("utf-8-sig"), {"CD81": 330, "CD63": 397, "CD9": 250, "MIgG1": 100})
        reading = read(content)
        assert reading.verdict != "refused"
        channels = ("CD63", "CD81", "FITC", "IM")
        assert counted(reading, "detected_by") == by_hand(expected, channels)
        assert counted(reading, "spot") == {(c, s): len(p) for c, on in expected.items() for s, p in on.items()}
        for capture, distribution in sizes(reading).items():
            diameters = [float(p[3]) for on in expected[capture].values() for p in on if p[3] != "0"]
            assert distribution.count is not None
            tally = [sum(50 + i <= d < 51 + i for d in diameters) for i in range(150)]
            assert distribution.count.tolist() == tally
        assert cast("float", panel(reading).markers[1].signal) == pytest.approx(397 / 7)


def _ended(content: str, rows: dict[str, int]) -> tuple[str, Chip]:
    """The table with each block ended after so many rows and a new spot every 60, and the same as a chip."""
    table = list(csv.reader(content.splitlines()))
    expected: Chip = {capture: {} for capture in rows}
    for n, row in enumerate(table[3:]):
        for block, (capture, length) in enumerate(rows.items()):
            first = 5 * block
            if n >= length:
                row[first : first + 5] = [""] * len(row[first : first + 5])
                continue
            row[first] = f"Spot{7 * block + n // 60 + 1}" if n % 60 == 0 else ""
            on = expected[capture].setdefault(f"Spot{7 * block + n // 60 + 1}", [])
            on.append((row[first + 1], row[first + 2], row[first + 3], row[first + 4]))
    return "\r\n".join(",".join(row) for row in table if any(row)) + "\r\n", expected
