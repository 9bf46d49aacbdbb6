"""What a storage buffer and a tube are, from what the record writes: understood whole, or not at all."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

#: Additives that protect vesicles while they freeze or dry. Source: STO-04 to STO-08; glycerol and DMSO ``[lit-M]``.
PROTECTANTS = ("trehalose", "sucrose", "mannitol", "albumin", "glycerol", "DMSO", "poloxamer 188")
_NUMBER = r"(\d+(?:[.,]\d+)?)\s*"
_PER_CENT = r"%\s*(?:\(?[wv]/[wv]\)?)?\s*"
_NEGATED = re.compile(r"\b(no|not|non|without|instead)\b", re.IGNORECASE)
#: Kinds of tubes, the first that fits.
_TUBES = (
    ("DNA low-binding", r"\bdna[- ]?lo(?:w[- ]?)?bind"),
    ("protein low-binding", r"\blo(?:w[- ]?)?(?:protein[- ]?)?bind|\bprotein[- ]lobind"),
    ("siliconised", r"siliconi[sz]ed"),
    ("blocked with albumin", r"\b(?:bsa|hsa|albumin)[- ](?:blocked|coated|passivated)"),
    ("polypropylene", r"polypropylene|\bpp\b"),
    ("polystyrene", r"polystyrene|\bps\b"),
    ("glass", r"\bglass\b"),
)


@dataclass(frozen=True, slots=True)
class Buffer:
    """A buffer that was understood.

    Attributes:
        kind: ``PBS alone``, ``PBS with additives``, a known formulation such as ``PBS-HAT``, or ``another buffer``.
        additives: what it holds beside its base.
        trehalose_mM, sucrose_percent: as stated; None when it holds none or no amount is stated.
    """

    kind: str
    additives: tuple[str, ...]
    trehalose_mM: float | None = None  # noqa: N815  the unit's own spelling
    sucrose_percent: float | None = None


def read_buffer(text: str) -> Buffer | None:
    """The buffer that a text describes; None when any part of the text is not understood.

    Args:
        text: as a person wrote it, such as ``PBS, 25 mM trehalose, pH 7.4``.
    """
    rest = unicodedata.normalize("NFKC", text).casefold().replace("μ", "u").replace("µ", "u")
    formulations, rest = _taken("formulations", rest)
    bases, rest = _taken("bases", rest)
    additives, rest = _taken("additives", rest)
    for pattern in _table()["ignored"]["words"]:
        rest = re.sub(pattern, " ", rest)
    if re.search(r"[^\W_]", rest) or not (formulations or bases) or len(formulations) > 1 or len(bases) > 1:
        return None
    known = {} if not formulations else _table()["formulations"][formulations[0]]
    plain, kind = text.casefold(), formulations[0] if formulations else _kind(bases, additives)
    return Buffer(
        kind=kind,
        additives=tuple(dict.fromkeys([*known.get("additives", ()), *additives])),
        trehalose_mM=_amount("trehalose", "mm", plain) or known.get("trehalose_mM"),
        sucrose_percent=_amount("sucrose", _PER_CENT, plain),
    )


def _kind(bases: list[str], additives: list[str]) -> str:
    if bases != ["PBS"]:
        return "another buffer"
    return "PBS with additives" if additives else "PBS alone"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("evqc.assessment").joinpath("buffers.toml").read_text("utf-8"))


def _taken(kind: str, text: str) -> tuple[list[str], str]:
    """The entries of a kind that stand in a text, and the text without them."""
    found = []
    for name, whole in _patterns(kind).items():
        if whole.search(text):
            found.append(name)
            text = whole.sub(" ", text)
    return found, text


@cache
def _patterns(kind: str) -> dict[str, re.Pattern[str]]:
    """What finds each entry of a kind; formulations stand in texts by their names."""
    entries = _table()[kind]
    if kind == "formulations":
        entries = {name: [re.escape(name.casefold())] for name in entries}
    return {name: re.compile(rf"(?<![^\W_])(?:{'|'.join(of)})(?![^\W_])") for name, of in entries.items()}


def _amount(of: str, unit: str, text: str) -> float | None:
    """How much of an additive: the one number in this unit before or behind its name."""
    before = re.findall(rf"{_NUMBER}{unit}\s*(?:d-?)?{of}", text)
    behind = re.findall(rf"{of}(?: dihydrate)?\s*\(?{_NUMBER}{unit}", text)
    several = before or behind
    return float(several[0].replace(",", ".")) if len(several) == 1 else None


def read_tube(text: str) -> str | None:
    """The kind of a tube or vial by its material and coating; None when the text names none, or denies one."""
    if _NEGATED.search(text):
        return None
    kind = next((name for name, pattern in _TUBES if re.search(pattern, text, re.IGNORECASE)), None)
    return None if kind == "DNA low-binding" else kind
