"""Names in a specification that evidence may never carry: markers, methods, observations and their outcomes."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from evqc.batch.vocabulary import OBSERVATIONS
from evqc.batch.wording import quoted
from evqc.markers import vocabulary
from evqc.release.checks.doubt import Doubt, marker_called, tests_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.batch.wording import Path
    from evqc.release.specification import Specification, Test

#: Methods as readers of exports name them, and as laboratories write them beside results; others may stand too.
METHODS: tuple[str, ...] = (
    "NTA", "ILM", "DLS", "ELS", "TRPS", "RPS", "MRPS", "nFCM", "SP-IRIS", "flow cytometry",
    "bead-based flow cytometry", "bead-based immunoassay", "electrochemiluminescence immunoassay", "western blot",
    "ELISA", "mass spectrometry", "BCA", "microBCA", "Bradford", "Qubit", "absorbance", "qPCR", "ddPCR", "NAT",
    "LAL", "gel-clot LAL", "kinetic chromogenic LAL", "kinetic turbidimetric LAL", "recombinant factor C",
    "monocyte activation test", "direct inoculation", "membrane filtration", "automated growth-based", "culture",
    "Ph. Eur. 2.6.1", "Ph. Eur. 2.6.7", "Ph. Eur. 2.6.14", "Ph. Eur. 2.6.27", "USP <71>", "USP <63>", "USP <85>",
    "light obscuration", "microscopic count", "flow imaging", "visual inspection", "potentiometry",
    "freezing point depression", "vapour pressure", "dye ingress", "helium leak", "vacuum decay",
    "high-voltage leak detection", "extractable volume", "gravimetry", "trypan blue",
    "acridine orange and propidium iodide",
    "transmission electron microscopy", "cryo electron microscopy", "luciferase reporter assay", "cell-based assay",
    "enzyme activity",
)  # fmt: skip
#: From this likeness on a name is taken for a slip of a known one.
_LOOKS_LIKE = 0.75


def doubts_of_names(specification: Specification) -> Iterator[Doubt]:
    """``MARKER_AMBIGUOUS``, ``MARKER_NOT_KNOWN``, ``MARKER_MISSING``, ``MARKERS_CONTRADICT``, ``METHOD_NOT_KNOWN``,
    ``OBSERVATION_NOT_KNOWN`` and ``OUTCOME_NOT_KNOWN``.
    """  # noqa: D205  the codes are the summary
    for path, test in tests_of(specification):
        yield from _markers(path, test)
        for index, name in enumerate(test.method):
            yield from _listed((*path, "method", index), name, METHODS, "METHOD_NOT_KNOWN", "a method")
        if test.observation is not None:
            place = (*path, "observation")
            yield from _listed(place, test.observation, tuple(OBSERVATIONS), "OBSERVATION_NOT_KNOWN", "an observation")
            known = OBSERVATIONS.get(test.observation, ())
            for index, name in enumerate(test.accepted if known else ()):
                yield from _listed((*path, "accepted", index), name, known, "OUTCOME_NOT_KNOWN", "an outcome")
    yield from _contradicting(specification)


def _markers(path: Path, test: Test) -> Iterator[Doubt]:
    named: list[tuple[Path, str]] = [((*path, "markers", index), name) for index, name in enumerate(test.markers)]
    named += [((*path, "marker"), test.marker)] if test.marker is not None else []
    if (test.measurand or "").startswith("marker_") and not named:
        yield Doubt((*path, "marker"), "error", "MARKER_MISSING", "nothing", f"the marker whose {test.measurand} it is")
    for place, name in named:
        why = vocabulary.doubt(name)
        if why is not None and vocabulary.candidates(name):
            yield Doubt(place, "error", "MARKER_AMBIGUOUS", why, "a name that means one marker")
        elif why is not None:
            near = vocabulary.explain(name).near
            hint = f"; near it: {', '.join(near)}" if near else ""
            expected = f"a marker of the vocabulary; another is compared as it is written{hint}"
            yield Doubt(place, "warning", "MARKER_NOT_KNOWN", why, expected)


def _listed(path: Path, name: str, known: Sequence[str], code: str, what: str) -> Iterator[Doubt]:
    """A name that no list holds: a warning when it looks like a slip, else a note."""
    folded = {each.casefold(): each for each in known}
    wanted = " ".join(name.split()).casefold()
    if wanted in folded:
        return
    near = difflib.get_close_matches(wanted, folded, n=3, cutoff=_LOOKS_LIKE)
    hint = f"; near it: {', '.join(folded[each] for each in near)}" if near else ""
    expected = f"{what} that evqc knows, or exactly what the evidence says{hint}"
    yield Doubt(path, "warning" if near else "note", code, quoted(name), expected)


def _contradicting(of: Specification) -> Iterator[Doubt]:
    """A marker that one test wants positive and another one negative, of the same samples."""
    wanted: dict[tuple[str, str | None, str, tuple[str, ...]], dict[str | None, str]] = {}
    for path, test in tests_of(of):
        alone = test.markers if test.expected == "negative" or len(test.markers) == 1 else ()
        for name in alone:
            key = (test.role, test.sample, marker_called(name), test.method)
            others = wanted.setdefault(key, {})
            opposite = next((other for expected, other in others.items() if expected != test.expected), None)
            if opposite is not None:
                found = f"{name} {test.expected} in {test.id}, and not in {opposite}"
                yield Doubt((*path, "expected"), "error", "MARKERS_CONTRADICT", found, "one expectation of a marker")
            others.setdefault(test.expected, test.id)
