"""NanoSight's PDF report of an experiment (``*-ExperimentReport.pdf``), as a cross-check of the experiment summary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Where, refusal
from evqc.instruments import _pdf, _reports
from evqc.instruments._reports import Ours, known, labelled
from evqc.instruments.nanosight._statistics import HALF_DIGIT, RULES, half_significant_digit
from evqc.measurement import SizeDistribution
from evqc.numerics.sizing import mean, parabola_mode, population_sd, quantiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile
    from evqc.reading import Printed, Reading

NAME = "nanosight_report"
TITLE = "Malvern NanoSight PDF report"
FAMILY = "sizing"
STATUS: Literal["verified", "experimental"] = "experimental"
READS = ("*-ExperimentReport.pdf: compared with the experiment summary of the same videos, never read instead",)
#: What the pages say is packed, and stands in no head.
MENTIONS = "%pdf-"
JOINS = ("nanosight",)

_MERGED = re.compile(r"Stats:\s*Merged Data", re.IGNORECASE)
_MEANS = re.compile(r"Stats:\s*Mean\s*(?:\+/-|±)\s*Standard Error", re.IGNORECASE)
_STATISTICS = {"mean_nm": "Mean", "mode_nm": "Mode", "sd_nm": "SD", "d10_nm": "D10", "d50_nm": "D50", "d90_nm": "D90"}
_READ_LABELS = ("NTA Version", "Concentration", "Stats")
_N = _reports.NUMBER.pattern
_PLUS_MINUS = rf"(?:\s*(?:\+/-|±)\s*({_N}))?"
_PER = {"particles_per_frame": r"particles\s*/\s*frame", "centres_per_frame": r"cent(?:re|er)s\s*/\s*frame"}
_RUN = re.compile(r"\S(?:.*\S)? \d{4}-\d{2}-\d{2} \d{2}-\d{2}-\d{2}")
_VERSION = re.compile(r"NTA (\d+\.\d+)(?!\d)")


def recognises(file: ExportFile) -> bool:
    """Whether the file is a PDF document whose first page holds both sets of statistics of such a report."""
    text = _pdf.head(file)
    return _MERGED.search(text) is not None and _MEANS.search(text) is not None


def read(file: ExportFile) -> Reading:
    """What the report prints, kept for comparison; no measurement.

    Raises:
        InputError: ``NOTHING_TO_READ`` for a report without statistics, or what ``_pdf.lines`` refuses.
    """
    lines = _pdf.lines(file)
    texts = {**_merged(lines), **_means(lines)}
    if not texts:
        raise refusal(file.name, "NOTHING_TO_READ", Where(), "a report without numbers", "both sets of statistics")
    said = {"sample": "Sample Name", "captured": "Time Captured", "dilution": "Dilution"}
    identity = known({name: labelled(lines, label) for name, label in said.items()})
    runs = [hit[0] for line in lines for part in line.split("  ") if (hit := _RUN.fullmatch(part.strip()))]
    version = labelled(lines, "NTA Version")
    found = _reports.printed(identity, texts, tuple(dict.fromkeys(runs)))
    left = _reports.other_labels(lines, (*said.values(), *_STATISTICS.values(), *_READ_LABELS))
    return _reports.reading(file, found, name=NAME, version=version, unread=left)


def is_part(file: ExportFile) -> bool:
    """Whether it is a PDF document: what its pages say is looked into when it is read."""
    return _pdf.is_pdf(file)


def join(readings: Sequence[Reading]) -> list[Reading]:
    """The readings with each report compared with the summary of the same videos; see ``_reports.joined``."""
    return _reports.joined(readings, NAME, _is_of, _numbers)


def _between(lines: Sequence[str], begin: re.Pattern[str], end: re.Pattern[str] | None) -> list[str]:
    """The lines from the one with a heading, and before the one with another."""
    starts = [at for at, line in enumerate(lines) if begin.search(line)]
    stops = [at for at, line in enumerate(lines) if end is not None and end.search(line) and starts and at > starts[0]]
    return list(lines[starts[0] : stops[0] if stops else None]) if starts else []


def _merged(lines: Sequence[str]) -> dict[str, str]:
    text = "\n".join(_between(lines, _MERGED, _MEANS))
    hits = {name: re.search(rf"\b{label}:\s*({_N})\s*nm", text) for name, label in _STATISTICS.items()}
    return {f"merged {name}": hit[1] for name, hit in hits.items() if hit is not None}


def _means(lines: Sequence[str]) -> dict[str, str]:
    """Means over the videos with their standard errors; concentration and counts stand below or above them."""
    block, whole = "\n".join(_between(lines, _MEANS, None)), "\n".join(lines)
    hits = {name: re.search(rf"\b{label}:\s*({_N}){_PLUS_MINUS}\s*nm", block) for name, label in _STATISTICS.items()}
    hits["concentration_per_ml"] = re.search(
        rf"Concentration:\s*({_N}){_PLUS_MINUS}\s*particles\s*/\s*ml", whole, re.IGNORECASE
    )
    hits |= {name: re.search(rf"({_N}){_PLUS_MINUS}\s*{unit}", whole, re.IGNORECASE) for name, unit in _PER.items()}
    found = {f"average {name}": hit[1] for name, hit in hits.items() if hit is not None}
    errors = {f"standard error {name}": hit[2] for name, hit in hits.items() if hit is not None and hit[2] is not None}
    return found | errors


def _is_of(found: Printed, export: Reading) -> bool:
    """Whether a report is of the videos of a summary: the same names, which hold date and time of each.

    A report that names no video is taken for one of its sample only when it averages over it: the sample's name and all
    averages have to fit, else it is of nothing.
    """
    runs = [m.run for m in export.measurements if isinstance(m, SizeDistribution)]
    if found.runs:
        return set(found.runs) == set(runs)
    samples = {m.sample for m in export.measurements if isinstance(m, SizeDistribution)}
    return found.identity.get("sample") in samples and len(samples) == 1


def _numbers(export: Reading) -> dict[str, Ours]:
    """Averages and standard errors as the summary prints them, and the statistics of the mean of its bins."""
    runs = [m for m in export.measurements if isinstance(m, SizeDistribution)]
    found: dict[str, Ours] = {}
    if export.summary is not None:
        for kind, values in (("average", export.summary.average), ("standard error", export.summary.standard_error)):
            for name, value in values.items():
                own = f"{kind} {'concentration_per_ml' if name == 'concentration' else name}"
                found[own] = Ours(value, half_significant_digit(value) if name == "concentration" else 0.05)
    return found | _merged_statistics(runs, export.software_version)


def _merged_statistics(runs: Sequence[SizeDistribution], software: str | None) -> dict[str, Ours]:
    """Mean, mode, SD and D-values of the bin-wise mean over all videos, by the rule of the software version.

    Source:
        Nine reports of NTA 3.3 print exactly these, within half a unit of the last digit, for all six values.
    """
    hit = _VERSION.search(software or "")
    columns = [run.concentration_per_ml for run in runs]
    known_columns = [column for column in columns if column is not None]
    if hit is None or hit[1] not in RULES or not runs or len(known_columns) != len(runs):
        return {}
    weight = np.mean(np.array(known_columns), axis=0)
    if not (weight > 0).any():
        return {}
    lower, upper = runs[0].diameter_nm.lower, runs[0].diameter_nm.upper
    centre = (lower + upper) / 2
    d10, d50, d90 = (quantiles(lower, upper, weight, np.array([0.1, 0.5, 0.9])) + RULES[hit[1]].shift_nm).tolist()
    values = [mean(centre, weight), parabola_mode(centre, weight), population_sd(centre, weight), d10, d50, d90]
    return {
        f"merged {name}": Ours(value, HALF_DIGIT["diameter"]) for name, value in zip(_STATISTICS, values, strict=True)
    }
