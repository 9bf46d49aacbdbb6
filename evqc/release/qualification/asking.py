"""Asks one case: a question with its known answer, whose answer may also be a refusal or a defect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import InputError
from evqc.release.qualification.model import Case

if TYPE_CHECKING:
    from collections.abc import Callable

#: What a broken installation raises; here it is an answer like any other.
_DEFECTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


def ask(identity: str, title: str, expected: str, question: Callable[[], str]) -> Case:
    """The case with what came of the question; a refusal is the answer ``refused: CODE``."""
    got = answer(question)
    return Case(id=identity, title=title, expected=expected, got=got, result="pass" if got == expected else "fail")


def answer(question: Callable[[], str]) -> str:
    """What comes of a question, in words."""
    try:
        return question()
    except InputError as error:
        return f"refused: {error.issues[0].code}"
    except _DEFECTS as error:
        return f"defect: {type(error).__name__}: {error}"
