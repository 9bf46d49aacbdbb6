"""Imports every reader: what a fork server loads once, so that each process it starts can read at once."""

from __future__ import annotations

import gc

from evqc.instruments._registry import joiners, known

known()
joiners()
# What is loaded stays: no process has to look through it for garbage again and again.
gc.freeze()
