"""What panels of one sample show together: markers by MISEV category and by the sets that rules count."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from evqc.markers.names import names_a_control
from evqc.markers.vocabulary import Marker, candidates, doubt, known, marker, resolve, sets
from evqc.measurement import Call, Control, MarkerPanel, MarkerResult
from evqc.records import maker, record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_NOT_TESTED = Call.NOT_TESTED
#: The field that holds the markers of each call.
_FIELDS = {call: call.name.lower() for call in Call}


@record
class Found:
    """Which markers of a group were found, by canonical name, in the order of the vocabulary.

    Attributes:
        group: a category of MISEV2018 table 3, or the id of a set.
        positive, negative, indeterminate, invalid: by their call.
        not_tested: listed as not tested; for a set, also its members that no panel lists.
    """

    group: str
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    indeterminate: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()

    @property
    def assessed(self) -> tuple[str, ...]:
        """Markers with an answer, positive or negative. Indeterminate, invalid and untested ones have none."""
        return (*self.positive, *self.negative)

    @property
    def undecided(self) -> tuple[str, ...]:
        """Markers that were tested and have no answer."""
        return (*self.indeterminate, *self.invalid)

    def without(self, names: Collection[str]) -> Found:
        """The group without these markers."""
        fields = {field: tuple(n for n in getattr(self, field) if n not in names) for field in _FIELDS.values()}
        return Found(group=self.group, **fields)


_made = maker(Found)


@record
class PanelSummary:
    """What panels of one sample show together.

    Attributes:
        categories: one for every category that a panel lists, in their order.
        sets: one for every closed set of the vocabulary.
        unresolved: by their call, names as written that the vocabulary does not know or that mean more than one marker.
        ambiguous: of those that mean more than one thing, what each may mean, in words.
        disagreeing: markers that one row calls positive and another negative; they count as indeterminate.
        shown_in_lysate: for each negative marker whether a lysate control shows it: True, False, or None when no
            lysate was run or it does not decide.
    """

    categories: tuple[Found, ...]
    sets: tuple[Found, ...]
    unresolved: Found
    ambiguous: tuple[str, ...]
    disagreeing: tuple[str, ...]
    shown_in_lysate: dict[str, bool | None]

    def category(self, *names: str) -> Found:
        """Categories taken together: ``category("1a", "1b")``, or ``category("3")`` for all that begin so."""
        chosen = [found for found in self.categories if found.group.startswith(names)]
        return _together("+".join(names), chosen)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names as written that the vocabulary does not know at all, of markers that were tested."""
        tested = (*self.unresolved.assessed, *self.unresolved.undecided)
        return tuple(name for name in tested if not candidates(name))

    def of_unknown_category(self, *names: str) -> Found:
        """Names in quotes that may be of these categories: those that nobody knows may be of any.

        Args:
            names: as of ``category``.
        """
        tested = (*self.unresolved.assessed, *self.unresolved.undecided)
        if not tested:  # as in most panels
            return self.unresolved
        elsewhere = [name for name in tested if not _may_be_of(name, names)]
        return _quoted(self.unresolved.without(elsewhere))

    def of_set(self, identity: str) -> Found:
        """The set called ``identity``; raises KeyError when there is none."""
        return {found.group: found for found in self.sets}[identity]


def summarise(*panels: MarkerPanel) -> PanelSummary:
    """Counts what the panels of one sample show.

    A marker that stands in several rows or panels has an answer when one of them gives it; answers that contradict
    each other are indeterminate. Controls are no markers and count nowhere.

    Args:
        panels: of one sample, such as a western blot and a bead assay.
    """
    calls = _calls(panels)
    verdicts = {name: _one_call(several) for name, several in calls.items()}
    by_category: dict[str, list[str]] = {}
    for m in _in_order(verdicts):
        if m.category is not None:
            by_category.setdefault(m.category, []).append(m.name)
    return PanelSummary(
        categories=tuple(_found(group, by_category[group], verdicts) for group in sorted(by_category)),
        sets=tuple(_found(one.id, one.members, verdicts) for one in sets()),
        unresolved=_unresolved(panels),
        ambiguous=tuple(dict.fromkeys(_doubt(r) for p in panels for r in p.markers if _is_ambiguous(r))),
        disagreeing=tuple(name for name, several in calls.items() if several >= {Call.POSITIVE, Call.NEGATIVE}),
        shown_in_lysate=_shown_in_lysate(panels, verdicts),
    )


