"""An experiment summary as its rows say it, before any judgement: results, blocks, settings and flags by video."""

from __future__ import annotations

from dataclasses import dataclass

from evqc.errors import Where, refusal
from evqc.instruments._numbers import number
from evqc.instruments.nanosight._blocks import MAIN, Block, Kind, read_blocks
from evqc.instruments.nanosight._sections import DETAILS, RESULTS, SETTINGS, Sections
from evqc.instruments.nanosight._settings import FILENAME, SAMPLE_KEYS, read_flags, read_settings
from evqc.instruments.nanosight._values import Printed, averaged, counts, numbers, refuse_other_title, texts
from evqc.measurement import Scalar

DILUTION = "Dilution factor (concentrations adjusted for this factor)"
CONCENTRATION = "Concentration (Particles / ml)"
_NOT_RECORDED = "not recorded"
_MERGED = "created from combined experiments"


@dataclass(frozen=True, slots=True)
class Experiment:
    """One file.

    Attributes:
        source: its name.
        version: ``3.2``, ``3.3`` or ``3.4``.
        runs: run names of the videos, n of them.
        runs_line: line of the row that names them.
        sample: as the file states it.
        captured: the text of ``Time Captured``.
        dilution: the recorded factor of each video; None where it was not recorded.
        dilution_line: line of that row.
        concentration: particles per mL as printed, one a video, with Average and Standard Error; as are the next two.
        particles, centres: per frame.
        tracks: completed tracks.
        frames: total frames analysed.
        x_drift, y_drift: pixels per frame.
        blocks: the distributions.
        settings, flags: of each video.
        merged: whether the file says that it was combined from several experiments.
    """

    source: str
    version: str
    runs: tuple[str, ...]
    runs_line: int
    sample: str | None
    captured: str | None
    dilution: tuple[float | None, ...]
    dilution_line: int
    concentration: Printed
    particles: Printed
    centres: Printed
    tracks: Printed
    frames: Printed
    x_drift: Printed
    y_drift: Printed
    blocks: dict[Kind, Block]
    settings: list[dict[str, Scalar]]
    flags: list[dict[str, str]]
    merged: bool

    @property
    def main(self) -> Block:
        """The number-weighted size distribution."""
        return self.blocks[MAIN]

    @property
    def averaged(self) -> dict[str, Printed]:
        """The results that the file averages over its videos, by statistic."""
        return {
            "concentration": self.concentration,
            "particles_per_frame": self.particles,
            "centres_per_frame": self.centres,
        }


def read_experiment(sections: Sections, version: str) -> Experiment:
    """The experiment that a file holds.

    Raises:
        InputError: ``MISSING_KEY``, ``NO_RUNS``, ``WRONG_WIDTH``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, and what the
            blocks raise.
    """
    runs, line = _runs(sections)
    n = len(runs)
    refuse_other_title(sections.titles[RESULTS], n, sections.source)
    blocks = read_blocks(sections, runs)
    return Experiment(
        source=sections.source,
        version=version,
        runs=runs,
        runs_line=line,
        sample=next((text for key in SAMPLE_KEYS if (text := sections.text(DETAILS, key)) is not None), None),
        captured=sections.text(DETAILS, "Time Captured"),
        dilution=_dilution(sections, n),
        dilution_line=sections.require(RESULTS, DILUTION).line,
        concentration=_averaged(sections, CONCENTRATION, n),
        particles=_averaged(sections, "Particles per frame", n),
        centres=_averaged(sections, "Centres per frame", n),
        tracks=_counts(sections, RESULTS, "Completed tracks", n),
        frames=_counts(sections, SETTINGS, "Total frames analysed", n),
        x_drift=_numbers(sections, "X-Drift (pix/frame)", n),
        y_drift=_numbers(sections, "Y-Drift (pix/frame)", n),
        blocks=blocks,
        settings=read_settings(sections, n),
        flags=read_flags(sections, n),
        merged=_is_merged(sections),
    )


def _runs(sections: Sections) -> tuple[tuple[str, ...], int]:
    row = sections.require(DETAILS, FILENAME)
    names = tuple(row.filled[1:])
    if not names or "" in names:
        found = "an empty cell" if names else "no run name"
        raise refusal(sections.source, "NO_RUNS", Where(line=row.line, field=FILENAME), found, "one name a video")
    return names, row.line


def _numbers(sections: Sections, key: str, videos: int) -> Printed:
    return numbers(sections.require(RESULTS, key), videos, sections.source, f"{RESULTS} / {key}")


def _counts(sections: Sections, section: str, key: str, videos: int) -> Printed:
    return counts(sections.require(section, key), videos, sections.source, f"{section} / {key}")


def _averaged(sections: Sections, key: str, videos: int) -> Printed:
    return averaged(sections.require(RESULTS, key), videos, sections.source, f"{RESULTS} / {key}")


def _dilution(sections: Sections, videos: int) -> tuple[float | None, ...]:
    row, name = sections.require(RESULTS, DILUTION), f"{RESULTS} / {DILUTION}"
    factors: list[float | None] = []
    for k, text in enumerate(texts(row, videos, sections.source, name), start=2):
        where = Where(line=row.line, column=str(k), field=name)
        recorded = (text or "").lower() != _NOT_RECORDED
        factors.append(_factor(text or "", sections.source, where) if recorded else None)
    return tuple(factors)


def _factor(text: str, source: str, where: Where) -> float:
    factor = number(text, source, where)
    if not factor >= 1:
        raise refusal(source, "OUT_OF_RANGE", where, text, "a dilution factor of at least 1, or 'Not recorded'")
    return factor


def _is_merged(sections: Sections) -> bool:
    remarks = sections.text(DETAILS, "Remarks") or ""
    return _MERGED in remarks.lower() or sections.text(DETAILS, "Software Version") == "Unknown"
