"""The report as one HTML file that needs nothing else: no script, no network, no fonts but those of the machine."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING

from evqc.report.bars import tally_bar
from evqc.report.figures import draw
from evqc.report.groups import by_group, finding_groups, short_limit
from evqc.report.replicates import SHAPE
from evqc.report.sizes import STATISTICS
from evqc.report.verdicts import CHIPS, scored
from evqc.report.words import scalar, sentence_case, setting, subjects, validity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.report.model import Report
    from evqc.report.shown import PanelView, ValueGroup

_CONSEQUENCE = {"blocks": "blocks", "review": "a person must look", "note": "noted"}
#: More results than this are folded, and more lines than this of one file are left to the workbook.
_MOST_RESULTS = 40
_MOST_OTHERS = 60
#: More controls of a panel than this are folded.
_MOST_CONTROLS = 12
#: More stops, steps, and lines of what could not be judged than this are folded.
_MOST_STOPS = 12
_MOST_STEPS = 8
_MOST_GAPS = 10
#: Criteria that a step names.
_MOST_NAMES = 8
_VALIDITY = {"yes": "✓", "no": "✕", "in doubt": "!"}
_SECTIONS = (
    ("stop", "Stop and look"),
    ("verdict", "Verdict by profile"),
    ("next", "What to do next"),
    ("sizes", "Size and concentration"),
    ("markers", "Markers"),
    ("purity-yield", "Purity, yield and recovery"),
    ("assays", "Assays and other measurements"),
    ("gaps", "What could not be judged"),
    ("findings", "Profile by profile"),
    ("methods", "Methods text"),
    ("provenance", "Provenance"),
)


def html(report: Report) -> str:
    """The whole document; every text of the report is escaped, so that none of it becomes markup."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  loads when a report is made
    from markupsafe import Markup  # noqa: PLC0415

    folder = files("evqc.report") / "templates"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((folder / "report.html.j2").read_text("utf-8"))
    drawings = {p.id: Markup(draw(report, p)) for p in report.pictures}  # noqa: S704  made here, holds no foreign text
    return template.render(
        report=report,
        css=Markup((folder / "report.css").read_text("utf-8")),  # noqa: S704  ours
        drawings=drawings,
        chips=CHIPS,
        consequence=_CONSEQUENCE,
        statistics=STATISTICS,
        shape=SHAPE,
        sections=_sections(report),
        others=_by_file(report.others),
        most_results=_MOST_RESULTS,
        most_others=_MOST_OTHERS,
        most_controls=_MOST_CONTROLS,
        control_kinds=_control_kinds,
        setting=setting,
        scalar=scalar,
        validity=validity,
        marks=_VALIDITY,
        groups=finding_groups,
        by_group=by_group,
        short_limit=short_limit,
        subjects=subjects,
        most_stops=_MOST_STOPS,
        most_names=_MOST_NAMES,
        sentence_case=sentence_case,
        scored=scored,
        bar=lambda tally: Markup(tally_bar(tally)),  # noqa: S704  made here, holds no foreign text
        most_steps=_MOST_STEPS,
        most_gaps=_MOST_GAPS,
        notes=_notes(report),
    )


def _sections(report: Report) -> list[tuple[str, str]]:
    """The sections that the report has; that of assays stands only where there are some."""
    has_assays = bool(report.curves or report.kinetics or report.others)
    return [(identity, title) for identity, title in _SECTIONS if has_assays or identity != "assays"]


def _by_file(groups: Sequence[ValueGroup]) -> dict[str, list[ValueGroup]]:
    together: dict[str, list[ValueGroup]] = {}
    for group in groups:
        together.setdefault(group.file, []).append(group)
    return together


def _control_kinds(panel: PanelView) -> dict[str, int]:
    """How many controls of each kind a panel has, the kind being the first word of a control's line."""
    return Counter(control.partition(" ")[0] for control in panel.controls)


def _notes(report: Report) -> dict[str, list[str]]:
    """Each note on sizing with the samples that it is true of."""
    together: dict[str, list[str]] = {}
    for sample in report.sizes:
        for note in sample.notes:
            together.setdefault(note, []).append(sample.label)
    return together
