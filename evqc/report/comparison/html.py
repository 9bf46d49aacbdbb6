"""The comparison as one HTML file that needs nothing else: no script, no network, no fonts but those of the machine."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from evqc.report.comparison.pictures import drawn
from evqc.report.comparison.sections import sections
from evqc.report.words import counted, listed

if TYPE_CHECKING:
    from evqc.study.answer import Outcome
    from evqc.study.comparison import Comparison

#: Symbol, class and words of each outcome, so that nothing is told by colour alone.
CHIPS: dict[Outcome, tuple[str, str, str]] = {
    "best": ("✓", "pass", "a best method"),
    "more pools needed": ("?", "incomplete", "more pools needed"),
    "weights decide": ("?", "incomplete", "the weights decide"),
    "incomplete": ("?", "incomplete", "incomplete"),
    "no scatter": ("?", "incomplete", "scatter not known"),
    "one batch": ("?", "incomplete", "rests on one batch"),
    "one method": ("–", "nothing-asked", "nothing to compare"),
    "not comparable": ("!", "review", "not comparable"),
}
_WIDTH, _HEIGHT = 64.0, 7.0


def html(of: Comparison) -> str:
    """The whole document; every text of the comparison is escaped, so that none of it becomes markup."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  loads when a report is made
    from markupsafe import Markup  # noqa: PLC0415

    folder = files("evqc.report") / "templates"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((folder / "comparison.html.j2").read_text("utf-8"))
    css = (folder / "report.css").read_text("utf-8") + (folder / "comparison.css").read_text("utf-8")
    return template.render(
        of=of,
        css=Markup(css),  # noqa: S704  ours
        chip=CHIPS[of.answer.outcome],
        identity=identity(of),
        sections=sections(of),
        drawn=lambda picture: Markup(drawn(picture)),  # noqa: S704  made here, holds no foreign text
        bar=lambda ends: Markup(share_bar(*ends)),  # noqa: S704  made here, holds no foreign text
    )


def identity(of: Comparison) -> list[tuple[str, str]]:
    """What was compared, by what and how, a line each."""
    batches = sum(arm.batches for arm in of.arms)
    pools = dict.fromkeys(pool for arm in of.arms for pool in arm.pools)
    source = of.study.source
    lines = [
        ("Question", of.study.question),
        ("Methods", listed(arm.name for arm in of.arms)),
        ("Batches", f"{counted(batches, 'batch', 'batches')} on {counted(len(pools), 'starting pool')}"),
        ("Weights", f"{of.weights.title} ({of.weights.id}), {of.weights.dated}"),
        ("Draws", f"{of.draws} of data and weights, seed {of.seed}"),
        ("Study", "made in Python" if source is None else f"{source.name}, SHA-256 {source.sha256[:16]}…"),
    ]
    return [(name, text) for name, text in lines if text]


def share_bar(lower: float, upper: float) -> str:
    """A number between 0 and 1 as a bar: filled up to ``lower``, outlined up to ``upper``.

    It says nothing that the text beside it does not say, and is therefore hidden from those who listen to the page.
    """
    parts = [
        f'<path class="track" d="M0 {_HEIGHT:g}H{_WIDTH:g}"/>',
        f'<rect class="sure" x="0" y="1" width="{_WIDTH * lower:.2f}" height="{_HEIGHT - 2:g}"/>',
    ]
    if upper > lower:
        width = _WIDTH * (upper - lower)
        parts.append(
            f'<rect class="open" x="{_WIDTH * lower:.2f}" y="1.5" width="{width:.2f}" height="{_HEIGHT - 3:g}"/>'
        )
    size = f'width="{_WIDTH:g}" height="{_HEIGHT + 1:g}" viewBox="0 0 {_WIDTH:g} {_HEIGHT + 1:g}"'
    return f'<svg class="share" {size} aria-hidden="true" focusable="false">{"".join(parts)}</svg>'
