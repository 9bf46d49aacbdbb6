"""What all pictures share: size, type, colours, safe labels, and SVG that is the same bytes every time."""

from __future__ import annotations

import io
import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

#: The palette of Okabe & Ito 2008, told apart with every common kind of colour vision.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
INK, MUTED, FAINT = "#1a1a1a", "#5f6770", "#b9c0c7"
#: Width of every picture in inches: two columns of a journal.
WIDTH = 7.1
_STYLE: dict[str, Any] = {
    "svg.fonttype": "path",
    "font.family": ["DejaVu Sans"],
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "hatch.linewidth": 0.5,
    "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": False,
}
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_NAMESPACE = re.compile(r'\sxmlns(:\w+)?="[^"]*"')
_IDENTITY = re.compile(r'(\bid="|href="#|url\(#)')


def style() -> Any:
    """The context in which pictures are made and written; it leaves the user's own settings of matplotlib alone."""
    settings: Any = mpl.rcParamsDefault | _STYLE
    return mpl.rc_context(settings)


def figure(height: float) -> Figure:
    """An empty picture of ``height`` inches, laid out so that no label is cut off; it belongs into ``style``."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def svg(made: Figure, name: str) -> str:
    """The picture as an ``<svg>`` element to stand inside HTML, the same bytes every time.

    Args:
        made: the finished picture.
        name: unique in the document; it is put before every id, so that pictures do not draw with each other's parts.
    """
    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
        made.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    text = _METADATA.sub("", _HEAD.sub("", out.getvalue()))
    text = _NAMESPACE.sub("", text).replace("xlink:href", "href")
    return _IDENTITY.sub(rf"\g<1>{name}-", text).rstrip()


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def label(text: str, length: int = 34) -> str:
    """``text`` as a picture can show it: one line, no formula, and a box for each letter the font does not have."""
    plain = "".join(c if ord(c) in _glyphs() and c.isprintable() else "□" for c in " ".join(text.split()))
    short = plain if len(plain) <= length else f"{plain[: length - 1]}…"
    return short.replace("$", r"\$")


def rows_downwards(axes: Axes, names: Iterable[str]) -> None:
    """Names the rows of a chart from the top, and leaves a margin of half a row."""
    texts = list(names)
    axes.set_yticks(range(len(texts)), texts)
    axes.set_ylim(len(texts) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def tick(value: float) -> str:
    """A number at a tick: ``20``, ``0.5``, ``10⁹``, ``2×10⁹``; as short as it can be."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:g}".replace("-", "\N{MINUS SIGN}")
    mantissa, exponent = f"{value:.3e}".split("e")
    power = f"10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    short = f"{float(mantissa):g}".replace("-", "\N{MINUS SIGN}")
    return power if short == "1" else f"{short}×{power}"


def plain_ticks(axis: Axis) -> None:
    """Labels at the major ticks of an axis only, in the form of ``tick``."""
    axis.set_major_formatter(lambda value, _: tick(value))
    axis.set_minor_formatter(lambda *_: "")


def linear_axis(axis: Axis, title: str, high: float) -> None:
    """An axis from zero whose ticks are small numbers, the power of ten standing before its title."""
    exponent = math.floor(math.log10(high)) if high > 0 else 0
    if -2 <= exponent <= 3:
        exponent = 0
    factor = 10.0**exponent
    axis.set_major_formatter(lambda value, _: tick(round(value / factor, 6)))
    axis.set_label_text(title if exponent == 0 else f"10{str(exponent).translate(_SUPERSCRIPT)} {title}")


def concentration_axis(axes: Axes, title: str, values: Iterable[float]) -> None:
    """The x axis of a concentration: logarithmic when the values spread over more than a factor of ten."""
    above = [v for v in values if v > 0] or [1.0]
    low, high = min(above), max(above)
    if high > 10 * low:
        axes.set_xscale("log")
        axes.set_xlim(low / 2, high * 3)
        plain_ticks(axes.xaxis)
        axes.set_xlabel(title)
    else:
        axes.set_xlim(0, high * 1.18)
        linear_axis(axes.xaxis, title, high)
    axes.grid(visible=True, axis="x", color=FAINT, linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
