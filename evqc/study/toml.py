"""Reads ``study.toml``, and writes the commented one that ``evqc init --study`` lays down."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from evqc.batch.making import methods
from evqc.batch.toml_record import read_by
from evqc.study.check import check
from evqc.study.sections import CLOSED, NUMBERS, SECTIONS, SEPARATIONS
from evqc.study.weights import shipped_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.fields import FieldOfRecord
    from evqc.batch.sections import Section
    from evqc.instruments._export import ExportFile
    from evqc.study.check import Surroundings
    from evqc.study.model import Study

_HEAD = 'schema = "evqc.study/1"\n'


def read_toml(file: ExportFile, around: Surroundings) -> Study:
    """The study that a ``study.toml`` holds.

    Args:
        file: its name and bytes.
        around: what it is checked against.

    Raises:
        InputError: everything wrong at once, each with its line.
    """
    return read_by(partial(check, around=around), file)


def template_toml() -> str:
    """A ``study.toml`` to fill in: every key as a comment with an example and its meaning."""
    parts = [f"# The study. Take the '# ' away from the lines that you fill in.\n\n{_HEAD}"]
    return "\n".join([*parts, *("\n".join(_section(section)) + "\n" for section in SECTIONS)])


def _section(section: Section) -> Iterator[str]:
    yield f"# {section.sheet}" + (", one entry each" if section.is_list else "")
    yield f"# [[{section.key}]]" if section.is_list else f"[{section.key}]"
    for field in section.fields:
        choices = f"; one of: {' | '.join(shipped_weights())}" if field.choices == "weights" else ""
        yield _line(field, choices)
        if section.key == "arms" and field.name == "name":
            example = json.dumps([str(each.example) for each in SEPARATIONS[:2]])
            yield f"# methods = {example}  # in order; of: {' | '.join(methods())}"
    if section.key == "arms":
        yield f"# closed = true  # {CLOSED.meaning}"
    if section.key == "batches":
        yield '# [batches.numbers]  # without a folder, or for what a folder lacks; a bound as "<40"'
        yield from (_line(field, "") for field in NUMBERS)


def _line(field: FieldOfRecord, more: str) -> str:
    unit = f", in {field.unit}" if field.unit else ""
    example = field.example
    shown = f"{example:.3g}" if isinstance(example, float) else json.dumps(example, ensure_ascii=False)
    return f"# {field.name} = {shown}  # {field.meaning}{unit}{more}"
