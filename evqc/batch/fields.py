"""Every field that a person fills in: its sheet, heading, unit, kind, meaning and an example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evqc.batch.statements import statements

Kind = Literal["text", "number", "whole", "date", "number or text", "digits"]
Example = str | float | int


@dataclass(frozen=True, slots=True)
class FieldOfRecord:
    """One field.

    Attributes:
        name: the key in ``batch.toml``.
        label: what the workbook calls it, without the unit.
        kind: what a cell of it holds; ``digits`` is a number of which every digit as written counts.
        meaning: one line for the person who fills it in.
        example: a value that could stand there.
        unit: as the workbook prints it; empty when there is none.
        choices: name of the closed list it is chosen from, a key of ``lists`` or ``sample``.
    """

    name: str
    label: str
    kind: Kind
    meaning: str
    example: Example
    unit: str = ""
    choices: str = ""

    @property
    def heading(self) -> str:
        """Label with unit, as it stands above a column."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


F = FieldOfRecord

BATCH = (
    F("id", "Batch number", "text", "The number on the label; needed", "UC-EV-2024-07"),
    F("product", "Product", "text", "What the batch is a batch of; needed", "Umbilical cord MSC-EV, 1 mL vials"),
    F("term", "Term used", "text", "The word on label and report for what is in the vial", "small EVs"),
    F("size_cutoff_nm", "Size cut-off", "number", "What 'small' or 'large' stands for", 200, "nm"),
    F("size_cutoff_method", "Size cut-off measured by", "text", "Method and statistic", "NTA, number-weighted median"),
    F("biogenesis_evidence", "Evidence of origin", "text", "What shows where in the cell they form", "report R-12"),
    F("ev_track_id", "EV-TRACK ID", "text", "When the experiment is registered", "EV200001"),
    F("laboratory", "Laboratory", "text", "Where the batch was made", "EV laboratory, building 3"),
    F("prepared_by", "Prepared by", "text", "Who made it", "A. Example"),
    F("prepared_on", "Prepared on", "date", "The day the preparation was finished", "2024-05-31"),
    F("methods", "Own methods", "text", "A TOML file in this folder with methods that evqc does not know", "own.toml"),
)  # fmt: skip

SOURCE = (
    F("species", "Species", "text", "Of the cells or fluid", "human", choices="species"),
    F("tissue", "Tissue of origin", "text", "Of the cells or fluid", "umbilical cord", choices="tissue"),
    F("cell_type", "Cell type", "text", "In words", "mesenchymal stromal cell"),
    F("cell_bank", "Cell bank", "text", "Bank or donor number", "WCB-017"),
    F("passage", "Passage", "whole", "At collection", 4),
    F("matrix", "Matrix", "text", "Isolated from what", "conditioned medium, serum-free", choices="matrix"),
    F("medium", "Medium", "text", "Name and lot of the collection medium", "alpha-MEM, lot 12345"),
    F("supplement", "Supplement", "text", "Serum, lysate or supplement in the collection medium", "none"),
    F("supplement_ev_depletion", "EV depletion", "text", "Of the supplement, and its verification", "not applicable"),
    F("vessel", "Culture vessel", "text", "Type and size", "T175 flask"),
    F("condition", "Culture condition", "text", "Oxygen, priming, two or three dimensions", "21 % O2, no priming"),
    F("seeding_density_per_cm2", "Seeding density", "number", "Cells seeded", 5000, "cells/cm²"),
    F("confluence_percent", "Confluence", "number", "At collection; 85 for 85 %", 85, "%"),
    F("cells_at_harvest", "Cells at harvest", "number", "Living and dead cells of the whole harvest", 1.2e8, "cells"),
    F("viability_percent", "Viability at harvest", "number", "95 for 95 %", 96.5, "%"),
    F("collection_hours", "Collection time", "number", "How long the medium was on the cells", 48, "h"),
    F("volume_ml", "Volume collected", "number", "Conditioned medium or fluid that went into the batch", 500, "mL"),
    F("tissue_mass_g", "Tissue mass", "number", "When the source is tissue", 2.5, "g"),
    F("harvested_at", "Harvested on", "date", "The day of collection", "2024-05-30"),
    F("mycoplasma", "Mycoplasma", "text", "Result of the test on the culture", "negative", choices="mycoplasma"),
    F("storage", "Storage of the source", "text", "Temperature, time and container until isolation", "4 °C, 2 h"),
)  # fmt: skip

