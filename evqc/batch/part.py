"""What every entry that a person writes has in common: nothing unknown, no NaN, no change afterwards."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=200)]


class Part(BaseModel):
    """Base of everything a person writes: unknown keys, NaN and changes afterwards are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)
