"""Every kind of document that evqc writes, and its JSON Schema."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from evqc.records import json_schema

if TYPE_CHECKING:
    from pydantic import BaseModel

#: Document name to the module and class that define it.
DOCUMENTS: dict[str, tuple[str, str]] = {
    "evqc.readings/1": ("evqc.reading", "Readings"),
    "evqc.batch/1": ("evqc.batch.model", "BatchRecord"),
    "evqc.assessment/1": ("evqc.criteria.findings", "Assessment"),
    "evqc.assessment-comparison/1": ("evqc.criteria.compare", "AssessmentComparison"),
    "evqc.study/1": ("evqc.study.model", "Study"),
    "evqc.comparison/1": ("evqc.study.comparison", "Comparison"),
    "evqc.report/1": ("evqc.report.model", "Report"),
    "evqc.specification/1": ("evqc.release.specification", "Specification"),
    "evqc.specification-check/1": ("evqc.release.specification_check", "SpecificationCheck"),
    "evqc.specification-difference/1": ("evqc.release.specification_difference", "SpecificationDifference"),
    "evqc.specification-templates/1": ("evqc.release.templates.making", "Templates"),
    "evqc.release-record/1": ("evqc.release.record", "ReleaseRecord"),
    "evqc.release/1": ("evqc.release.release", "Release"),
    "evqc.users/1": ("evqc.release.registry_documents", "Users"),
    "evqc.audit/1": ("evqc.release.audit_page", "AuditPage"),
    "evqc.registry-check/1": ("evqc.release.registry_documents", "RegistryCheck"),
    "evqc.instrument-register/1": ("evqc.release.registry_documents", "Instruments"),
    "evqc.investigations/1": ("evqc.release.registry_documents", "Investigations"),
    "evqc.deviations/1": ("evqc.release.registry_documents", "Deviations"),
    "evqc.release-records/1": ("evqc.release.listing", "RecordList"),
    "evqc.release-status/1": ("evqc.release.status", "Status"),
    "evqc.release-history/1": ("evqc.release.listing", "History"),
    "evqc.bundle/1": ("evqc.release.bundle", "Manifest"),
    "evqc.verification/1": ("evqc.release.verify.model", "Verification"),
    "evqc.qualification/1": ("evqc.release.qualification.model", "Qualification"),
    "evqc.instruments/1": ("evqc.instruments._registry", "Catalogue"),
    "evqc.criteria/1": ("evqc.criteria.catalogue", "Catalogue"),
    "evqc.methods/1": ("evqc.batch.catalogue", "Catalogue"),
    "evqc.markers/1": ("evqc.markers.vocabulary", "Catalogue"),
}


def schema(document: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document such as ``evqc.readings/1``; raises KeyError for an unknown one."""
    module, name = DOCUMENTS[document]
    cls: type[BaseModel | object] = getattr(import_module(module), name)
    return json_schema(cls, document)


def schema_text(document: str) -> str:
    """``schema`` as the text of its file in ``schemas/``."""
    return json.dumps(schema(document), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def schema_file(document: str) -> str:
    """The name of the schema's file, such as ``readings-1.json``."""
    return document.removeprefix("evqc.").replace("/", "-") + ".json"
