"""The tables of the registry, and how a row stands in the database and in the audit trail.

Rows are plain dicts. A column's ``form`` says how its value is kept: ``json`` as canonical JSON text; ``hashed`` as it
is, while the trail holds only its SHA-256, since it is secret or large.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

from evqc.errors import Where, refusal
from evqc.release.canonical import canonical

Row = dict[str, Any]

#: The revision of the tables below; the newest in ``migrations/versions``.
REVISION = "0003"

metadata = MetaData()


def _text(name: str, *more: Any, empty: bool = False, form: str = "") -> Column[Any]:
    return Column(name, Text, *more, nullable=empty, info={"form": form})


def _key(name: str) -> Column[Any]:
    return Column(name, Text, primary_key=True, info={"form": ""})


def _number(name: str, *, empty: bool = False) -> Column[Any]:
    return Column(name, Integer, nullable=empty, info={"form": ""})


def _of_record() -> tuple[Column[Any], Column[Any]]:
    return _text("batch"), _text("record", ForeignKey("records.id"))


AUDIT = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False, info={"form": ""}),
    *[_text(name) for name in ("at", "user", "action", "table")],
    Column("key", Text, nullable=False, index=True, info={"form": ""}),
    _text("old", empty=True, form="json"),
    _text("new", empty=True, form="json"),
    _text("why"),
    _number("hash_version"),
    *[_text(name) for name in ("previous", "hash")],
)
USERS = Table(
    "users",
    metadata,
    _key("id"),
    _text("printed_name"),
    _text("roles", form="json"),
    _number("active"),
    _number("must_change"),
    _text("trained_until", empty=True),
    _text("password_hash", form="hashed"),
    _text("private_key", empty=True, form="hashed"),
    _text("public_keys", form="json"),
)
FILES = Table(
    "files",
    metadata,
    _key("sha256"),
    _number("bytes"),
    Column("content", LargeBinary, nullable=False, info={"form": "hashed"}),
)
RECORDS = Table(
    "records",
    metadata,
    _key("id"),
    _text("batch"),
    _number("version"),
    _text("state"),
    _text("record", form="hashed"),
    _text("record_sha256"),
    _text("specification_sha256"),
    _text("made_by"),
    UniqueConstraint("batch", "version"),
)
CONTRIBUTORS = Table(
    "contributors",
    metadata,
    _key("id"),
    *_of_record(),
    _text("name"),
    _text("users", form="json"),
)
SIGNATURES = Table(
    "signatures",
    metadata,
    _key("id"),
    *_of_record(),
    _text("record_sha256"),
    _number("record_version"),
    *[_text(name) for name in ("user", "printed_name", "role", "at", "meaning", "reason")],
    _number("head_length"),
    _text("head_hash"),
    _number("hash_version"),
    *[_text(name) for name in ("public_key", "signature")],
)
ATTESTATIONS = Table(
    "attestations",
    metadata,
    _key("id"),
    *_of_record(),
    *[_text(name) for name in ("item", "user", "printed_name", "at", "note", "signature")],
)
DEVIATIONS = Table(
    "deviations",
    metadata,
    _key("id"),
    *_of_record(),
    *[_text(name) for name in ("subject", "code", "reason", "user", "at")],
    _text("signature", empty=True),
)
INVESTIGATIONS = Table(
    "investigations",
    metadata,
    _key("id"),
    *_of_record(),
    *[_text(name) for name in ("test", "original", "phase", "opened_by", "at")],
    *[_text(name, empty=True) for name in ("assignable_cause", "plan")],
    _number("retests_planned", empty=True),
    *[_text(name, empty=True) for name in ("conclusion", "closed_by")],
)
RETESTS = Table(
    "retests",
    metadata,
    _key("id"),
    *_of_record(),
    _text("investigation", ForeignKey("investigations.id")),
    _number("number"),
    *[_text(name) for name in ("user", "at", "value", "unit", "evidence")],
)
INSTRUMENTS = Table(
    "instruments",
    metadata,
    _key("serial"),
    _text("name"),
    _text("software_versions", form="json"),
    _text("status"),
    _text("note"),
)
ISSUED = Table(
    "issued",
    metadata,
    _key("id"),
    *_of_record(),
    *[_text(name) for name in ("kind", "sha256", "by", "at")],
)


def key_column(table: Table) -> Column[Any]:
    """The one column of a table's primary key."""
    return next(iter(table.primary_key.columns))


def hashed(value: Any) -> dict[str, str] | None:
    """How a secret or large value stands in the trail; None where there is none."""
    if value is None:
        return None
    content = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
    return {"sha256": hashlib.sha256(content).hexdigest()}


def for_trail(table: Table, row: Row) -> Row:
    """A row as the audit trail holds it: its own values, with the SHA-256 of what is secret or large."""
    return {
        column.name: hashed(row[column.name]) if column.info["form"] == "hashed" else row[column.name]
        for column in table.columns
    }


def encoded(table: Table, row: Row) -> Row:
    """A row as the database holds it.

    Raises:
        InputError: ``NOT_TEXT``; a text that no database can hold, such as one with a NUL.
    """
    return {
        column.name: _stored(table.name, column.name, column.info["form"], row[column.name]) for column in table.columns
    }


def _stored(table: str, column: str, form: str, value: Any) -> Any:
    if form == "json" and value is not None:
        return refuse_unwritable(table, column, canonical(value).decode("utf-8"))
    return refuse_unwritable(table, column, value) if isinstance(value, str) else value


def refuse_unwritable(table: str, column: str, value: str) -> str:
    """A text as it is; raises InputError ``NOT_TEXT`` for one that no database can hold."""
    if "\0" in value or any("\ud800" <= each <= "\udfff" for each in value):
        raise refusal(table, "NOT_TEXT", Where(column=column), repr(value), "Unicode text without NUL")
    return value


def decoded(table: Table, row: Row) -> Row:
    """The inverse of ``encoded``.

    A text that is not the canonical JSON of anything stands as the text that it is, so that a comparison finds it.
    """
    forms = {column.name: column.info["form"] for column in table.columns}
    return {name: _parsed(value) if forms[name] == "json" else value for name, value in row.items()}


def _parsed(stored: Any) -> Any:
    if not isinstance(stored, str):
        return stored
    try:
        value = json.loads(stored)
        same = canonical(value).decode("utf-8") == stored
    except ValueError:
        return stored
    return value if same else stored
