"""What of a marker's written name is the name: its letters and digits, without what surrounds it."""

from __future__ import annotations

import re
import unicodedata
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "κ": "kappa", "λ": "lambda",
}  # fmt: skip
GREEK_SHORT = {"α": "a", "β": "b", "γ": "g", "δ": "d", "ε": "e"}
#: What may stand between the parts of a name. Any other sign (``+``, ``%``, ``|``) says more than a name does.
_NAME = re.compile(r"[^\W_][\w\s\-‐‑‒–—−./,'’()]*")
_FLUOROPHORE = (
    r"apc|pe|fitc|percp|biotin|hrp|cy\s?[357](\.5)?|(apc|pe|percp)[\s/-]?(cy\s?[57](\.5)?|vio\s?\d+|fire\s?\d+)|"
    r"b[bvu]v?\s?\d{3}|(af|alexa(\s?fluor)?|dylight|efluor|e?fluor|cf)[\s-]?\d{3}[a-z]?|vio(blue|green|bright\s?\w+)|"
    r"pacific\s(blue|orange)"
)
_STATED_CLONE = r"cl(?:one\b|\.)[:\s]*"
#: What surrounds a name without changing its meaning; each is taken off once.
_DECORATIONS = (
    re.compile(r"^anti[\s-]+", re.IGNORECASE),
    re.compile(r"^(hu|human)[\s-]+", re.IGNORECASE),
    re.compile(r"^[hα][\s-]?(?=cd\d)", re.IGNORECASE),
    re.compile(rf"\s*[(\[]({_STATED_CLONE}|cat|lot|human|~?\d+(-\d+)?\s?kda)[^()]*[)\]]$", re.IGNORECASE),
    re.compile(rf"\s*\(({_FLUOROPHORE})\)$", re.IGNORECASE),
    re.compile(rf"[\s,;]+{_STATED_CLONE}\S+$", re.IGNORECASE),
    re.compile(rf"[\s\-_]+({_FLUOROPHORE})$", re.IGNORECASE),
    re.compile(r"[\s-]+(antigen|protein|antibody|m?ab)$", re.IGNORECASE),
)
#: Catalogue numbers, clones and suppliers by their shape, as nothing of a protein's own name is written.
_CATALOGUE = (
    r"ab\d{3,}|sc[- ]?\d{3,}|#\s?[a-z]{0,3}\d{3,}[a-z]{0,2}|(?:ma|pa)\d?-\d{3,}|nbp?\d?-\d{3,}|nb\d{3}-\d{3,}|"
    r"hpa\d{5,}|gtx\d{4,}|mab\d{3,}|\d{5,}-\d-[a-z]+|\d{5,}[a-z]{0,2}|\d{4}[a-z]"
)
_CLONE_SHAPE = (
    r"\d{1,3}[a-z]\d{1,2}|[a-z]\d{1,2}[a-z]\d{1,2}|[a-z]{1,6}\d{0,2}/\d{1,3}|\d+(?:\.\d+){2,}|epr\d{3,}|mem-\d{1,3}"
)
_SUPPLIER = (
    r"abcam|santa cruz|cell signall?ing(?: technology)?|cst|bd(?: biosciences)?|biolegend|proteintech|invitrogen|"
    r"thermo(?: ?fisher)?(?: scientific)?|novus|miltenyi(?: biotec)?|sbi|millipore|merck|sigma(?:-aldrich)?|r&d systems"
)
_BEHIND = re.compile(
    rf"(?:[\s,;_-]+|\s*[(\[]\s*)(?P<token>{_CATALOGUE}|{_CLONE_SHAPE}|{_SUPPLIER})[\s)\]]*$", re.IGNORECASE
)
_ALIASES = re.compile(r"\s*[/(]\s*|\)")
_CONTROL = re.compile(
    r"isotype|blank|unstained|\b(controls?|ctrl|secondary|buffer|pbs)\b|\b[a-z]{0,2}ig[gma]\d?[abc]?\b", re.IGNORECASE
)
_GAP = re.compile(r"[\s_,;-]+")
_CLONE = re.compile(rf"\b{_STATED_CLONE}([^\s()\[\],;]+)", re.IGNORECASE)


def key(text: str, greek: dict[str, str] = GREEK) -> str:
    """Letters and digits of a name; between two digits a separator stays, so that CD8-1 is not CD81.

    Args:
        text: the name as somebody wrote it.
        greek: how Greek letters are spelled.

    Returns:
        The key in small letters; nothing for what says more than a name does, such as ``CD9+``.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    for letter, name in greek.items():
        plain = plain.replace(letter, name)
    if not _NAME.fullmatch(plain.strip()) or plain.rstrip()[-1] in "-‐‑‒–—−":
        return ""
    parts: list[str] = re.findall(r"[^\W_]+", plain)
    return reduce(_joined, parts)


def _joined(left: str, right: str) -> str:
    return f"{left}/{right}" if left[-1].isdigit() and right[0].isdigit() else left + right


def plainer(text: str) -> Iterator[str]:
    """The text, and the text with one decoration after the other taken off."""
    yield text
    for decoration in _DECORATIONS:
        shorter = decoration.sub("", text)
        if shorter != text:
            text = shorter
            yield text


def aliases(text: str, clones: Container[str]) -> list[str]:
    """The names that stand side by side in a text: ``CD81/TAPA-1``, ``CD63 (H5C6)``, ``CD63-H5C6``.

    Args:
        text: without decorations.
        clones: keys of the clones that may stand behind a name without a bracket.
    """
    for gap in _GAP.finditer(text):
        if clone_key(text[gap.end() :]) in clones:
            return [text[: gap.start()], text[gap.end() :]]
    return [part for part in _ALIASES.split(text) if part.strip()]


def without_token(text: str) -> tuple[str, str] | None:
    """A name without the clone, catalogue number or supplier that stands last in the text, and what stood there.

    They are known by their shape: ``4A10`` and ``Tea3/18`` are clones, ``ab22595`` and ``#4892`` catalogue numbers.
    None where nothing of that shape stands behind a name.
    """
    found = _BEHIND.search(text)
    return (text[: found.start()], found["token"]) if found and text[: found.start()].strip() else None


def names_a_control(text: str) -> bool:
    """Whether a name that is no marker's is clearly that of a control: an isotype, a blank or no antibody at all."""
    return _CONTROL.search(text) is not None


def clone_key(text: str) -> str:
    """Letters and digits of a clone's name: ``M-L13`` and ``ML13`` are one."""
    return re.sub(r"[\W_]+", "", text.casefold())


def stated_clone(text: str) -> str | None:
    """The clone that a name states with that word, as ``CD63 (clone H5C6)`` does; None when it states none."""
    found = _CLONE.search(text)
    return found[1] if found else None
