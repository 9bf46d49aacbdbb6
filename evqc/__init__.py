"""From the instrument exports of an extracellular-vesicle laboratory to a decision."""

from __future__ import annotations

__version__ = "0.1.0"
