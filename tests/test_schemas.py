"""The schemas in ``schemas/`` are those of the models, and they are valid schemas."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from evqc.documents import DOCUMENTS, schema_file, schema_text
from tests.places import ROOT

FOLDER = ROOT / "schemas"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_schema_is_the_models(document: str) -> None:
    file = FOLDER / schema_file(document)
    assert file.exists(), "write it with: python -m tests.update_schemas"
    assert file.read_text("utf-8") == schema_text(document), "write it with: python -m tests.update_schemas"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_schema_is_valid_and_closed(document: str) -> None:
    schema = json.loads((FOLDER / schema_file(document)).read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["schema"]["const"] == document


def test_there_is_no_schema_without_a_document() -> None:
    assert {p.name for p in FOLDER.glob("*.json")} == {schema_file(d) for d in DOCUMENTS}
