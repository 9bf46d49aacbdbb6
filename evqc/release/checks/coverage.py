"""What a specification of vesicles usually has and this one lacks: kinds of tests, attestations, signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.release.checks.doubt import Doubt, marker_called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.release.specification import Specification

#: Categories of the usual set by stage; STANDARDS 4.3 to 4.5 and 7.7, ICH Q6B [lit-H].
_OF_BOTH = ("identity", "size", "content", "purity", "potency", "endotoxin", "mycoplasma", "residual DNA", "appearance")
USUAL: dict[str, tuple[str, ...]] = {
    "drug substance": (*_OF_BOTH, "parent cells"),
    "drug product": (
        *_OF_BOTH, "sterility", "sub-visible particles", "pH", "osmolality", "volume", "container closure",
    ),
}  # fmt: skip
_TETRASPANINS = ("CD9", "CD63", "CD81")
_MSC = ("CD73", "CD90", "CD105")


def doubts_of_coverage(specification: Specification) -> Iterator[Doubt]:
    """``USUAL_TEST_MISSING``, ``IDENTITY_INCOMPLETE``, ``NO_AUDIT_TRAIL_REVIEW``, ``TOO_FEW_SIGNATURES``,
    ``SIGNATURE_TWICE``, ``NOTHING_MANDATORY`` and ``CHANGES_NOT_STATED``.

    Source:
        STANDARDS 4.3 to 4.5 and 7.7; Annex 11 as in DEPENDENCIES, part C.
    """  # noqa: D205  the codes are the summary
    of = specification
    there = {test.category for test in of.tests}
    for category in USUAL.get(of.stage, ()):
        if category not in there:
            expected = f"usual for a {of.stage}; leave it out on purpose only"
            yield Doubt(("tests",), "note", "USUAL_TEST_MISSING", f"no test of the category {category}", expected)
    yield from _identity(of)
    if not any(test.mandatory for test in of.tests):
        yield Doubt(("tests",), "error", "NOTHING_MANDATORY", "no mandatory test", "tests that decide on the release")
    yield from _people(of)
    if of.version > 1 and of.changes is None:
        expected = "what changed against the version before, and why"
        yield Doubt(("changes",), "warning", "CHANGES_NOT_STATED", f"version {of.version} without changes", expected)


def _identity(of: Specification) -> Iterator[Doubt]:
    tests = [test for test in of.tests if test.asks == "marker"]
    positive = {marker_called(name) for test in tests if test.expected == "positive" for name in test.markers}
    wanted = (("tetraspanins", _TETRASPANINS), ("markers of mesenchymal stromal cells", _MSC))
    for what, names in wanted:
        if missing := [name for name in names if name not in positive]:
            found = f"{what} without {', '.join(missing)}"
            yield Doubt(("tests",), "note", "IDENTITY_INCOMPLETE", found, "all of them")
    if not any(test.expected == "negative" for test in tests):
        expected = "a protein of other compartments that must not be there, with its lysate"
        yield Doubt(("tests",), "note", "IDENTITY_INCOMPLETE", "no marker that is expected negative", expected)


def _people(of: Specification) -> Iterator[Doubt]:
    if not any("audit trail" in item.casefold() for item in of.checklist):
        expected = "an item such as 'audit trail reviewed' [Annex 11]"
        yield Doubt(("checklist",), "warning", "NO_AUDIT_TRAIL_REVIEW", "no review of the audit trail", expected)
    if len(set(of.signatures)) < len(of.signatures):
        yield Doubt(("signatures",), "error", "SIGNATURE_TWICE", ", ".join(of.signatures), "each meaning once")
    if len(of.signatures) < 2:
        found = f"{len(of.signatures)} signatures"
        yield Doubt(("signatures",), "warning", "TOO_FEW_SIGNATURES", found, "a review and a release by two people")
    if "released" not in of.signatures:
        found = ", ".join(of.signatures) or "none"
        yield Doubt(("signatures",), "error", "NO_RELEASE_SIGNATURE", found, "the meaning 'released'")