ISOLATION = (
    F("method", "Method", "text", "Parameters go to the next sheet", "tangential flow filtration", choices="method"),
    F("volume_in_ml", "Volume in", "number", "What went into the step", 500, "mL"),
    F("volume_out_ml", "Volume out", "number", "What came out", 25, "mL"),
    F("sample_in", "Sample before", "text", "A sample measured before the step", "medium", choices="sample"),
    F("sample_out", "Sample after", "text", "A sample measured after the step", "EV-1", choices="sample"),
    F("note", "Note", "text", "Anything unusual", "second half processed on the next day"),
)  # fmt: skip

SAMPLES = (
    F("name", "Sample", "text", "A name used once; files and results refer to it", "EV-1"),
    F("role", "Role", "text", "What it is in this batch; see the Instructions sheet", "product", choices="role"),
    F("volume_ml", "Volume", "number", "Of the whole sample", 5, "mL"),
    F("from_step", "From step", "whole", "Permeate, wash, waste or fraction: the step it came out of", 1),
    F("fraction", "Fraction", "whole", "Its number when the step was collected in fractions", 7),
    F("buffer", "Buffer", "text", "What it is in", "PBS, 0.1 µm filtered"),
    F("storage_degC", "Storage temperature", "number", "Until it was measured", -80, "°C"),
    F("freeze_thaw_cycles", "Freeze-thaw cycles", "whole", "Before it was measured", 1),
    F("tube", "Tube", "text", "Material and make of the tube or vial", "low-binding polypropylene, 1.5 mL"),
    F("stored_days", "Time stored", "number", "From its preparation to its measurement; 0 for fresh", 14, "days"),
    F("note", "Note", "text", "Anything unusual", "vial cracked"),
)

FILES = (
    F("path", "File", "text", "Below the folder exports, with / between folders", "nta/EV-1.csv"),
    F("runs", "Runs", "text", "In a file of several samples, the name of this one's run group", "EV-1 d1000"),
    F("sample", "Sample", "text", "Which sample was measured", "EV-1", choices="sample"),
    F("purpose", "Purpose", "text", "Empty for a measurement", "measurement", choices="purpose"),
    F("bead_nm", "Bead diameter", "number", "For a bead check: the certified diameter", 100, "nm"),
    F("dilution", "Dilution", "number", "1000 for 1:1000; 1 for undiluted; empty when not known", 1000),
    F("mapping", "Mapping", "text", "File below the folder mappings, for a table that evqc does not know", "bca.toml"),
    F("bead_uncertainty_nm", "Bead uncertainty", "number", "The certificate's expanded one divided by k", 1.5, "nm"),
    F("note", "Note", "text", "Anything unusual", "cell cleaned before this run"),
)  # fmt: skip

RESULTS = (
    F("sample", "Sample", "text", "Which sample was measured", "EV-1", choices="sample"),
    F("measurand", "Quantity", "text", "What was measured", "protein_concentration", choices="measurand"),
    F("value", "Value", "number or text", "A number, or <0.5 or >600 when out of range of the method", 12.5),
    F("unit", "Unit", "text", "Of the value", "ug/mL", choices="unit"),
    F("marker", "Marker", "text", "For quantities of one marker, such as marker_positive_cells", "CD73"),
    F("size_um", "Size from", "number", "Of sub-visible particles: counted at or above this size", 10, "µm"),
    F("uncertainty", "Standard uncertainty", "number", "In the unit of the value, when known", 0.8),
    F("replicates", "Replicates", "whole", "Independent determinations behind the value; 1 when empty", 3),
    F("method", "Method", "text", "Assay and kit", "BCA"),
    F("entered_by", "Entered by", "text", "Who wrote the value down", "A. Example"),
    F("measured_on", "Measured on", "date", "The day of the measurement", "2024-06-01"),
)

SPIKES = (
    F("sample", "Sample", "text", "Measured with the spike in it", "EV-1", choices="sample"),
    F("without", "Without spike", "text", "The same without it, measured in the same way", "medium", choices="sample"),
    F("material", "What was added", "text", "With its lot", "fluorescent liposomes, lot L-3"),
    F("measurand", "Quantity", "text", "By which it is found again", "particle_concentration", choices="measurand"),
    F("marker", "Marker", "text", "For quantities of one marker or named analyte", "CD63"),
    F("amount", "Amount added", "number", "To all of the sample, or to all that went into the step", 5e11),
    F("unit", "Unit", "text", "Of the amount: 1 for particles, ug or ng for a mass", "1", choices="unit"),
    F("uncertainty", "Standard uncertainty", "number", "In the unit of the amount, when known", 2e10),
    F("before_step", "Before step", "whole", "The step before which it was added; empty: to the sample itself", 1),
    F("note", "Note", "text", "Anything unusual", "thawed on the day"),
)

