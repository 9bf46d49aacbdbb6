"""The mapping a laboratory writes for its table: which column is what, in which unit, and how the table ends."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

from evqc.errors import InputError, Issue, Where, problem, refusal
from evqc.instruments._export import load
from evqc.measurands import factor, measurand, unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails

Text = Annotated[str, Field(min_length=1, max_length=200)]
UnitName = Annotated[Text, AfterValidator(unit)]
Words = tuple[Text, ...]


class Part(BaseModel):
    """Base of everything that stands in a mapping: unknown keys and changes afterwards are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)


M = TypeVar("M", bound=Part)


class TableOptions(Part):
    """How the table is written.

    Attributes:
        delimiter: between cells of a text file.
        decimal: the decimal mark of text cells.
        sheet: of a workbook; needed when it has more than one.
        rows: how many rows the table has; another number refuses the file.
        stop_at: first cell of the row that ends the table; when it does not come, the file is refused.
        unmarked_end: neither ``rows`` nor ``stop_at`` can be given for a panel or distribution; the reading is flagged.
        final_line_end: False when the export ends without a line end; such a reading is flagged.
        below_range_words, above_range_words, missing_words: words that stand in number columns, such as ``Too low``.
    """

    delimiter: Literal["comma", "tab", "semicolon"] = "comma"
    decimal: Literal[".", ","] = "."
    sheet: Text | None = None
    rows: PositiveInt | None = None
    stop_at: Text | None = None
    unmarked_end: bool = False
    final_line_end: bool = True
    below_range_words: Words = ()
    above_range_words: Words = ()
    missing_words: Words = ()

    @model_validator(mode="after")
    def _delimiter_is_no_decimal_mark(self) -> Self:
        if self.delimiter == "comma" and self.decimal == ",":
            raise ValueError("a comma cannot both separate cells and be the decimal mark")
        return self

    @model_validator(mode="after")
    def _each_word_has_one_meaning(self) -> Self:
        words = [w.casefold() for w in (*self.below_range_words, *self.above_range_words, *self.missing_words)]
        if len(set(words)) < len(words):
            raise ValueError("a word has one meaning: below range, above range or missing")
        return self


class SampleColumn(Part):
    """Which sample a row belongs to.

    Attributes:
        column: heading of the column with the sample's name; None when the whole file is one sample.
        name: that one sample; None when ``column`` is given.
        replicate: heading of the column that numbers the replicates.
        skip: sample names whose rows are not read, such as standards.
    """

    column: Text | None = None
    name: Text | None = None
    replicate: Text | None = None
    skip: Words = ()

    @model_validator(mode="after")
    def _column_or_name(self) -> Self:
        if (self.column is None) == (self.name is None):
            raise ValueError("give either 'column' or 'name'")
        return self


class QuantityColumn(Part):
    """A column of one measurand.

    Attributes:
        heading: of the column.
        measurand: a name of the vocabulary.
        unit: of the numbers; None when ``unit_column`` is given.
        unit_column: heading of the column that states the unit of each row.
        dilution_column: heading of the column with the factor that turns the value into that of the sample itself.
    """

    heading: Text
    measurand: Annotated[Text, AfterValidator(lambda name: measurand(name).name)]
    unit: UnitName | None = None
    unit_column: Text | None = None
    dilution_column: Text | None = None

    @model_validator(mode="after")
    def _unit_fits(self) -> Self:
        if (self.unit is None) == (self.unit_column is None):
            raise ValueError("give either 'unit' or 'unit_column'")
        if self.unit is not None:
            factor(self.unit, measurand(self.measurand).unit)
        return self


class PanelControls(Part):
    """Which rows and samples are controls and not markers.

    Attributes:
        isotype, blank: names in the marker column that are controls of each sample.
        blank_samples: names in the sample column whose rows are the blanks of the markers of all other samples.
    """

    isotype: Words = ()
    blank: Words = ()
    blank_samples: Words = ()


class Panel(Part):
    """A table with one row a sample and marker.

    Attributes:
        technique: such as ``western blot``.
        marker: heading of the column of marker names.
        signal, background, blank, lysate, limit_of_detection: headings of number columns, all in ``unit``.
        call, lysate_call: headings of columns of calls as read by eye.
        unit: of the signals.
        rows: how many rows each sample has, controls included.
    """

    technique: Text
    marker: Text
    signal: Text | None = None
    background: Text | None = None
    blank: Text | None = None
    lysate: Text | None = None
    limit_of_detection: Text | None = None
    call: Text | None = None
    lysate_call: Text | None = None
    unit: UnitName = "a.u."
    rows: PositiveInt | None = None
    controls: PanelControls = PanelControls()

    @model_validator(mode="after")
    def _something_is_said(self) -> Self:
        if self.signal is None and self.call is None:
            raise ValueError("give 'signal', 'call' or both")
        return self


