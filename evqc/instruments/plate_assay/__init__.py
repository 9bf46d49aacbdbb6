"""Plates with a standard curve (BCA, Lowry, ELISA, kinetic endotoxin), described by a mapping of the laboratory.

A plate reader's own module reads the wells. A mapping with a section ``[plate]`` says which of them are standards,
blanks and samples, how the curve is fitted and how far samples were diluted; ``MappedPlate`` adds the curve and the
concentrations to that reading. Without a mapping no curve is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments._mappings import has_section

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evqc.instruments._export import ExportFile
    from evqc.instruments.plate_assay._assay import MappedPlate, Reader
    from evqc.reading import Reading

__all__ = ["FAMILY", "NAME", "READS", "STATUS", "TITLE", "describes", "mapped", "read", "recognises"]

NAME = "plate_assay"
TITLE = "Plate with a standard curve, described by a mapping of the laboratory"
FAMILY = "plates"
STATUS: Literal["verified"] = "verified"
READS = ("plate-reader exports with a mapping of standards, blanks and samples: endpoint and kinetic endotoxin assays",)
MENTIONS = ()


def describes(path: Path) -> bool:
    """Whether a mapping file has a section ``[plate]``; False for what is no TOML, which its loader then refuses.

    Raises:
        InputError: the file cannot be read.
    """
    return has_section(path, "plate")


def mapped(path: Path, readers: Mapping[str, Reader]) -> MappedPlate:
    """The reader that a plate mapping describes, with the layout file beside it when it names one.

    Args:
        path: the mapping.
        readers: the instruments by name, among them the plate readers.

    Raises:
        InputError: the mapping or its layout file cannot be read or is wrong.
    """
    from evqc.instruments.plate_assay._assay import MappedPlate  # noqa: PLC0415  pydantic loads only for mappings
    from evqc.instruments.plate_assay._grids import of_grids  # noqa: PLC0415
    from evqc.instruments.plate_assay.mapping import load_plate_mapping  # noqa: PLC0415

    mapping = load_plate_mapping(path)
    layout = None if mapping.layout is None else of_grids(mapping.layout, path.parent)
    reader = readers.get(mapping.plate.instrument)
    if reader is None:
        where, expected = Where(field="plate.instrument"), f"one of {', '.join(readers)}"
        raise refusal(path.name, "MAPPING", where, f"'{mapping.plate.instrument}'", expected)
    files = () if mapping.layout is None else (path.parent / mapping.layout.file,)
    return MappedPlate(mapping, reader, layout, files)


def recognises(file: ExportFile) -> bool:  # noqa: ARG001  the signature of every instrument
    """Never: the plate reader's own module recognises the file, and the mapping adds to it."""
    return False


def read(file: ExportFile) -> Reading:
    """Refuses every file, since a mapping is missing.

    Raises:
        InputError: ``MAPPING_MISSING``.
    """
    raise refusal(file.name, "MAPPING_MISSING", Where(), "a plate without a mapping", "a mapping (--mapping FILE.toml)")
