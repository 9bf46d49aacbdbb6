"""ZetaView reports beside the size file of the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.instruments import nanosight_report, zetaview, zetaview_report
from evqc.instruments._export import ExportFile
from tests.instruments.zetaview_report.reports import report
from tests.places import SAMPLES

if TYPE_CHECKING:
    from evqc.reading import Reading


def export(name: str = "never_checked.txt") -> Reading:
    path = SAMPLES / "zetaview" / name
    return zetaview.read(ExportFile(path.name, path.read_bytes()))


def read(data: bytes) -> Reading:
    return zetaview_report.read(ExportFile("report.pdf", data))


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues if issue.code.startswith(("PDF", "NO_TEXT"))]


def test_alone_a_report_gives_no_measurement_and_is_flagged() -> None:
    reading = read(report())
    assert (reading.verdict, reading.measurements, codes(reading)) == ("flagged", (), ["NO_TEXT_EXPORT"])
    assert reading.software_version == "8.05.14 SP7"
    assert reading.printed is not None
    assert reading.printed.identity == {"sample": "F8-1000", "acquired_at": "2025-02-19", "filter": "Scatter"}
    assert reading.printed.values["volume d90_nm"] == 222.2
    assert (reading.printed.values["original_concentration_per_ml"], reading.printed.rounding["number span"]) == (
        9.4e10,
        0.05,
    )


def test_beside_its_size_file_what_both_hold_is_compared() -> None:
    own, alone = zetaview_report.join([export(), read(report())])
    assert codes(own) == codes(alone) == ["PDF_AGREES"]
    assert "10 numbers" in next(i for i in own.issues if i.code == "PDF_AGREES").found
    assert own.source.joined == ("report.pdf",)
    assert own.measurements == export().measurements


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"x50": "95.4"}, "number d50_nm"),
        ({"concentration": "9.6E+6"}, "concentration_per_ml"),
        ({"original": "9.4E+9"}, "original_concentration_per_ml"),
    ],
)
def test_a_number_that_differs_is_told(changed: dict[str, str], field: str) -> None:
    own, alone = zetaview_report.join([export(), read(report(**changed))])
    for reading in (own, alone):
        assert [i.where.field for i in reading.issues if i.code == "PDF_DISAGREES"] == [field]


@pytest.mark.parametrize("changed", [{"sample": "F9-1000"}, {"filter_": "500 nm"}, {"date": "2025-02-20"}])
def test_a_report_of_another_run_stays_alone(changed: dict[str, str]) -> None:
    alone = read(report(**changed))
    assert zetaview_report.join([export(), alone]) == [export(), alone]


def test_a_run_without_traces_and_a_profile_have_nothing_to_compare() -> None:
    readings = [export("zero_traces.txt"), export("zeta_profile.txt"), read(report())]
    assert zetaview_report.join(readings) == readings


def test_only_the_report_is_recognised() -> None:
    file = ExportFile("x.pdf", report())
    assert zetaview_report.recognises(file)
    assert not nanosight_report.recognises(file)