def _in_order(names: Collection[str]) -> tuple[Marker, ...]:
    """Markers in the order of the vocabulary, members of its families behind them by name."""
    places = _places()
    listed = sorted((name for name in names if name in places), key=places.__getitem__)
    members = sorted(name for name in names if name not in places)
    return tuple(map(marker, (*listed, *members)))


@cache
def _places() -> dict[str, int]:
    return {m.name: place for place, m in enumerate(known())}


def _unresolved(panels: Iterable[MarkerPanel]) -> Found:
    calls: dict[str, set[Call]] = {}
    for result in (r for panel in panels for r in panel.markers):
        if _known(result) is None and not names_a_control(result.as_written):
            calls.setdefault(result.as_written, set()).add(result.call)
    return _found("unresolved", tuple(calls), {name: _one_call(several) for name, several in calls.items()})


def _may_be_of(name: str, categories: tuple[str, ...]) -> bool:
    may_be = candidates(name)
    return not may_be or any((m.category or "").startswith(categories) for m in may_be)


def _quoted(found: Found) -> Found:
    fields = {field: tuple(f"'{name}'" for name in getattr(found, field)) for field in _FIELDS.values()}
    return _made(group=found.group, **fields)


def _is_ambiguous(result: MarkerResult) -> bool:
    return _known(result) is None and bool(candidates(result.as_written))


def _doubt(result: MarkerResult) -> str:
    return str(doubt(result.as_written))


def _calls(panels: Iterable[MarkerPanel]) -> dict[str, set[Call]]:
    """All calls of each marker of the vocabulary that the panels list."""
    calls: dict[str, set[Call]] = {}
    for result in (r for panel in panels for r in panel.markers):
        found = _known(result)
        if found is not None and found.role != "isotype control":
            calls.setdefault(found.name, set()).add(result.call)
    return calls


def _known(result: MarkerResult) -> Marker | None:
    """The marker by the name that its reader gave it, since a table may write an accession, or else as written."""
    return resolve(result.name) or resolve(result.as_written)


def _one_call(calls: set[Call]) -> Call:
    answers = calls & {Call.POSITIVE, Call.NEGATIVE}
    if len(answers) == 1:
        return answers.pop()
    if answers:
        return Call.INDETERMINATE
    return next(c for c in (Call.INDETERMINATE, Call.INVALID, Call.NOT_TESTED) if c in calls)


def _found(group: str, names: Sequence[str], verdicts: dict[str, Call]) -> Found:
    by_call: dict[str, list[str]] = {}
    for name in names:
        by_call.setdefault(_FIELDS[verdicts.get(name, _NOT_TESTED)], []).append(name)
    return _made(group=group, **{field: tuple(several) for field, several in by_call.items()})


def _together(group: str, several: Sequence[Found]) -> Found:
    return Found(
        group=group,
        positive=tuple(name for found in several for name in found.positive),
        negative=tuple(name for found in several for name in found.negative),
        indeterminate=tuple(name for found in several for name in found.indeterminate),
        invalid=tuple(name for found in several for name in found.invalid),
        not_tested=tuple(name for found in several for name in found.not_tested),
    )


def _shown_in_lysate(panels: Sequence[MarkerPanel], verdicts: dict[str, Call]) -> dict[str, bool | None]:
    lysates = [c for panel in panels for c in panel.controls if c.kind == "lysate"]
    negative = [name for name, verdict in verdicts.items() if verdict is Call.NEGATIVE]
    return {name: _shown([c for c in lysates if c.marker == name]) for name in negative}


def _shown(lysates: Sequence[Control]) -> bool | None:
    calls = {c.call for c in lysates}
    if Call.POSITIVE in calls:
        return True
    return False if Call.NEGATIVE in calls else None
