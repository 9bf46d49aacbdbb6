"""Everything wrong and doubtful in a specification that its form allows, for the person who files it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem
from evqc.records import record
from evqc.release.canonical import digest
from evqc.release.checks.coverage import doubts_of_coverage
from evqc.release.checks.dosage import doubts_of_dosage
from evqc.release.checks.limits import doubts_of_limits
from evqc.release.checks.naming import doubts_of_names
from evqc.release.checks.soundness import doubts_of_soundness
from evqc.release.checks.validity import doubts_of_validity

if TYPE_CHECKING:
    from evqc.batch.wording import Locate, Path
    from evqc.release.specification import Specification

_ORDER = ("error", "warning", "note")


@record
class SpecificationCheck:
    """The document ``evqc.specification-check/1``.

    Attributes:
        sha256: of the canonical form of the specification.
        fit: whether no error stands among the issues, so that a batch can be judged by it.
        issues: errors first, then warnings and notes.
    """

    schema: Literal["evqc.specification-check/1"] = "evqc.specification-check/1"
    id: str
    version: int
    title: str
    sha256: str
    fit: bool
    issues: tuple[Issue, ...]


def problems(specification: Specification, locate: Locate | None = None) -> tuple[Issue, ...]:
    """Everything wrong (``error``), most likely wrong (``warning``) and worth knowing (``note``), errors first.

    Args:
        specification: any that the model accepts.
        locate: the place of a value in the file it was read from, as ``specification_files.places`` gives it; without
            it places are named by the test.
    """
    found = chain.from_iterable(
        each(specification)
        for each in (
            doubts_of_validity, doubts_of_limits, doubts_of_dosage, doubts_of_names, doubts_of_soundness,
            doubts_of_coverage,
        )
    )  # fmt: skip
    at = locate or (lambda path: _named(specification, path))
    issues = [problem(each.severity, each.code, at(each.path), each.found, each.expected) for each in found]
    return tuple(sorted(issues, key=lambda issue: _ORDER.index(issue.severity)))


def checked(specification: Specification, locate: Locate | None = None) -> SpecificationCheck:
    """``problems`` as a document."""
    issues = problems(specification, locate)
    return SpecificationCheck(
        id=specification.id,
        version=specification.version,
        title=specification.title,
        sha256=digest(specification),
        fit=not any(issue.severity == "error" for issue in issues),
        issues=issues,
    )


def _named(specification: Specification, path: Path) -> Where:
    """A place by the id of the test: ``END-01, limits``."""
    if len(path) > 1 and path[0] == "tests" and isinstance(path[1], int):
        rest = [str(part) for part in path[2:] if isinstance(part, str)]
        return Where(field=", ".join([specification.tests[path[1]].id, *rest]))
    return Where(field=", ".join(str(part) for part in path))
