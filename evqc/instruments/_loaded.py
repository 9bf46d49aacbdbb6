"""Imports every reader: what a fork server loads once, so that each process it starts can read at once."""

from __future__ import annotations

from evqc.instruments._registry import joiners, known

known()
joiners()
