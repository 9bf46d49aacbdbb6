"""The native layouts as text files with named fields; an arrow stands for a tab, so that trailing tabs are seen."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def layout(name: str) -> str:
    """The layout called ``name``, with tabs; to be filled by ``format_map``."""
    return (files(__name__) / f"{name}.txt").read_text(encoding="utf-8").replace("→", "\t")
