"""Writes xPONENT exports of known content: every statistic follows from the medians and results given here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ANALYTES = ("CD9", "HLA-DR,DP,DQ", "Albumin", "IL-6")
UNITS = {"CD9": "Bead", "HLA-DR,DP,DQ": "", "Albumin": "ng/ml", "IL-6": "pg/mL"}
EXPECTED = {"Standard1": (None, None, "400", "1000"), "Standard2": (None, None, "40", "100")}
CONTROLS = {"Control1": (None, None, "100", "50")}


@dataclass(frozen=True)
class Well:
    """One well: its place, sample, medians, counts, results and dilution."""

    place: str
    sample: str
    medians: tuple[float, ...]
    results: tuple[str, ...] = ("---", "---", "NaN", "NaN")
    counts: tuple[int, ...] = (80, 75, 60, 90)
    dilution: str = ""


WELLS = (
    Well("A1", "Background0", (20.0, 31.0, 14.5, 10.0)),
    Well("B1", "Background0", (22.0, 33.0, 15.5, 12.0)),
    Well("C1", "Background0", (24.0, 35.0, 16.5, 11.0)),
    Well("D1", "Standard1", (25.0, 30.0, 9015.5, 8011.0), ("---", "---", "404", "990")),
    Well("E1", "Standard2", (24.5, 32.0, 915.5, 811.0), ("---", "---", "39.2", "102")),
    Well("F1", "Control1", (23.0, 33.5, 2215.5, 411.0), ("---", "---", "95", "51")),
    Well("G1", "EV batch 7", (4522.5, 41.0, 116.0, 12.5), ("---", "---", "4.5", "<1.2"), dilution="1"),
    Well("H1", "EV batch 7", (4498.0, 36.0, 120.0, 11.5), ("---", "---", "4.7", "<1.2"), dilution="1"),
    Well("A2", "EV batch 8", (61.5, 33.0, 30112.0, 9.0), ("---", "---", ">6000", "?????"), (80, 21, 60, 90), "1"),
)


@dataclass(frozen=True)
class Native:
    """What an export holds; ``factor`` multiplies averages of diluted samples, as some versions do."""

    wells: tuple[Well, ...] = WELLS
    machine: str = "FLEXMAP 3D"
    code: str = "7F"
    started: str = "10/18/2024 9:57:30 AM"
    without: tuple[str, ...] = ()
    factor: bool = False
    header: dict[str, str] = field(default_factory=dict)

    def rows(self) -> list[list[str]]:
        """All rows of the export as texts."""
        blocks = [block for block in self._blocks() if block[0][1] not in self.without]
        end = [["-- CRC --"], ["CRC32: 1A2B3C4D"]]
        return [*self._head(), *(row for block in blocks for row in (*block, [])), *end]

    def _head(self) -> list[list[str]]:
        return [
            ["Program", "xPONENT", "", self.machine], ["Build", "4.3.309.1"], ["Date", "10/18/2024", "9:47 AM"], [],
            ["SN", "SN0001"], ["Batch", "Plate of week 42"], ["Operator", "night shift"], ["Country Code", self.code],
            ["ProtocolName", "EV panel"], ["ProtocolVersion", "3"], ["SampleVolume", "50 µL"],
            ["BatchStartTime", self.started], ["BatchDescription", "<None>"], ["ProtocolHeater", "Off"], [],
            *([key, text] for key, text in self.header.items()),
            ["CALInfo:"], ["Lot", "Result"], ["B00001", "Pass"], [],
            ["Samples", str(len(self.wells)), "Min Events", "50", "Per Bead"], [], ["Results"], [],
        ]  # fmt: skip

    def _blocks(self) -> Iterable[list[list[str]]]:
        net = {well.place: self._net(well) for well in self.wells}
        names = list(dict.fromkeys(well.sample for well in self.wells))
        of = {name: [well for well in self.wells if well.sample == name] for name in names}
        head = ["Location", "Sample", *ANALYTES, "Total Events"]
        yield self._by_well("Median", head, {w.place: [f"{m:g}" for m in w.medians] for w in self.wells})
        yield self._by_well("Net MFI", head, {place: [f"{n:.10g}" for n in own] for place, own in net.items()})
        yield self._by_well("Count", head, {w.place: [str(c) for c in w.counts] for w in self.wells})
        yield self._by_well("Result", head, {w.place: list(w.results) for w in self.wells})
        averages = {
            name: [f"{fmean(column):.10g}" for column in zip(*(net[w.place] for w in of[name]), strict=True)]
            for name in names
        }
        yield self._by_sample("Avg Net MFI", averages)
        yield self._by_sample("Avg Result", {name: self._average(of[name]) for name in names})
        spread = {name: self._spread([net[w.place] for w in of[name]]) for name in names}
        yield self._by_sample("%CV Replicates", spread)
        yield self._by_well("% Recovery", head, {w.place: _recovery(w) for w in self.wells})
        ids = ["BeadID:", "12", "15", "18", "20"]
        yield [["DataType:", "Units"], ["Analyte:", *ANALYTES], ids, ["Units:", *UNITS.values()]]
        yield _reagents("Standard Expected Concentration", EXPECTED)
        yield _reagents("Control Expected Concentration", CONTROLS)
        yield [["DataType:", "Per Bead Count"], ["Analyte:", *ANALYTES], ids, ["Per Bead:", "50", "50", "50", "50"]]
        places = [[f"{i}(1,{w.place})", w.sample, w.dilution] for i, w in enumerate(self.wells, start=1)]
        yield [["DataType:", "Dilution Factor"], ["Location", "Sample", "Dilution Factor"], *places]
        curves = ["AnalysisType", "None", "None", "Logistic 5P", "Logistic 5P"]
        yield [["DataType:", "Analysis Types"], ["Analyte:", *ANALYTES], curves]
        yield [["DataType:", "R^2"], ["Analyte:", *ANALYTES], ["Value", "", "", "0.9991", "0.9987"]]
        yield [["DataType:", "Audit Logs"], ["UserId", "Date", "Message"]]
        warning = ["1,A2", "Warning", "The acquisition had at least one region that did not reach the specified count."]
        yield [["DataType:", "Warnings/Errors"], ["Location", "Status", "Message"], warning]

    def _by_well(self, name: str, head: list[str], texts: dict[str, list[str]]) -> list[list[str]]:
        rows = [
            [f"{i}(1,{w.place})", w.sample, *texts[w.place], str(sum(w.counts) + 11)]
            for i, w in enumerate(self.wells, start=1)
        ]
        return [["DataType:", name], head, *rows]

    def _by_sample(self, name: str, texts: dict[str, list[str]]) -> list[list[str]]:
        return [["DataType:", name], ["Sample", *ANALYTES], *([sample, *own] for sample, own in texts.items())]

    def _net(self, well: Well) -> list[float]:
        blanks = [w.medians for w in self.wells if w.sample.startswith("Background")]
        off = [fmean(column) for column in zip(*blanks, strict=True)] if blanks else [0.0] * len(ANALYTES)
        return [m - b for m, b in zip(well.medians, off, strict=True)]

    def _average(self, wells: list[Well]) -> list[str]:
        times = float(wells[0].dilution or 1) if self.factor else 1.0
        return [_mean(texts, times) for texts in zip(*(w.results for w in wells), strict=True)]

    def _spread(self, nets: list[list[float]]) -> list[str]:
        if len(nets) < 2:
            return ["NaN"] * len(ANALYTES)
        return [f"{100 * stdev(c) / fmean(c):.2f}" if fmean(c) else "NaN" for c in zip(*nets, strict=True)]


def _mean(texts: tuple[str, ...], times: float) -> str:
    try:
        return f"{fmean(float(text) for text in texts) * times:.10g}"
    except ValueError:
        return texts[0]


def _recovery(well: Well) -> list[str]:
    known = {**EXPECTED, **CONTROLS}.get(well.sample, (None,) * len(ANALYTES))
    return [f"{100 * float(r) / float(k):.2f}" if k else "" for r, k in zip(well.results, known, strict=True)]


def _reagents(name: str, known: Mapping[str, tuple[str | None, ...]]) -> list[list[str]]:
    rows = [[sample, *(text or "NaN" for text in texts)] for sample, texts in known.items()]
    return [["DataType:", name], ["Reagent", *ANALYTES], *rows]


def quoted(rows: list[list[str]]) -> str:
    """As the software writes: every cell in quotation marks."""
    return "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\r\n"


def saved_again(rows: list[list[str]]) -> str:
    """As a spreadsheet program saves: quotation marks only where a comma stands, all rows of one length."""
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return "\r\n".join(",".join(f'"{c}"' if "," in c else c for c in row) for row in padded) + "\r\n"


def german(rows: list[list[str]]) -> str:
    """With semicolons and decimal commas below a line ``sep=;``."""
    numbers = [[cell.replace(".", ",") if _is_number(cell) else cell for cell in row] for row in rows]
    return "sep=;\r\n" + "\r\n".join(";".join(f'"{cell}"' for cell in row) for row in numbers) + "\r\n"


def _is_number(text: str) -> bool:
    return text.lstrip("<>").replace(".", "", 1).replace("-", "", 1).isdigit()


def main() -> None:
    """Writes the samples beside this file."""
    here = Path(__file__).parent
    rows = Native().rows()
    plain = Native(without=("Result", "Avg Result", "% Recovery", "R^2"), wells=WELLS[6:], machine="LX100/LX200")
    local = Native(code="407", started="18/10/2024 9:57:30").rows()
    exchanged = quoted(rows).replace('"9(1,A2)","EV batch 8","---"', '"9(1,A2)","EV batch 7","---"')
    files = {
        "quoted-with-results.csv": quoted(rows).encode("utf-8"),
        "saved-by-a-spreadsheet.csv": saved_again(plain.rows()).encode("latin-1"),
        "semicolons-and-commas.csv": german(local).replace("HLA-DR,DP,DQ", "CD63").encode("utf-8-sig"),
        "cut-in-the-results.reject.csv": quoted(rows[:70]).encode("utf-8"),
        "samples-exchanged.reject.csv": exchanged.encode("utf-8"),
        "word-in-a-median.reject.csv": quoted(rows).replace("4522.5", "high").encode("utf-8"),
        "two-decimal-marks.reject.csv": quoted(rows).replace("4522.5", "4522,5").encode("utf-8"),
    }  # fmt: skip
    for name, data in files.items():
        (here / name).write_bytes(data)


if __name__ == "__main__":
    main()