MARKERS = (
    F("sample", "Sample", "text", "Which sample was tested", "EV-1", choices="sample"),
    F("technique", "Technique", "text", "Such as western blot; one panel for each technique", "western blot"),
    F("marker", "Marker", "text", "As people write it", "CD63"),
    F("signal", "Signal", "number", "When there is a number", 1520),
    F("unit", "Unit", "text", "Of the signal", "a.u.", choices="unit"),
    F("control_signal", "Control signal", "number", "Of its isotype or blank control, in the same unit", 35),
    F("limit_of_detection", "Limit of detection", "number", "In the same unit", 50),
    F("call", "Call", "text", "As read by eye, when there is no number", "positive", choices="call"),
    F("lysate", "Lysate", "text", "Did the lysate beside it show the marker?", "positive", choices="lysate"),
    F("image", "Image", "text", "Below the batch folder", "images/blot.png"),
    F("entered_by", "Entered by", "text", "Who read it", "A. Example"),
)

OBSERVATIONS = (
    F("sample", "Sample", "text", "Which sample was tested", "EV-1", choices="sample"),
    F("test", "Test", "text", "What was looked for; specifications ask for it by name", "sterility", choices="test"),
    F("outcome", "Outcome", "text", "As it was read", "no growth", choices="outcome"),
    F("method", "Method", "text", "Procedure, or chapter of the pharmacopoeia", "Ph. Eur. 2.6.1"),
    F("started_on", "Started on", "date", "The first day of the test", "2024-06-03"),
    F("read_on", "Read on", "date", "The day on which the outcome was read", "2024-06-17"),
    F("control", "Negative control", "text", "Its outcome; empty when none was run", "no growth", choices="outcome"),
    F("containers_tested", "Containers tested", "whole", "How many of the sample were taken", 4),
    F("containers_positive", "Containers positive", "whole", "How many of them showed it; 0 for none", 0),
    F("entered_by", "Entered by", "text", "Who read it", "A. Example"),
    F("note", "Note", "text", "Anything unusual", "second medium turbid by the product itself"),
)  # fmt: skip

IMAGES = (
    F("path", "File", "text", "Below the batch folder, with / between folders", "images/tem-1.png"),
    F("sample", "Sample", "text", "Which sample it shows", "EV-1", choices="sample"),
    F("method", "Method", "text", "From the list", "transmission electron microscopy", choices="image method"),
    F("view", "View", "text", "Wide-field shows many particles, close-up a single one", "wide-field", choices="view"),
    F("field_selection", "Field chosen by", "text", "A rule, or the operator", "predefined", choices="field selection"),
    F("note", "Note", "text", "Anything unusual", "negative stain, uranyl acetate"),
)  # fmt: skip

ANTIBODIES = (
    F("marker", "Marker", "text", "Its target, as people write it; isotype and second antibodies too", "CD63"),
    F("technique", "Technique", "text", "What it was used for", "western blot"),
    F("clone", "Clone", "text", "Or polyclonal", "TS63"),
    F("catalogue_number", "Catalogue number", "text", "Of the supplier", "AB-0063"),
    F("supplier", "Supplier", "text", "Who sells it", "Example Antibodies"),
    F("lot", "Lot", "text", "Of the vial that was used", "L-0815"),
    F("dilution", "Dilution", "text", "As it was used, in words", "1:1000"),
)

ASSAYS = (
    F("method", "Method", "text", "One row for each method and quantity", "BCA"),
    F("instrument", "Instrument", "text", "Make and model, or kit", "plate reader, BCA kit"),
    F("measurand", "Quantity", "text", "What the limits are of", "protein_concentration", choices="measurand"),
    F("limit_of_detection", "Limit of detection", "number", "Of the sample as measured, in the unit given with it", 5),
    F("range_lower", "Range from", "number", "Lowest value that the method holds for, in the same unit", 20),
    F("range_upper", "Range to", "number", "Highest value that the method holds for, in the same unit", 2000),
    F("unit", "Unit", "text", "Of the limits; needed with them", "ug/mL", choices="unit"),
    F("calibration", "Calibration", "text", "With what, and when", "albumin standards, 8 points, on the day"),
    F("blank", "Blank", "text", "What the blank of the method is", "buffer of the sample"),
    F("settings", "Settings", "text", "What was set and no export says", "60 °C, 30 min"),
)


def of_statements() -> tuple[FieldOfRecord, ...]:
    """One field for each statement that a laboratory may make, in the order of ``statements.toml``."""
    return tuple(
        F(key, _as_heading(each.label), "text", each.meaning, each.example, choices=each.list_name)
        for key, each in statements().items()
    )


def _as_heading(label: str) -> str:
    """A name as sentences use it, as a heading: without its article and with a capital."""
    bare = label.removeprefix("the ")
    return bare[:1].upper() + bare[1:]
