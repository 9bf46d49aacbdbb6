from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.measurement import Quantity, State
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from evqc.reading import Reading

HERE = Path(__file__).parent
GOOD = (HERE / "nested_populations.wsp").read_text("utf-8")


def read(text: str, encoding: str = "utf-8") -> Reading:
    return read_export(ExportFile("a.wsp", text.encode(encoding)))


def table(reading: Reading, measurand: str) -> dict[tuple[str | None, object], float | None]:
    found = [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]
    return {(m.sample, m.settings["population"]): m.value for m in found}


def test_counts_and_shares() -> None:
    reading = read(GOOD)
    sample = "EV batch 7 CD63"
    assert reading.verdict == "accepted"
    assert reading.software_version == "10.8.1"
    assert table(reading, "event_count") == {
        (sample, "all events"): 2000, (sample, "Vesicles"): 1600, (sample, "Vesicles/CD63+"): 400,
        (sample, "Vesicles/Not CD63"): 1200, (sample, "Vesicles/CD9+"): None,
        ("Buffer.fcs", "all events"): 30, ("Buffer.fcs", "Vesicles"): 0, ("Buffer.fcs", "Vesicles/CD63+"): 0,
    }  # fmt: skip
    assert table(reading, "event_share") == {
        (sample, "Vesicles"): 80.0, (sample, "Vesicles/CD63+"): 25.0, (sample, "Vesicles/Not CD63"): 75.0,
        (sample, "Vesicles/CD9+"): None, ("Buffer.fcs", "Vesicles"): 0.0, ("Buffer.fcs", "Vesicles/CD63+"): None,
    }  # fmt: skip


def test_a_share_of_an_empty_parent_and_a_median_of_nothing_are_missing() -> None:
    found = [m for m in read(GOOD).measurements if isinstance(m, Quantity) and m.sample == "Buffer.fcs"]
    missing = [(m.measurand, m.reason, m.as_written) for m in found if m.state is State.MISSING]
    assert missing == [("event_share", "not computed", None), ("marker_signal", "not a number", "NaN")]


def test_statistics_of_a_channel() -> None:
    median = next(m for m in read(GOOD).measurements if isinstance(m, Quantity) and m.measurand == "marker_signal")
    assert (median.value, median.settings["channel"], median.settings["statistic"]) == (812.5, "APC-A", "Median")


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ('value="0.25"', 'value="25"', []),
        ('value="0.25"', 'value="0.19"', ["PRINTED_DISAGREES"]),
        ('"fj.stat.freqofparent" value="0.25"', '"Freq. of Parent" value="25"', []),
        ('"fj.stat.freqofparent" value="0.25"', '"Freq. of Parent" value="19"', ["PRINTED_DISAGREES"]),
        ('value="20.0"', 'value="0.2"', []),
        ('value="20.0"', 'value="n"', ["PRINTED_DISAGREES"]),
        ('"$TOT" value="30"', '"$TOT" value="31"', ["PRINTED_DISAGREES"]),
        ('name="Not CD63" count="1200"', 'name="Not CD63" count="1601"', ["MORE_THAN_PARENT"]),
        ("03-MAR-2026", "03/04/2026", ["DATE_AMBIGUOUS"]),
    ],
)
def test_what_the_counts_do_not_bear_out(old: str, new: str, codes: list[str]) -> None:
    assert [issue.code for issue in read(GOOD.replace(old, new)).issues] == codes


@pytest.mark.parametrize("count", ["1600.5", "-3", "many", "1e400"])
def test_counts_that_are_none(count: str) -> None:
    (issue,) = read(GOOD.replace('count="1600"', f'count="{count}"')).issues
    assert issue.code in {"NOT_A_NUMBER", "NOT_WHOLE", "OUT_OF_RANGE"}
    assert issue.where.field == "EV batch 7 CD63.fcs: Vesicles"


def test_utf_16_is_read_alike() -> None:
    assert table(read(GOOD, "utf-16"), "event_count") == table(read(GOOD), "event_count")


def test_unread_names_keywords_once_for_all_parameters() -> None:
    assert read(GOOD).unread == ("Groups", "Statistic CV", "Gate", "keyword $PnV")


@needs_corpus
@pytest.mark.parametrize("path", [p for p in corpus_files("markers/flow_export") if p.suffix == ".wsp"], ids=str)
def test_real_workspaces_counted_independently(path: Path) -> None:
    reading = read_export(ExportFile("a.wsp", path.read_bytes()))
    assert reading.verdict == "accepted"
    nodes = ET.parse(path).getroot().iterfind("SampleList//*[@count]")
    expected = [float(node.attrib["count"]) for node in nodes if node.tag in {"SampleNode", "Population"}]
    counts = [m.value for m in reading.measurements if isinstance(m, Quantity) and m.measurand == "event_count"]
    assert counts == expected
    shares = [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == "event_share"]
    assert len(shares) == len(counts) - 1
    found = {(m.settings["population"], m.settings["parent"]): m.value for m in shares}
    by_path = dict(zip(("all events", *(path for path, _ in found)), counts, strict=True))
    for (own, parent), share in found.items():
        assert share == pytest.approx(100 * float(by_path[own] or 0) / float(by_path[parent] or 1))


def test_a_keyword_without_value_is_refused() -> None:
    place = '<Keyword name="TUBE NAME" value='
    assert place in GOOD
    assert [i.code for i in read(GOOD.replace(place, place.replace("value", "val5e"), 1)).issues] == ["MISSING_FIELD"]


def test_populations_outside_of_their_parent_are_not_passed_over() -> None:
    begin = GOOD.index('<Population name="Vesicles" count="0">')
    inner = GOOD.index("<Subpopulations>", begin)
    end = GOOD.index("</Subpopulations>\n          </Population>", begin) + len("</Subpopulations>")
    moved = GOOD[:inner] + "</Population>" + GOOD[inner:end] + GOOD[end:].replace("</Population>", "", 1)
    assert [i.code for i in read(moved).issues] == ["POPULATION_LOST"]


#: A population without others in it.
SINGLE = '<Population name="CD9+" count="-1" />'


def test_a_population_that_stands_there_twice_is_flagged() -> None:
    assert SINGLE in GOOD
    assert "POPULATION_TWICE" in {issue.code for issue in read(GOOD.replace(SINGLE, SINGLE * 2, 1)).issues}


@pytest.mark.parametrize(
    "moved",
    [f"{SINGLE}</Subpopulations><Subpopulations>", "<Population><Subpopulations></Subpopulations></Population>"],
)
def test_populations_in_two_groups_or_in_an_empty_one_are_flagged(moved: str) -> None:
    """FlowJo opens one group, and where there is something to put into it: a population has left its parent."""
    assert "SUBPOPULATIONS_TORN" in {issue.code for issue in read(GOOD.replace(SINGLE, moved, 1)).issues}
    assert "SUBPOPULATIONS_TORN" not in {issue.code for issue in read(GOOD).issues}


def test_a_sample_outside_of_its_element_is_not_passed_over() -> None:
    begin = GOOD.index("<Sample>", GOOD.index("</Sample>"))
    other = GOOD[begin:].replace("<Sample>", "<Other>", 1).replace("</Sample>", "</Other>", 1)
    moved = f"{GOOD[:begin]}<Sample></Sample>{other}"
    assert [i.code for i in read(moved).issues] == ["SAMPLE_LOST"]
