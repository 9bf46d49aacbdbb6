"""NanoSight reports beside the experiment summary of the same videos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import _pdf, nanosight, nanosight_report, zetaview_report
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import identify
from tests.instruments.nanosight_report.reports import report
from tests.pdf_documents import pdf
from tests.places import SAMPLES

if TYPE_CHECKING:
    from evqc.reading import Reading

SUMMARY = SAMPLES / "nanosight" / "nta-3.3-six-weightings.csv"


def summary() -> Reading:
    return nanosight.read(ExportFile("summary.csv", SUMMARY.read_bytes()))


def read(data: bytes, name: str = "report.pdf") -> Reading:
    return nanosight_report.read(ExportFile(name, data))


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues if issue.code.startswith(("PDF", "NO_TEXT"))]


def test_alone_a_report_gives_no_measurement_and_is_flagged() -> None:
    reading = read(report())
    assert (reading.verdict, reading.measurements, codes(reading)) == ("flagged", (), ["NO_TEXT_EXPORT"])
    assert reading.printed is not None
    assert reading.printed.values["merged d90_nm"] == 138.2
    assert reading.printed.values["standard error mean_nm"] == 0.5
    assert reading.printed.runs == ("evs 2021-04-01 15-20-16", "evs 2021-04-01 15-21-16")
    assert reading.status == "experimental"
    assert "Operator" in reading.unread


def test_beside_its_summary_every_number_is_compared() -> None:
    export, alone = nanosight_report.join([summary(), read(report())])
    assert codes(export) == codes(alone) == ["PDF_AGREES"]
    assert (export.source.joined, alone.source.joined) == (("report.pdf",), ("summary.csv",))
    assert export.measurements == summary().measurements
    assert alone.verdict == "accepted"
    assert "24 numbers" in next(i for i in export.issues if i.code == "PDF_AGREES").found


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"merged": ("119.4", "116.9", "14.4", "101.6", "118.5", "139.0")}, "merged d90_nm"),
        ({"means": ("120.4", "116.8", "14.4", "101.6", "118.5", "138.2")}, "average mean_nm"),
        ({"errors": ("0.5", "0.5", "0.1", "0.4", "0.5", "0.9")}, "standard error d90_nm"),
        ({"concentration": "3.20e+08"}, "average concentration_per_ml"),
    ],
)
def test_a_number_that_differs_is_told_with_both_values(changed: dict[str, object], field: str) -> None:
    export, alone = nanosight_report.join([summary(), read(report(**changed))])  # type: ignore[arg-type]  # table of cases
    for reading in (export, alone):
        wrong = [issue for issue in reading.issues if issue.code == "PDF_DISAGREES"]
        assert [issue.where.field for issue in wrong] == [field]
        assert reading.verdict == "flagged"
    assert export.measurements == summary().measurements


def test_the_report_of_other_videos_stays_alone() -> None:
    other = read(report(runs=("evs 2021-04-02 15-20-16", "evs 2021-04-02 15-21-16")))
    assert nanosight_report.join([summary(), other]) == [summary(), other]


def test_a_report_that_fits_two_summaries_is_compared_with_none() -> None:
    readings = [summary(), summary(), read(report(runs=()))]
    assert nanosight_report.join(readings) == readings


def test_a_report_without_videos_belongs_to_the_only_summary_of_its_sample() -> None:
    export, _ = nanosight_report.join([summary(), read(report(runs=()))])
    assert codes(export) == ["PDF_AGREES"]


def test_only_the_report_is_recognised() -> None:
    file = ExportFile("x.pdf", report())
    assert nanosight_report.recognises(file)
    assert not zetaview_report.recognises(file)
    assert not nanosight_report.recognises(ExportFile("x.csv", SUMMARY.read_bytes()))


def hostile() -> dict[str, tuple[bytes, str]]:
    whole = report()
    return {
        "cut": (whole[: len(whole) // 2], "TRUNCATED"),
        "no pages": (b"%PDF-1.4\n%%EOF\n", "BROKEN_PDF"),
        "no root": (whole.replace(b"/Root 1 0 R", b"").replace(b"/Catalog", b"/Nothing"), "BROKEN_PDF"),
        "pages in a circle": (whole.replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"), "BROKEN_PDF"),
        "encrypted": (
            report(trailer=b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (00000000000000000000000000000000) "
            b"/U (00000000000000000000000000000000) /P -4 >> /ID [(a) (a)]"),
            "ENCRYPTED",
        ),
        "too many pages": (pdf([[[(40.0, "Stats: Merged Data")]]] * (_pdf.MOST_PAGES + 1)), "TOO_MANY_PAGES"),
        "a page without end": (
            pdf([[[(40.0, "Stats: Merged Data" * 20_000)]] * 20]), "PAGE_TOO_LARGE",
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", hostile())
def test_hostile_documents_are_refused(name: str) -> None:
    data, code = hostile()[name]
    with pytest.raises(InputError) as caught:
        read(data)
    assert caught.value.issues[0].code == code
    nanosight_report.recognises(ExportFile("x.pdf", data))


def test_a_document_beyond_sense_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pdf, "LARGEST_BYTES", 100)
    with pytest.raises(InputError, match="FILE_TOO_LARGE"):
        read(report(sample="EV batch 9"))


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pdf, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"EXTRA_MISSING.*evqc\[pdf\]"):
        identify(ExportFile("x.pdf", report(sample="EV batch 8")))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pdf([[[(40.0, "A letter")]]]), "a PDF document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a PNG image"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)), "a JPEG image"),
        (b"\xd0\xcf\x11\xe0" + bytes(range(256)), "an office document"),
    ],
)
def test_unknown_files_that_are_no_text_are_named_in_words(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        identify(ExportFile("x.bin", data))
    (issue,) = caught.value.issues
    assert (issue.code, issue.found.startswith(said)) == ("UNKNOWN_FORMAT", True)
