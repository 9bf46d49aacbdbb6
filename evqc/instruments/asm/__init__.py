"""Allotrope Simple Model (ASM): JSON that a converter wrote of another instrument's export, or evqc of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, problem, refusal
from evqc.instruments.asm._checks import disagreements, impossible
from evqc.instruments.asm._document import MANIFEST, Leaf, Scope, document, leaves, plain_name
from evqc.instruments.asm._properties import PROPERTIES, ROLES
from evqc.instruments.asm._quantities import (
    DESCRIBED_BY,
    MEASUREMENT,
    RESULTS,
    Found,
    errors_of,
    read_leaf,
    unused_dilutions,
)
from evqc.instruments.asm._series import series
from evqc.instruments.asm._sizes import distributions, is_own
from evqc.reading import accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.calibration import WellSeries
    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "asm"
TITLE = "Allotrope Simple Model (ASM) JSON"
FAMILY = "any"
STATUS: Literal["verified", "experimental"] = "experimental"
READS = (
    "ASM of plate readers, photometers, cell counters, analysers, PCR, bead assays, electrophoresis: quantities, wells",
    "ASM that evqc read --asm wrote: size distributions",
)
MENTIONS = ("$asm.", "aggregate document")
_BEGIN = re.compile(r'\s*\{\s*"(\$asm\.[^"]*|[^"]* aggregate document)"\s*:')
_IDENTIFIERS = ("measurement identifier", "calculated data identifier", "distribution identifier", "analyte identifier")
#: Keys that tie the parts of a document together.
ERROR_KEYS = frozenset({"error", "error feature"})
LINKS = frozenset(
    {
        MANIFEST,
        *_IDENTIFIERS,
        "data source identifier",
        "data source feature",
        "calculated data name",
        "software version",
    }
)
_MANIFEST = re.compile(r"/manifests/([^/]+)/")


def recognises(file: ExportFile) -> bool:
    """Whether the content is a JSON object that begins with a manifest or aggregate document of ASM."""
    return _BEGIN.match(file.head) is not None


def read(file: ExportFile) -> Reading:
    """Reads an ASM document: every property that evqc knows, in the order of the document.

    Raises:
        InputError: the text is no whole, strict JSON, no ASM, or holds text where a number belongs.
    """
    root = document(file)
    found_leaves = list(leaves(root, file.name))
    found = Found(file.name, _absorbance_in_au(root, found_leaves), _by_identifier(found_leaves))
    wells, issues = _read_all(found_leaves, found)
    sizes = distributions(found_leaves, file.name)
    if not (found.quantities or wells or sizes.made):
        expected = "a property of ASM that evqc knows; evqc instruments says which"
        raise refusal(file.name, "NOTHING_TO_READ", Where(), f"only other values of {root[MANIFEST]}", expected)
    results = [leaf for leaf in found_leaves if leaf.name in RESULTS]
    doubts = _doubts(found, found_leaves)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=_software(root),
        file_kind=f"ASM {_kind(root)}",
        measurements=(*sizes.made, *found.quantities),
        issues=(
            *found.issues,
            *issues,
            *sizes.issues,
            *doubts,
            *unused_dilutions(found, found_leaves),
            *_roles_lost(found.leaves),
            *_roles_unknown(found_leaves),
            *_tubes_alone(found_leaves),
            *impossible(found),
            *disagreements(found, results),
        ),
        unread=_unread(found_leaves, found, wells),
        series=tuple(wells.values()),
        status=STATUS,
    )


def _read_all(found_leaves: Sequence[Leaf], found: Found) -> tuple[dict[int, WellSeries], list[Issue]]:
    """Reads every leaf; the wells over time by the place of their leaf."""
    wells: dict[int, WellSeries] = {}
    issues: list[Issue] = []
    for at, leaf in enumerate(found_leaves):
        if isinstance(leaf.value, dict):
            if (made := series(leaf, found)) is not None:
                wells[at] = made[0]
                issues.extend(made[1])
        elif not is_own(leaf):
            read_leaf(leaf, found)
    return wells, issues


def _by_identifier(found_leaves: Sequence[Leaf]) -> dict[str, Scope]:
    """The object of every identifier that calculated data may refer to."""
    found: dict[str, Scope] = {}
    for leaf in found_leaves:
        if leaf.name in _IDENTIFIERS and isinstance(leaf.value, str):
            found.setdefault(leaf.value, leaf.scope)
    return found


def _absorbance_in_au(root: dict[str, object], found_leaves: Sequence[Leaf]) -> bool:
    """Whether the converter is the one that writes absorbance units under the label mAU.

    Source:
        allotropy copies the number of the export and labels it mAU; seen in all its documents of 11 instruments, whose
        exports print absorbance units.
    """
    names = [str(leaf.value) for leaf in found_leaves if leaf.name.casefold() == "asm converter name"]
    return any(name.startswith("allotropy") for name in names) or "/BENCHLING/" in str(root[MANIFEST])


def _doubts(found: Found, found_leaves: Sequence[Leaf]) -> list[Issue]:
    """Warnings: absorbance whose unit label is wrong, and what the instrument itself reports as an error."""
    issues = []
    measured = [leaf for leaf, made in zip(found.leaves, found.quantities, strict=True) if made.value is not None]
    labelled = [leaf for leaf in measured if leaf.unit == "mAU"]
    if labelled and found.absorbance_in_au:
        where, value = labelled[0].where, labelled[0].value
        expected = f"absorbance units: this converter labels them mAU; {value} is read as {value}, not as {value}/1000"
        issues.append(problem("warning", "UNIT_LABEL", where, f"{len(labelled)} numbers in mAU", expected))
    scopes = {id(s): s for leaf in found_leaves if (s := leaf.scope.within(MEASUREMENT)) is not None}
    texts = [text for scope in scopes.values() for text, feature in errors_of(scope) if not feature]
    for text in dict.fromkeys(texts):
        said = f"{texts.count(text)} measurements: {text}"
        issues.append(problem("warning", "INSTRUMENT_ERROR", Where(), said, "a measurement without an error"))
    return issues


def _software(root: dict[str, object]) -> str | None:
    for value in root.values():
        system = value.get("data system document") if isinstance(value, dict) else None
        if isinstance(system, dict) and isinstance(system.get("software version"), str):
            return str(system["software version"])
    return None


def _kind(root: dict[str, object]) -> str:
    hit = _MANIFEST.search(str(root[MANIFEST]))
    return hit[1].replace("-", " ") if hit else "document"


def _roles_lost(read: Sequence[Leaf]) -> tuple[Issue, ...]:
    """A warning for a statistic that does not say which one it is, beside others of its name that do."""
    told = {leaf.path for leaf in read if leaf.role is not None}
    lost = next((leaf for leaf in read if leaf.role is None and leaf.path in told), None)
    if lost is None:
        return ()
    expected = "which statistic it is, as others of its name say; it is taken as the usual one"
    return (problem("warning", "ROLE_MISSING", lost.where, f"{lost.name} {lost.value}", expected),)


def _roles_unknown(found_leaves: Sequence[Leaf]) -> tuple[Issue, ...]:
    """A warning for a property that evqc reads the median of, with a role that is no statistic: it is not read."""
    known = (leaf for leaf in found_leaves if leaf.plain_name in PROPERTIES and leaf.role is not None)
    odd = next((leaf for leaf in known if leaf.role not in ROLES), None)
    if odd is None:
        return ()
    found, expected = f"{odd.name} {odd.value} with the role '{odd.role}'", "a statistic, such as 'median role'"
    return (problem("warning", "ROLE_UNKNOWN", odd.where, found, expected),)


def _tubes_alone(found_leaves: Sequence[Leaf]) -> tuple[Issue, ...]:
    """A warning for the concentration in a Qubit tube without that of the sample, which is always printed with it."""
    tubes = [leaf for leaf in found_leaves if leaf.plain_name == "qubit tube concentration"]
    alone = [leaf for leaf in tubes if "original sample concentration" not in map(plain_name, leaf.scope.content)]
    if not alone:
        return ()
    expected = "the concentration of the original sample beside it"
    return (problem("warning", "RESULT_MISSING", alone[0].where, f"{alone[0].name} {alone[0].value}", expected),)


def _unread(found_leaves: Sequence[Leaf], found: Found, wells: dict[int, WellSeries]) -> tuple[str, ...]:
    """Paths, without positions, of everything with content that no measurement uses; calculated data by name."""
    left: dict[str, None] = {}
    for at, leaf in enumerate(found_leaves):
        if at in wells or leaf.value in ("", None) or _is_used(leaf, found):
            continue
        named = f" ({leaf.scope.content.get('calculated data name')})" if leaf.name in RESULTS else ""
        left[" > ".join(leaf.path) + named] = None
    return tuple(left)


def _is_used(leaf: Leaf, found: Found) -> bool:
    described = leaf.name in DESCRIBED_BY | ERROR_KEYS
    return leaf.path in found.read or id(leaf) in found.results or described or leaf.name in LINKS or is_own(leaf)
