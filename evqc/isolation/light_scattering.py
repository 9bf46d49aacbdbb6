"""What light scattering cannot give: it counts no particles, whatever its software calls a concentration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch, Value

#: Measurands of a number of particles.
COUNTS = ("particle_concentration", "particle_count")
#: How methods and instruments of light scattering are called.
SCATTERING = re.compile(r"\bm?a?dls\b|light scattering|\bpcs\b|photon correlation|zetasizer|stunner", re.IGNORECASE)


def method_of(batch: Batch, value: Value) -> str:
    """The method of a value with the reader of its file, as far as they are known; empty where nobody says.

    Args:
        batch: with or without a record.
        value: of it.
    """
    reader = next((r.instrument or "" for r in batch.readings if r.source.name == value.file.name), "")
    method = value.quantity.method or ""
    return f"{method} ({reader})" if method and reader else method or reader


def is_no_count(batch: Batch, value: Value) -> bool:
    """Whether a value is a number of particles that somebody took from light scattering.

    Args:
        batch: with or without a record.
        value: of it.

    Source:
        STANDARDS DLS-03, after the Q&A on NTA at malvernpanalytical.com: not recommended, large inaccuracies.
    """
    return value.quantity.measurand in COUNTS and SCATTERING.search(method_of(batch, value)) is not None
