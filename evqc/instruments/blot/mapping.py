"""The lane map a laboratory writes for a blot or array: which band is which marker of which sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from evqc.instruments._export import load
from evqc.instruments.table.mapping import Part, Text, described

if TYPE_CHECKING:
    from pathlib import Path

Role = Literal["sample", "lysate", "blank", "isotype", "loading"]


class Band(Part):
    """One band, shape or spot.

    Attributes:
        at: where it is, by what the reader says of it: ``{row = 1}`` for ImageJ, ``{lane = 2, band = 1}`` for Image
            Lab, ``{image = "blot_1", shape = "00001"}`` for Image Studio, ``{spot = "A1"}`` for a grid.
        marker: what the membrane was probed for there.
        sample: what was loaded; needed for ``sample`` and ``loading``.
        role: ``lysate`` of the source cells shows that the antibody works; ``blank`` and ``isotype`` give the
            background of the marker in every sample; ``loading`` is the loading control of its sample.
    """

    at: Annotated[dict[str, int | str], Field(min_length=1, max_length=6)]
    marker: Text
    sample: Text | None = None
    role: Role = "sample"

    @model_validator(mode="after")
    def _a_sample_has_its_name(self) -> Self:
        if self.role in {"sample", "loading"} and self.sample is None:
            raise ValueError(f"a band with the role '{self.role}' needs 'sample'")
        return self


class Blot(Part):
    """The membrane.

    Attributes:
        instrument: name of the reader that reads its densitometry.
        technique: such as ``western blot``.
    """

    instrument: Literal["imagej", "image_lab", "image_studio", "array_grid"]
    technique: Text = "western blot"


class LaneMap(Part):
    """What a laboratory says of one densitometry table.

    Attributes:
        title: what a person calls it.
        blot: the membrane.
        band: its bands; those of the table that are not named stay without marker, with a warning.
    """

    title: Text
    blot: Blot
    band: Annotated[tuple[Band, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_marker_once_a_sample(self) -> Self:
        named = [(band.sample, band.marker) for band in self.band if band.role == "sample"]
        if not named or len(set(named)) < len(named):
            raise ValueError("every sample lists each marker once, and there is one sample at least")
        return self


def load_lane_map(path: Path) -> LaneMap:
    """The lane map that stands in a TOML file.

    Raises:
        InputError: the file cannot be read, is no TOML (``NOT_TOML``) or holds mistakes, each ``MAPPING``.
    """
    return described(LaneMap, load(path, path.name).text(), path.name)
