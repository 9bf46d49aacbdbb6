"""MSD Methodical Mind: electrochemiluminescence of a plate, well by well and spot by spot, as the reader wrote it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import SAID, amount_at, quantity
from evqc.instruments._dates import acquired
from evqc.instruments._marks import marks
from evqc.instruments.methodical_mind._ends import end_issues
from evqc.instruments.methodical_mind._plates import Line, Plate, plates
from evqc.instruments.methodical_mind._statistics import comparisons
from evqc.reading import accepted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.instruments._export import ExportFile
    from evqc.instruments._marks import Marks
    from evqc.measurement import Quantity, Scalar
    from evqc.reading import Reading

NAME = "methodical_mind"
TITLE = "MSD Methodical Mind"
FAMILY = "markers"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("plate file *.txt: the ruler 'Data' over a grid of wells, several plates and several spots a well",)
#: The ruler; blanks in it do not count.
MENTIONS = "=data="

_RULER = re.compile(r"^=+ *Data *=+[ \t]*$", re.MULTILINE)
_KEYS = re.compile(r"^(FileName|Stack ID|Digital_Signature) *:", re.MULTILINE)
#: Header keys by the setting that they become.
_SETTINGS = {
    "Run Name": "run", "Type": "plate_type", "Det Param": "read", "User": "operator", "Serial #": "serial_number",
    "Model": "instrument",
}  # fmt: skip
_READ = {*_SETTINGS, "Read Time", "Creation", "Version", "Barcode1", "Plate #", "Wells Per Row", "Wells Per Col",
         "Spots Per Well", "SpotID", "Assays", "FileName", "Digital_Signature"}  # fmt: skip
_ZONE = re.compile(r"\s+[A-Z]{2,5}$")
#: Date and time as the reader puts them into the name of its file.
_NAMED = re.compile(r"(\d{4})-(\d{2})-(\d{2})-(\d{2})(\d{2})(\d{2})\b")


def recognises(file: ExportFile) -> bool:
    """Whether header keys stand over a ruler ``====Data====``."""
    if file.is_workbook or "=" not in file.head or file.head.lstrip().startswith("<"):
        return False
    head = file.head.replace("\r\n", "\n").replace("\r", "\n")
    return _KEYS.search(head) is not None and _RULER.search(head) is not None


def read(file: ExportFile) -> Reading:
    """The reading of all plates of a file: one luminescence for each well and spot, in the order of the file.

    Raises:
        InputError: what ``plates`` refuses, ``NOT_A_NUMBER``, or ``NO_WELLS``.
    """
    found = plates(file)
    texts = [text for plate in found for line in plate.lines for text in line.texts]
    by = marks(texts, file.name, Where(field="Data"))
    dates = [_acquired(plate, found) for plate in found]
    measurements = tuple(
        one for plate, (date, _) in zip(found, dates, strict=True) for one in _quantities(plate, date, by, file.name)
    )
    if not measurements:
        raise refusal(file.name, "NO_WELLS", Where(field="Data"), "a grid without a number", "numbers of wells")
    return accepted(
        file.source,
        instrument=NAME,
        software_version=found[0].header.get("Version"),
        file_kind="plate file",
        status=STATUS,
        measurements=measurements,
        issues=(
            *_once(issue for _, issues in dates for issue in issues),
            *(issue for plate in found for issue in (*_missing_rows(plate), *comparisons(plate, by))),
            *end_issues(found),
        ),
        unread=_unread(found),
    )


def _acquired(plate: Plate, of_file: Sequence[Plate]) -> tuple[str | None, tuple[Issue, ...]]:
    """Date and time of the read, without the zone's letters; the name of the file often tells day from month."""
    written = [date for other in of_file for key in ("Read Time", "Creation") if (date := other.header.get(key))]
    others = [*(_ZONE.sub("", date) for date in written), *_order_in_names(of_file)]
    text = plate.header.get("Read Time")
    where = Where(line=plate.line, field="Read Time")
    return acquired(None if text is None else _ZONE.sub("", text), where, others)


def _order_in_names(of_file: Sequence[Plate]) -> list[str]:
    """A date without doubt in the order of the file's dates, where its own name repeats one of them as year-month-day.

    The reader names a file ``…_2024-03-05-150611.txt`` whose first plate it read at ``03/05/2024 15:06:11``.
    """
    said = [match for plate in of_file if (match := _NAMED.search(plate.header.get("FileName", "")))]
    for year, month, day, *clock in (match.groups() for match in said):
        for plate in of_file:
            text = plate.header.get("Read Time", "")
            if f"{year} {':'.join(clock)}" in text and month != day:
                if text.startswith(f"{month}/{day}/"):
                    return ["12/31/2000"]
                if text.startswith(f"{day}/{month}/"):
                    return ["31/12/2000"]
    return []


def _once(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Issues of several plates, one of each finding."""
    kept: dict[tuple[str, str], Issue] = {}
    for issue in issues:
        kept.setdefault((issue.code, issue.found), issue)
    return tuple(kept.values())


def _quantities(plate: Plate, date: str | None, by: Marks, source: str) -> list[Quantity]:
    return [
        _quantity(plate, line, column, date, by, source)
        for line in plate.lines
        if any(line.texts)
        for column in range(len(line.texts))
    ]


def _quantity(plate: Plate, line: Line, column: int, date: str | None, by: Marks, source: str) -> Quantity:
    well = f"{line.row}{column + 1}"
    where = Where(line=line.number, column=str(column + 1), field=f"Data, row {line.row}")
    found = amount_at(line.texts[column], source, where, by, SAID, minimum=0)
    told: dict[str, Scalar] = {name: plate.header.get(key) for key, name in _SETTINGS.items()}
    settings: dict[str, Scalar] = {
        "plate": plate.name,
        "plate_number": plate.header.get("Plate #"),
        "well": well,
        "spot": line.spot,
        "assay": plate.assay(line.spot),
        **told,
    }
    kept = {key: value for key, value in settings.items() if value is not None}
    return quantity(found, "luminescence", "a.u.", where, sample=None, replicate=well, acquired_at=date, settings=kept)


def _missing_rows(plate: Plate) -> tuple[Issue, ...]:
    """A warning when the grid has fewer rows than its plate."""
    if plate.whole:
        return ()
    found = f"rows {', '.join(dict.fromkeys(line.row for line in plate.lines))}"
    expected = f"{plate.rows} rows of {plate.columns} wells with {plate.spots} spots each, as the header says"
    return (problem("warning", "ROWS_MISSING", Where(line=plate.line, field="Data"), found, expected),)


def _unread(found: Sequence[Plate]) -> tuple[str, ...]:
    keys = [key for plate in found for key, text in plate.header.items() if text and key not in _READ]
    sections = [name for plate in found for name in plate.sections if name != "Statistics"]
    return tuple(dict.fromkeys([*keys, *sections]))
