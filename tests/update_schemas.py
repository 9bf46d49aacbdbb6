"""Writes ``schemas/`` from the models: ``python -m tests.update_schemas``, then read the difference."""

from __future__ import annotations

from evqc.documents import DOCUMENTS, schema_file, schema_text
from tests.places import ROOT

if __name__ == "__main__":
    for document in DOCUMENTS:
        target = ROOT / "schemas" / schema_file(document)
        old = target.read_text("utf-8") if target.exists() else ""
        new = schema_text(document)
        print(f"{target.name}: {'unchanged' if old == new else 'written'}")
        target.write_text(new, "utf-8")
