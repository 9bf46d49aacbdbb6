"""Lists, counts and settings in words, so that sentences are grammatical whatever they are made of."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.measurement import Scalar

#: Units that stand at the end of a setting's or parameter's name.
_UNITS = {
    "degC": "°C", "cP": "cP", "mPa_s": "mPa·s", "ms": "ms", "s": "s", "min": "min", "h": "h", "nm": "nm", "um": "µm",
    "mm": "mm", "ml": "mL", "ul": "µL", "fps": "frames/s", "hz": "Hz", "kDa": "kDa", "mv": "mV", "v": "V",
    "percent": "%", "cm2": "cm²", "per_s": "/s", "g": "g", "l": "L", "g_force": "× g",
    "pixels": "pixels", "us_per_cm": "µS/cm", "um_per_s": "µm/s", "ml_per_min": "mL/min", "ms_per_cm": "mS/cm",
    "nm_per_pixel": "nm/pixel", "um_per_pixel": "µm/pixel", "mpa_s": "mPa·s", "per_cm2": "/cm²", "g_per_ml": "g/mL",
    "mw": "mW", "au": "a.u.", "bar": "bar", "psi": "psi", "kpa": "kPa",
}  # fmt: skip
#: Names that are not spoken as they are written.
_SPOKEN = {"g_force": ("", "× g")}


#: Words of measurands that have a writing of their own.
_OWN_WRITING = {"rna": "RNA", "dna": "DNA", "ph": "pH", "d10": "D10", "d90": "D90"}


def measurand_in_words(name: str) -> str:
    """A measurand as a sentence names it: ``protein concentration``, ``DNA concentration``, ``pH``."""
    words = name.replace("_degC", " °C").split("_")
    return " ".join(_OWN_WRITING.get(word, word) for word in words)


def listed(items: Iterable[str], joiner: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``; an empty text for no item."""
    of = list(items)
    return of[0] if len(of) == 1 else f"{', '.join(of[:-1])} {joiner} {of[-1]}" if of else ""


def counted(n: int, noun: str, plural: str = "") -> str:
    """``1 video``, ``3 videos``; ``plural`` for nouns that do not take an s."""
    return f"{n} {noun if n == 1 else plural or noun + 's'}"


def has(n: int) -> str:
    """The verb for ``n`` things."""
    return "has" if n == 1 else "have"


def was(n: int) -> str:
    """The verb for ``n`` things."""
    return "was" if n == 1 else "were"


def are(n: int) -> str:
    """The verb for ``n`` things."""
    return "is" if n == 1 else "are"


def subjects(names: Iterable[str], most: int = 4) -> str:
    """Names in one line, each once, at most four of them."""
    each = list(dict.fromkeys(names))
    return ", ".join(each[:most]) + (f" and {len(each) - most} more" if len(each) > most else "")


def sentence_case(text: str) -> str:
    """With a capital, unless it begins with a name that has its own writing, such as ``size_cutoff_nm``."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.replace("-", "").isalpha() and first.islower() else text


def paragraph(text: str, width: int | None, first: str = "", further: str | None = None) -> list[str]:
    """Lines of a text for the terminal, none of them broken within a word; unbroken where there is no width.

    Args:
        text: one paragraph.
        width: in columns.
        first: stands before the first line.
        further: stands before the others; ``first`` by default.
    """
    after = first if further is None else further
    if width is None:
        return [first + text]
    return wrap(text, width, initial_indent=first, subsequent_indent=after, break_on_hyphens=False,
                break_long_words=False)  # fmt: skip


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of texts as lines with aligned columns; columns that hold whole numbers stand to the right.

    Args:
        rows: the heading first, all of one length.
    """
    for row in rows:
        cells = (_padded(cell, [each[at] for each in rows]) for at, cell in enumerate(row))
        yield "  ".join(cells).rstrip()


def _padded(cell: str, column: Sequence[str]) -> str:
    width = max(map(len, column))
    return cell.rjust(width) if all(each.isdecimal() for each in column[1:]) else cell.ljust(width)


def validity(reasons: Sequence[str], *, valid: bool | None) -> str:
    """Whether a run is valid, in one word or two; in doubt is what the instrument warns of and does not reject."""
    if valid is None:
        return "in doubt" if reasons else "not stated"
    return "yes" if valid else "no"


def setting(name: str, values: Sequence[Scalar], significant: int = 7) -> str:
    """One setting with its unit: ``camera level 14``, ``temperature 24.9 to 25.1 °C``, ``gain not stated``.

    Args:
        name: as it stands in the settings, the unit at its end (``temperature_degC``).
        values: one, or one a run when they differ.
        significant: digits of numbers that are not whole.
    """
    title, unit = _SPOKEN.get(name) or split_unit(name)
    tail = f"\N{NO-BREAK SPACE}{unit}" if unit else ""
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if numbers and len(numbers) == len(values):
        low, high = (plain(v, significant) for v in (min(numbers), max(numbers)))
        return f"{title} {low}{tail}".strip() if low == high else f"{title} {low} to {high}{tail}".strip()
    texts = dict.fromkeys(scalar(v) for v in values)
    return f"{title} {listed(texts, 'or')}" + (tail if numbers else "")


def split_unit(name: str) -> tuple[str, str]:
    """The words of a setting's name and its unit, which may be empty."""
    parts = name.split("_")
    for length in (3, 2, 1):
        unit = _UNITS.get("_".join(parts[-length:])) or _UNITS.get("_".join(parts[-length:]).lower())
        if unit and len(parts) > length:
            return " ".join(parts[:-length]), unit
    return " ".join(parts), ""


def scalar(value: Scalar) -> str:
    """A setting's value as text."""
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "on" if value else "off"
    return plain(value) if isinstance(value, int | float) else value


def plain(value: float, significant: int = 7) -> str:
    """A setting as a person set it: whole numbers in full, others to ``significant`` digits."""
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.{significant}g}"
