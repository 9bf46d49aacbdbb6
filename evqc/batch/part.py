"""What every entry that a person writes has in common: nothing unknown, no NaN, no change afterwards."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=200)]
#: What stands for an answer that is still to come.
_PLACEHOLDERS = frozenset({
    "", "-", "--", "?", "n/a", "na", "n.a", "not applicable", "not available", "not stated", "not known", "unknown",
    "tbd", "tbc", "todo", "to do", "to be done", "to be determined", "to be confirmed", "pending", "in progress",
})  # fmt: skip


def is_placeholder(text: str) -> bool:
    """Whether a text such as ``n/a`` or ``pending`` stands for an answer that is not there."""
    return text.strip().rstrip(".").casefold() in _PLACEHOLDERS


def _particular(text: str | None) -> str | None:
    return None if text is None or is_placeholder(text) else text


#: What a person states in words; a placeholder states nothing, so that it is as if nothing stood there.
Particular = Annotated[str | None, AfterValidator(_particular)]


class Part(BaseModel):
    """Base of everything a person writes: unknown keys, NaN and changes afterwards are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)
