"""The sections of a study record: tables of ``study.toml`` and sheets of ``study.xlsx``."""

from __future__ import annotations

from evqc.batch.fields import FieldOfRecord as F
from evqc.batch.sections import Section
from evqc.study.model import MOST_METHODS
from evqc.study.numbers import number_fields

STUDY = (
    F("id", "Study number", "text", "A short name; needed", "isolation-2026"),
    F(
        "title",
        "Title",
        "text",
        "What the report is headed with; needed",
        "Which isolation for the umbilical cord EVs?",
    ),
    F("question", "Question", "text", "What is to be decided, by whom", "Which method goes into production?"),
    F("weights", "Weights", "text", "A shipped set, or a TOML file in this folder", "research", choices="weights"),
    F("seed", "Seed", "whole", "Of the random draws; the same seed gives the same report", 1),
    F("methods", "Own methods", "text", "A TOML file in this folder with methods that evqc does not know", "own.toml"),
)
ARM = F("name", "Method", "text", "A name used once; batches refer to it", "TFF + SEC")
ARM_CONSTANTS = (
    F("hours", "Time", "number", "From the starting material to the product", 9, "h"),
    F("hands_on_hours", "Hands-on time", "number", "Of a person", 3, "h"),
    F("cost_per_batch", "Cost of a batch", "number", "Material and work; all methods in one currency", 420),
    F("currency", "Currency", "text", "Needed with a cost", "EUR"),
    F("capacity_ml", "Capacity", "number", "Starting material that one run takes", 1000, "mL"),
)
NOTE = F("note", "Note", "text", "Anything that matters", "single-use cassette")
CLOSED = F("closed", "Closed", "text", "Can it run closed, as production asks?", "yes", choices="yes or no")
SEPARATIONS = tuple(
    F(f"method {n}", f"Separation {n}", "text", "In order; see the Methods sheet", example, choices="method")
    for n, example in enumerate(
        ("tangential flow filtration", "size-exclusion chromatography", *("ultrafiltration",) * (MOST_METHODS - 2)), 1
    )
)
BATCH = (
    F("arm", "Method", "text", "Its name among the methods compared", "TFF + SEC", choices="arm"),
    F("pool", "Starting pool", "text", "Batches of one pool were made of the same starting material", "donor 1"),
    F("name", "Batch", "text", "A name used once", "TS-1"),
    F("folder", "Batch folder", "text", "Below this folder; or numbers instead", "batches/ts-1"),
    F("sample", "Sample", "text", "Of a folder with several products, the one compared", "EV-1"),
)
NUMBERS = tuple(number_fields().values())
ARMS_SHEET = "Methods compared"

#: As ``study.toml`` holds them.
SECTIONS: tuple[Section, ...] = (
    Section("study", "Study", STUDY, is_list=False),
    Section("arms", ARMS_SHEET, (ARM, *ARM_CONSTANTS, NOTE), also=("methods", "closed")),
    Section("batches", "Batches", BATCH, also=("numbers",)),
)
#: As the workbook holds them: one column a cell.
SHEETS: tuple[Section, ...] = (
    SECTIONS[0],
    Section("arms", ARMS_SHEET, (ARM, *SEPARATIONS, *ARM_CONSTANTS, CLOSED, NOTE)),
    Section("batches", "Batches", (*BATCH, *NUMBERS)),
)
