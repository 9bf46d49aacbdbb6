"""What instruments are used for, in the order in which they are listed."""

from __future__ import annotations

from typing import Literal

Family = Literal["sizing", "markers", "protein and RNA", "plates", "cells and safety", "any"]
