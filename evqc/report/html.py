"""The report as one HTML file that needs nothing else: no script, no network, no fonts but those of the machine."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from evqc.report.figures import draw
from evqc.report.groups import finding_groups
from evqc.report.sizes import STATISTICS
from evqc.report.words import scalar, setting, validity

if TYPE_CHECKING:
    from evqc.report.model import Report

#: Symbols beside the words of a mark, so that nothing is told by colour alone.
CHIPS = {"fail": "✕", "review": "!", "incomplete": "?", "pass": "✓", "nothing asked": "–"}
_CONSEQUENCE = {"blocks": "blocks", "review": "a person must look", "note": "noted"}
_VALIDITY = {"yes": "✓", "no": "✕", "in doubt": "!"}
_SECTIONS = (
    ("stop", "Stop and look"),
    ("verdict", "Verdict by profile"),
    ("sizes", "Size and concentration"),
    ("markers", "Markers"),
    ("purity-yield", "Purity, yield and recovery"),
    ("gaps", "What could not be judged"),
    ("findings", "Every finding"),
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
        sections=_SECTIONS,
        setting=setting,
        scalar=scalar,
        validity=validity,
        marks=_VALIDITY,
        groups=finding_groups,
        notes=_notes(report),
    )


def _notes(report: Report) -> dict[str, list[str]]:
    """Each note on sizing with the samples that it is true of."""
    together: dict[str, list[str]] = {}
    for sample in report.sizes:
        for note in sample.notes:
            together.setdefault(note, []).append(sample.label)
    return together
