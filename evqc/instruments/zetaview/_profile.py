"""ZetaView zeta potential profile (``*_prof_*.txt``): the printed results of electrophoresis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._numbers import number, parse, whole
from evqc.instruments.zetaview._header import Field, Header, header, lines_of, plain, text_of, torn, unread, version
from evqc.measurement import Quantity, State
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile

#: Software family whose profiles were seen.
VERIFIED = ("8.06",)
#: Fewer traces than this give a zeta potential that one video may turn over (91.8 mV from 48 traces was exported).
FEW_TRACES = 100
#: A larger zeta potential, in mV, is not one of vesicles in a buffer.
IMPLAUSIBLE_MV = 80.0
#: Rows of the profile in every file seen, and its columns; the sixth, ZP, has a heading but no values.
_ROWS = 11
_COLUMNS = ("position", "positive v", "negative v", "average", "parabola fit", "zp")
_TITLE = "ZP Profile"
_ZETA, _ZETA_25 = "zeta potential / mv", "zeta potential @ 25°c / mv"
#: Ways of writing (µm/s)/(V/cm), without spaces, brackets and multiplication signs.
_MOBILITY_UNITS = {"µm/s/v/cm", "µmcm/vs", "µmcm/v/s"}
_ERROR = re.compile(r"\s*(±|\+/-|\+-)\s*\S+")


def is_profile(data: bytes) -> bool:
    """Whether the bytes say that they are a profile; only those may hold NUL characters."""
    return b"\nType of Measurement:\tProfile" in data


def read(file: ExportFile) -> Reading:
    """The reading of a zeta potential profile: zeta potential, at 25 °C too, mobility and temperature.

    Raises:
        InputError: ``MEASUREMENT_TYPE``, ``MISSING_FIELD``, ``MISSING_TABLE``, ``TRUNCATED``, ``NOT_A_NUMBER``,
            ``DECIMAL_MARK_MIXED``, ``UNSUPPORTED_VERSION``.
    """
    lines = lines_of(text_of(file, nul_allowed=True))
    at = _profile_at(file.name, lines)
    rows = _rows(file.name, lines, at)
    head = header(file.name, lines[: at - 1], [(line, "\t".join(cells)) for line, cells in rows])
    _check_type(head)
    _check_numbers(head, rows)
    traces = _traces(head)
    quantities = tuple(q for q in _quantities(head, traces) if q is not None)
    last = rows[-1][0]
    return accepted(
        file.source,
        instrument="zetaview",
        software_version=version(head)[0],
        file_kind="zeta potential profile",
        measurements=quantities,
        issues=(
            *_version_issues(head),
            *torn(head),
            *_trace_issues(head, traces),
            *_implausible(quantities),
            *_empty(head, rows),
        ),
        unread=(
            *unread(head, _read_keys(quantities)),
            _TITLE,
            *(text.strip() for text in lines[last:] if text.strip()),
        ),
    )


def _read_keys(quantities: Sequence[Quantity]) -> set[str]:
    places = {plain(q.where.field) for q in quantities if q.where.field}
    return {"software", "sample", "type of measurement", "number of traces", "profile voltage"} | places


def _profile_at(source: str, lines: Sequence[str]) -> int:
    """The index of the line of column names below ``ZP Profile:``."""
    at = next((i + 1 for i, line in enumerate(lines) if line.startswith(_TITLE)), len(lines))
    if at >= len(lines):
        raise refusal(
            source, "MISSING_TABLE", Where(line=len(lines)), "the end of the file", f"'{_TITLE}:' and a table"
        )
    if re.fullmatch(".*".join(_COLUMNS) + ".*", plain(lines[at])) is None:
        raise refusal(source, "UNKNOWN_COLUMNS", Where(line=at + 1), lines[at], ", ".join(_COLUMNS))
    return at


def _rows(source: str, lines: Sequence[str], at: int) -> list[tuple[int, list[str]]]:
    """Line number and cells of the eleven rows of the profile."""
    filled = [
        (i, line.rstrip("\t ").split("\t")) for i, line in enumerate(lines[at + 1 :], start=at + 2) if line.strip()
    ]
    rows = filled[:_ROWS]
    if len(rows) < _ROWS:
        raise refusal(source, "TRUNCATED", Where(line=len(lines)), f"{len(rows)} rows", f"{_ROWS} rows of the profile")
    for line, cells in rows:
        if len(cells) not in {len(_COLUMNS) - 1, len(_COLUMNS)}:
            raise refusal(source, "ROW_LENGTH", Where(line=line), f"{len(cells)} cells", f"{len(_COLUMNS) - 1} cells")
    return rows


def _check_type(head: Header) -> None:
    field = head.required("type of measurement")
    if field.value != "Profile":
        raise refusal(head.source, "MEASUREMENT_TYPE", field.where, f"'{field.value}'", "Profile")


def _check_numbers(head: Header, rows: Sequence[tuple[int, list[str]]]) -> None:
    for line, cells in rows:
        for name, cell in zip(_COLUMNS, cells, strict=False):
            if cell.strip().casefold() != "nan":
                number(cell, head.source, Where(line=line, column=name), decimal=head.decimal)


def _traces(head: Header) -> int:
    field = head.required("number of traces")
    return whole(field.value, head.source, field.where, decimal=head.decimal)


def _quantities(head: Header, traces: int) -> list[Quantity | None]:
    head.required(_ZETA)
    zeta = [
        _quantity(head, "zeta_potential", "mV", head.find(_ZETA), traces),
        _quantity(head, "zeta_potential_25_degC", "mV", head.find(_ZETA_25), traces),
        _quantity(head, "electrophoretic_mobility", "um.cm/V/s", _mobility(head), traces),
    ]
    return [*zeta, _quantity(head, "temperature", "degC", head.find("temperature"), None)]


def _mobility(head: Header) -> Field | None:
    """The field of the mobility when its unit is (µm/s)/(V/cm); one in another unit stays unread."""
    for field in head.fields:
        what, _, unit = field.name.partition("/")
        if what.strip() == "mobility" and re.sub(r"[\s()*·]", "", unit) in _MOBILITY_UNITS:
            return head.find(field.name)
    return None


def _quantity(head: Header, measurand: str, unit: str, field: Field | None, traces: int | None) -> Quantity | None:
    """The printed result; missing where it is ``NaN`` or rests on no trace. An error behind ``±`` is left out."""
    if field is None:
        return None
    text = _ERROR.sub("", field.value)
    missing = text.casefold() in {"", "nan"} or traces == 0
    value = None if missing else number(text, head.source, field.where, decimal=head.decimal)
    return Quantity(
        measurand=measurand,
        value=value,
        unit=unit,
        state=State.MISSING if missing else State.MEASURED,
        sample=head.text("sample"),
        method=_method(head, field, traces),
        where=field.where,
    )


def _method(head: Header, field: Field, traces: int | None) -> str:
    software = f"ZetaView {version(head)[0]}"
    if traces is None:
        return ", ".join([software, *field.qualifiers])
    voltage = head.text("profile voltage")
    at = f" at {voltage}" if voltage else ""
    return f"{software}, electrophoresis, profile of {_ROWS} positions{at}, {traces} traces"


def _version_issues(head: Header) -> tuple[Issue, ...]:
    software, family = version(head)
    if family in VERIFIED:
        return ()
    where, expected = head.required("software").where, f"version {VERIFIED[0]}, whose profiles are verified"
    if not family.startswith("8."):
        raise refusal(head.source, "UNSUPPORTED_VERSION", where, software, expected)
    return (problem("warning", "UNVERIFIED_VERSION", where, software, expected),)


def _trace_issues(head: Header, traces: int) -> tuple[Issue, ...]:
    where = head.required("number of traces").where
    if traces == 0:
        return (problem("warning", "ZERO_TRACES", where, "0 traces", "traces; without them there is no result"),)
    if traces < FEW_TRACES:
        return (problem("warning", "LOW_TRACES", where, f"{traces} traces", f"at least {FEW_TRACES} traces"),)
    return ()


def _implausible(quantities: Sequence[Quantity]) -> tuple[Issue, ...]:
    return tuple(
        problem(
            "warning",
            "ZETA_IMPLAUSIBLE",
            q.where,
            f"{q.value:g} mV",
            f"between -{IMPLAUSIBLE_MV:g} and {IMPLAUSIBLE_MV:g} mV",
        )
        for q in quantities
        if q.measurand.startswith("zeta") and q.value is not None and abs(q.value) > IMPLAUSIBLE_MV
    )


def _empty(head: Header, rows: Sequence[tuple[int, list[str]]]) -> tuple[Issue, ...]:
    """A note when positions of the profile have no data, which prints as zero velocities."""
    empty = [line for line, cells in rows if not any(parse(cell, decimal=head.decimal) for cell in cells[1:4])]
    if not empty:
        return ()
    found = f"{len(empty)} of {len(rows)} positions without data"
    return (problem("note", "PROFILE_INCOMPLETE", Where(line=empty[0]), found, "velocities at every position"),)
