"""The instrument samples and what stands beside them: golden, mapping and origin."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evqc.instruments._export import ExportFile
from evqc.instruments._joined import join, read_file_of
from evqc.instruments._registry import known, mapped_tables, read_export
from evqc.records import to_plain
from tests.places import CORPUS, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._registry import Instrument
    from evqc.reading import Reading

_BESIDE = {".json", ".toml", ".py", ".pyc", ".md"}
#: Longer lists stand in a golden as length, sum and digest, so that a person can read it.
_LONG = 24


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample file of one instrument, or a real file of the corpus (``instrument`` None)."""

    path: Path
    instrument: str | None

    @property
    def rejects(self) -> bool:
        return ".reject." in self.path.name

    @property
    def golden(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    @property
    def mapping(self) -> Path | None:
        """The mapping that belongs to a table: the same name up to the first dot."""
        mapping = self.path.with_name(self.path.name.split(".")[0] + ".mapping.toml")
        return mapping if mapping.exists() else None

    @property
    def file(self) -> ExportFile:
        return ExportFile(self.path.name, self.path.read_bytes())

    def read(self, data: bytes | None = None) -> Reading:
        """The reading of the sample, or of other bytes under its name and mapping."""
        file = self.file if data is None else ExportFile(self.path.name, data)
        return read_export(file, instrument=self.asked_for, mapped=mapped(self.mapping))

    @property
    def asked_for(self) -> str | None:
        """Its instrument, when that is never chosen by content and a person asks for it by name."""
        return self.instrument if getattr(known().get(self.instrument or ""), "ON_REQUEST", False) else None

    def __str__(self) -> str:
        base = SAMPLES if self.instrument else CORPUS
        return self.path.relative_to(base).as_posix()


@cache
def mapped(mapping: Path | None) -> tuple[Instrument, ...]:
    return mapped_tables([mapping]) if mapping else ()


def samples() -> list[Sample]:
    """Every sample of every instrument, sorted."""
    return [
        Sample(path, name)
        for name in sorted(known())
        for path in sorted((SAMPLES / name).iterdir() if (SAMPLES / name).is_dir() else [])
        if path.is_file() and path.suffix not in _BESIDE
    ]


def origins(instrument: str) -> dict[str, dict[str, Any]]:
    """What ``ORIGIN.toml`` says of each sample of an instrument."""
    return tomllib.loads((SAMPLES / instrument / "ORIGIN.toml").read_text("utf-8"))


def joined(instrument: str) -> dict[str, Reading]:
    """The readings of an instrument's good samples, joined as one folder would be."""
    good = [s for s in samples() if s.instrument == instrument and not s.rejects]
    readings = joined_in_one_folder([s.read() for s in good])
    return {s.path.name: reading for s, reading in zip(good, readings, strict=True)}


def joined_in_one_folder(readings: Sequence[Reading]) -> list[Reading]:
    """Readings as they are when their files stand in one folder; same number, same order."""
    files = join([read_file_of(r, _nothing) for r in readings], [SAMPLES] * len(readings), _nothing)
    return [file.given().opened() for file in files]


def _nothing(_: Reading) -> None:
    return None


def numbers(reading: Reading) -> Any:
    """What a reading measured, without name, hash and remarks of the file: what must not change unseen."""
    return [_without_places(to_plain(m)) for m in reading.measurements]


def _without_places(plain: Any) -> Any:
    if isinstance(plain, dict):
        return {key: _without_places(value) for key, value in plain.items() if key != "where"}
    return [_without_places(value) for value in plain] if isinstance(plain, list) else plain


def readable(plain: Any) -> Any:
    """A plain document whose long lists of numbers are replaced by length, sum and digest."""
    if isinstance(plain, dict):
        return {key: readable(value) for key, value in plain.items()}
    if isinstance(plain, list) and len(plain) > _LONG and all(isinstance(v, (int, float)) for v in plain):
        digest = hashlib.sha256(repr(plain).encode()).hexdigest()[:16]
        return {"numbers": len(plain), "sum": float(f"{sum(plain):.12g}"), "sha256_begins": digest}
    return [readable(value) for value in plain] if isinstance(plain, list) else plain
