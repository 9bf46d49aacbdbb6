"""Everything a report shows, as values with their units and the very text that every rendering prints."""

from __future__ import annotations

from typing import Literal

from evqc.criteria.findings import BatchName, Finding
from evqc.errors import Issue
from evqc.records import record
from evqc.report.shown import (
    CurveView,
    DerivedRow,
    KineticView,
    PanelView,
    PurityPicture,
    RecoveryStep,
    SizedSample,
    ValueGroup,
    ValueRow,
)

#: The one word that stands for a whole profile or report.
Mark = Literal["fail", "review", "incomplete", "pass", "nothing asked"]


@record
class Stop:
    """One thing that would make a careful person stop.

    Attributes:
        mark: ``fail`` blocks, ``review`` wants a look.
        what: one line.
        subject: run, sample, file or batch that it is about.
        because: one plain sentence.
        source: profile and criterion, or the file.
    """

    mark: Literal["fail", "review"]
    what: str
    subject: str
    because: str
    source: str


@record
class ProfileSummary:
    """One profile in one line: its mark, what that means, and how many findings of each verdict it has."""

    id: str
    title: str
    edition: str
    sha256: str
    mark: Mark
    meaning: str
    counts: dict[str, int]


@record
class FindingRow:
    """One finding with the texts that stand for what was observed and for its limit."""

    profile: str
    mark: str
    observed: str
    limit: str
    finding: Finding


@record
class Gap:
    """What is missing, and everything that could not be judged or computed without it.

    Attributes:
        needed: what would be needed.
        what: titles of the criteria and derived values that wait for it.
        subject: the runs and samples they are of, in one line.
        source: the profiles that ask.
    """

    needed: str
    what: tuple[str, ...]
    subject: str
    source: str


@record
class Picture:
    """A picture with its words; the numbers behind it stand elsewhere in the report.

    Attributes:
        id: stable within the report.
        shows: what is drawn.
        index: which of the report's samples, panels, curves or plates it draws.
    """

    id: str
    shows: Literal[
        "size distribution", "concentration", "markers", "purity", "recovery", "agreement", "standard curve", "kinetics"
    ]
    index: int
    title: str
    caption: str
    alt: str


@record
class MethodsText:
    """A paragraph for a paper, and what it cannot say because nobody stated it."""

    paragraph: str
    missing: tuple[str, ...]


@record
class FileRow:
    """One input file: what it is, its hash, and what was noticed while it was read."""

    name: str
    sha256: str
    bytes: int
    joined: tuple[str, ...]
    verdict: str
    instrument: str
    software: str
    kind: str
    measurements: int
    issues: tuple[Issue, ...]
    unread: tuple[str, ...]


@record
class Statement:
    """A line of the batch's identity: what, and what the record says of it."""

    name: str
    text: str


@record
class Report:
    """The document ``evqc.report/1``.

    Attributes:
        conclusion: what evqc recommends, in one sentence; a person decides.
        values: every quantity; the groups show the same ones in fewer lines.
        results: results by sample and method.
        others: signals and other measurements behind results, by file.
        floor_nm: below this diameter scatter-based sizing usually sees nothing.
    """

    schema: Literal["evqc.report/1"] = "evqc.report/1"
    evqc_version: str
    assessed_for: str
    batch: BatchName
    has_record: bool
    identity: tuple[Statement, ...]
    mark: Mark
    conclusion: str
    stops: tuple[Stop, ...]
    profiles: tuple[ProfileSummary, ...]
    pictures: tuple[Picture, ...]
    floor_nm: float
    sizes: tuple[SizedSample, ...]
    panels: tuple[PanelView, ...]
    values: tuple[ValueRow, ...]
    results: tuple[ValueGroup, ...] = ()
    others: tuple[ValueGroup, ...] = ()
    curves: tuple[CurveView, ...] = ()
    kinetics: tuple[KineticView, ...] = ()
    derived: tuple[DerivedRow, ...]
    purity: PurityPicture | None
    recovery: tuple[RecoveryStep, ...]
    findings: tuple[FindingRow, ...]
    gaps: tuple[Gap, ...]
    methods: MethodsText
    files: tuple[FileRow, ...]
