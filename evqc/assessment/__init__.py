"""A batch to facts, and facts to findings."""

from evqc.assessment.assess import assess, subjects

__all__ = ["assess", "subjects"]