class Distribution(Part):
    """A table with one row a sample and size bin.

    Attributes:
        technique: such as ``TRPS``.
        lower, upper: headings of the bin edges, in ``unit``; or
        centre: heading of the bin centres, with ``width``, the width of every bin in ``unit``.
        unit: of the sizes.
        count: heading of the particles counted per bin.
        concentration: heading of the concentration per bin, in ``concentration_unit``.
        dilution: heading of the dilution factor, the same in every row of a sample.
        dilution_applied: the concentrations are already multiplied by it.
        rows: how many bins each sample has.
    """

    technique: Text
    lower: Text | None = None
    upper: Text | None = None
    centre: Text | None = None
    width: Annotated[float, Field(gt=0)] | None = None
    unit: UnitName = "nm"
    count: Text | None = None
    concentration: Text | None = None
    concentration_unit: UnitName | None = None
    dilution: Text | None = None
    dilution_applied: bool = False
    rows: PositiveInt | None = None

    @model_validator(mode="after")
    def _bins_are_said_once(self) -> Self:
        edges, centres = (self.lower, self.upper), (self.centre, self.width)
        if (None in edges) == (None in centres) or (any(edges) and any(centres)):
            raise ValueError("give either 'lower' and 'upper' or 'centre' and 'width'")
        factor(self.unit, "nm")
        return self

    @model_validator(mode="after")
    def _weight_has_its_unit(self) -> Self:
        if self.count is None and self.concentration is None:
            raise ValueError("give 'count', 'concentration' or both")
        if (self.concentration is None) != (self.concentration_unit is None):
            raise ValueError("'concentration' and 'concentration_unit' go together")
        if self.concentration_unit is not None:
            factor(self.concentration_unit, "1/mL")
        if self.dilution_applied and self.dilution is None:
            raise ValueError("'dilution_applied' needs the column 'dilution'")
        return self


class Mapping(Part):
    """What a laboratory says of one kind of table.

    Attributes:
        title: what a person calls the table.
        method: the assay, such as ``Qubit protein``.
        software_version: of the software that writes it, when it is always the same.
        column: the quantities; or ``panel``; or ``distribution``: exactly one of the three.
        status: ``experimental`` for a mapping that was made without a real table of its kind.
    """

    title: Text
    method: Text | None = None
    software_version: Text | None = None
    status: Literal["verified", "experimental"] = "verified"
    table: TableOptions = TableOptions()
    sample: SampleColumn
    column: tuple[QuantityColumn, ...] = ()
    panel: Panel | None = None
    distribution: Distribution | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [bool(self.column), self.panel is not None, self.distribution is not None]
        if sum(given) != 1:
            raise ValueError("give exactly one of [[column]], [panel] and [distribution]")
        return self

    @model_validator(mode="after")
    def _a_heading_means_one_thing(self) -> Self:
        own = [h for h in self._number_headings() if h]
        if len(set(own)) < len(own) or {self.sample.column, self.sample.replicate} & set(own):
            raise ValueError("a column is mapped twice")
        return self

    def _number_headings(self) -> Iterator[str | None]:
        yield from (column.heading for column in self.column)
        if (p := self.panel) is not None:
            yield from (
                p.marker,
                p.signal,
                p.background,
                p.blank,
                p.lysate,
                p.limit_of_detection,
                p.call,
                p.lysate_call,
            )
        if (d := self.distribution) is not None:
            yield from (d.lower, d.upper, d.centre, d.count, d.concentration, d.dilution)

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that the mapping names, each once, in the order of the mapping."""
        beside = (h for column in self.column for h in (column.unit_column, column.dilution_column))
        named = (self.sample.column, self.sample.replicate, *self._number_headings(), *beside)
        return tuple(dict.fromkeys(h for h in named if h is not None))

    @property
    def kind(self) -> str:
        """What kind of table it is, in words."""
        if self.column:
            return "table of quantities"
        return "table of a marker panel" if self.panel is not None else "table of a size distribution"

    @property
    def rows_per_sample(self) -> int | None:
        """How many rows each sample must have; None when the mapping does not say."""
        part = self.panel or self.distribution
        return part.rows if part is not None else None


def load_mapping(path: Path) -> Mapping:
    """The mapping that stands in a TOML file.

    Args:
        path: the file.

    Raises:
        InputError: the file cannot be read, is no TOML (``NOT_TOML``), or holds mistakes: all of them, each
            ``MAPPING`` with the key's place.
    """
    file = load(path, path.name)
    return read_mapping(file.text(), path.name)


def read_mapping(text: str, name: str) -> Mapping:
    """The mapping that TOML text describes; ``name`` is for messages. Errors as of ``load_mapping``."""
    return described(Mapping, text, name)


def described(kind: type[M], text: str, name: str) -> M:
    """The mapping of a kind that TOML text describes; ``name`` is for messages. Errors as of ``load_mapping``."""
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise refusal(name, "NOT_TOML", Where(), str(error), "a mapping in TOML") from None
    except ValidationError as error:
        raise InputError(name, *map(_issue, error.errors(include_url=False))) from None


_EXPECTED = {
    "missing": "a value for this key, which every such mapping needs",
    "extra_forbidden": "no key of this name",
}


def _issue(error: ErrorDetails) -> Issue:
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"])
    found = "nothing" if error["type"] == "missing" else repr(error["input"])
    own = f"another value: {error['msg'].removeprefix('Value error, ')}"
    expected = _EXPECTED.get(error["type"], own)
    return problem("error", "MAPPING", Where(field=place or None), found, expected)
