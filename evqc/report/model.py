"""Everything a report shows, as values with their units and the very text that every rendering prints."""

from __future__ import annotations

from typing import Literal

from evqc.criteria.findings import BatchName, Finding, GroupTally, LeftOut, Score, Severity, Tally
from evqc.errors import Issue
from evqc.records import record
from evqc.report.balance import BalanceRow, FractionTable
from evqc.report.shown import (
    BlankRow,
    CurveView,
    DerivedRow,
    KineticView,
    PanelView,
    PurityPicture,
    RecoveryStep,
    SizedSample,
    TracksView,
    ValueGroup,
    ValueRow,
)

#: The one word that stands for a whole profile or report.
Mark = Literal["fail", "review", "incomplete", "noted", "pass", "nothing asked"]


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
    """One profile: its mark, what that means, and how much of it was assessed and is met.

    Attributes:
        about: what a pass means and what it does not.
        file: the laboratory's file that holds the profile; None for one that comes with evqc.
        counts: findings by verdict; the tallies count criteria.
        fraction: how much was assessed and is met, in words.
    """

    id: str
    title: str
    edition: str
    about: str
    file: str | None
    sha256: str
    mark: Mark
    meaning: str
    counts: dict[str, int]
    tally: Tally
    fraction: str
    groups: tuple[GroupTally, ...]
    score: Score | None
    left_out: tuple[LeftOut, ...]


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
class NextStep:
    """Something to supply or to change, and the criteria that wait for it.

    Attributes:
        action: what it is.
        severity: the heaviest of those criteria.
        answers: criteria that need nothing else.
        helps: criteria that need more besides.
        subjects: what the criteria were asked of, in one line.
    """

    action: str
    severity: Severity
    answers: tuple[str, ...]
    helps: tuple[str, ...]
    subjects: str


@record
class Picture:
    """A picture with its words; the numbers behind it stand elsewhere in the report.

    Attributes:
        id: stable within the report.
        shows: what is drawn.
        index: which of the report's samples, lists of tracks, panels, series of fractions, curves or plates it draws.
    """

    id: str
    shows: Literal[
        "size distribution",
        "tracks",
        "concentration",
        "markers",
        "purity",
        "recovery",
        "fractions",
        "agreement",
        "standard curve",
        "kinetics",
    ]
    index: int
    title: str
    caption: str
    alt: str


@record
class ReportingItem:
    """One item of a reporting standard: what it asks for, whether it is met over all subjects, and what was found."""

    criterion: str
    group: str
    asked: str
    answer: str
    found: str


@record
class ReportingTable:
    """The items of one profile, with how many of them were assessed and are met."""

    profile: str
    edition: str
    fraction: str
    items: tuple[ReportingItem, ...]


@record
class MethodsText:
    """Two paragraphs for a paper, what speaks against them, what nobody stated, and the reporting table.

    Attributes:
        paragraph: what was done.
        characterisation: what was found of the product; empty when nothing was measured of it.
        missing: what a methods section also needs.
        to_settle: what makes numbers of the paragraphs unusable until somebody settles it.
        table: None when no profile of MISEV was asked.
    """

    paragraph: str
    characterisation: str
    missing: tuple[str, ...]
    table: ReportingTable | None
    to_settle: tuple[str, ...] = ()


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
        steps: what to do next, what unlocks most first.
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
    steps: tuple[NextStep, ...]
    profiles: tuple[ProfileSummary, ...]
    pictures: tuple[Picture, ...]
    floor_nm: float
    sizes: tuple[SizedSample, ...]
    tracks: tuple[TracksView, ...] = ()
    blanks: tuple[BlankRow, ...] = ()
    panels: tuple[PanelView, ...]
    values: tuple[ValueRow, ...]
    results: tuple[ValueGroup, ...] = ()
    others: tuple[ValueGroup, ...] = ()
    curves: tuple[CurveView, ...] = ()
    kinetics: tuple[KineticView, ...] = ()
    derived: tuple[DerivedRow, ...]
    purity: PurityPicture | None
    recovery: tuple[RecoveryStep, ...]
    balance: tuple[BalanceRow, ...] = ()
    fractions: tuple[FractionTable, ...] = ()
    findings: tuple[FindingRow, ...]
    gaps: tuple[Gap, ...]
    methods: MethodsText
    files: tuple[FileRow, ...]
