"""A plate mapping as an instrument: takes the files of plate readers and adds the concentrations of its samples."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Protocol

from evqc.errors import InputError, Where, problem, refusal
from evqc.instruments.plate_assay._curve import plate_curve
from evqc.instruments.plate_assay._layout import Layout, contradictions, of_export, of_mapping
from evqc.instruments.plate_assay._results import Assay, results
from evqc.instruments.plate_assay._signals import endpoint_signals, endpoint_wells, onset_signals
from evqc.instruments.plate_assay.mapping import place
from evqc.reading import verdict

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile
    from evqc.instruments._family import Family
    from evqc.instruments.plate_assay._signals import Signals
    from evqc.instruments.plate_assay.mapping import PlateMapping
    from evqc.reading import Reading


class Reader(Protocol):
    """What the mapping needs of a plate reader's module."""

    NAME: str

    def recognises(self, file: ExportFile) -> bool:
        """Whether the content is its format."""
        ...

    def read(self, file: ExportFile) -> Reading:
        """The whole reading."""
        ...


class MappedPlate:
    """The reader of one kind of plate: that of the plate reader, with a standard curve on top.

    Attributes:
        mapping: what the wells hold and how they are fitted.
        layout_files: what the mapping names beside itself; they are no exports.
        NAME, TITLE, FAMILY, STATUS, READS: as every instrument has them.
    """

    NAME = "plate_assay"
    FAMILY: Family = "plates"
    STATUS: Literal["verified", "experimental"] = "verified"

    def __init__(
        self, mapping: PlateMapping, reader: Reader, layout: Layout | None = None, layout_files: tuple[Path, ...] = ()
    ) -> None:
        """Takes the mapping, the reader that it names, and the layout when files of its own state it."""
        self.mapping = mapping
        self.TITLE = mapping.title
        self.READS: tuple[str, ...] = (f"{mapping.title}: plate with standard curve",)
        self._reader = reader
        self._layout = layout or of_mapping(mapping)
        self.layout_files = layout_files

    @property
    def covers(self) -> frozenset[str]:
        """Names of the readers whose files it takes over."""
        return frozenset((self.mapping.plate.instrument,))

    def recognises(self, file: ExportFile) -> bool:
        """Whether the plate reader can read the file and it holds wells as the mapping asks for."""
        if not self._reader.recognises(file):
            return False
        try:
            reading = self._reader.read(file)
        except InputError:
            return False
        try:
            self._signals(reading)
        except InputError as error:
            return error.issues[0].code != "READ_MISSING"
        return True

    def read(self, file: ExportFile) -> Reading:
        """The reading of the plate reader, with the standard curve and the concentrations of the samples.

        Raises:
            InputError: what the plate reader refuses, or the curve cannot be made; see ``_curve`` and ``_results``.
        """
        reading = self._reader.read(file)
        return reading if reading.verdict == "refused" else self.assayed(reading)

    def assayed(self, reading: Reading) -> Reading:
        """A plate reader's reading with the curve and results of its samples added; errors as of ``read``."""
        source = reading.source.name
        layout, signals = self._signals(reading)
        curve = plate_curve(self.mapping, layout, signals, source)
        assay = Assay(mapping=self.mapping, layout=layout, signals=signals, curve=curve, source=source)
        quantities, remarks = results(assay)
        issues = (*reading.issues, *_not_read(layout, signals), *signals.issues, *curve.issues, *remarks)
        before, after = reading.measurements[: signals.end], reading.measurements[signals.end :]
        return replace(
            reading,
            issues=issues,
            verdict=verdict(issues),
            measurements=(*before, *signals.measured, *quantities, *after),
            curves=(*reading.curves, curve.record),
        )

    def _signals(self, reading: Reading) -> tuple[Layout, Signals]:
        """Layout and signals; wells of the layout must be there."""
        plate, kinetic, source = self.mapping.plate, self.mapping.kinetic, reading.source.name
        if kinetic is None:
            wells = endpoint_wells(reading, plate)
            layout = self._layout or of_export(self.mapping, wells, source)
            told = contradictions(self.mapping, layout, wells, source)
            return layout, replace(endpoint_signals(reading, wells), issues=told)
        if self._layout is None:
            expected = "[[standard]] and [[sample]] or [layout] in the mapping of a kinetic plate"
            raise refusal(source, "LAYOUT_MISSING", Where(), "reactions without layout", expected)
        return self._layout, onset_signals(reading, plate, kinetic, self._layout.wells)


def _not_read(layout: Layout, signals: Signals) -> tuple[Issue, ...]:
    """A note that names the wells of the plate that the layout gives no meaning."""
    others = sorted(signals.wells - layout.wells, key=place)
    if not others:
        return ()
    found = f"wells {', '.join(others)}"
    return (problem("note", "WELLS_NOT_READ", Where(), found, "a standard, a blank or a sample"),)
