"""Profiles: named lists of criteria that may extend others, leave criteria out and override limits with a reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Annotated

from pydantic import Field

from evqc.criteria.findings import LeftOut, Overridden, Severity
from evqc.criteria.model import STRONG, Condition, Criterion, Frozen, Limit, LimitValue, Words, decimals, newest
from evqc.errors import Issue, Where, problem

Identity = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Decision(Frozen):
    """What a laboratory decided otherwise than the profile it extends; it counts from its day on.

    Attributes:
        criterion: its id.
        reason: why, in words that an inspector can follow.
        by: who decided.
        on: from which day.
    """

    criterion: Words
    reason: Words
    by: Words
    on: date


class OwnLimit(Frozen):
    """A limit that takes the place of the criterion's own for one of its facts.

    Attributes:
        places: decimals to which an observation is rounded before it is compared; when not given, where the shipped
            limit is compared so, as many as that or the limit itself has, whichever are more.
    """

    fact: Words
    value: LimitValue
    places: Annotated[int, Field(ge=0, le=9)] | None = None


class Override(Decision):
    """A criterion with another severity or other limits.

    Attributes:
        severity: None to keep it; a reporting criterion cannot be made to block, nor one of an unverified source.
        limits: newest rows of the criterion's own.
    """

    severity: Severity | None = None
    limits: tuple[OwnLimit, ...] = ()


class Profile(Frozen):
    """A named list of criteria.

    Attributes:
        edition: which text or version of our own it follows.
        about: what a pass means and what it does not.
        extends: profiles whose criteria it begins with; where two ask the same, the first one's limits count.
        criteria: ids of further criteria.
        applies: conditions on the batch; a profile of which one does not hold is not asked unless it is named.
        scored: whether the share of met criteria is shown as a percentage.
        without: criteria of the extended profiles that it leaves out.
        override: criteria that it holds to other limits or severities.
    """

    id: Identity
    title: Words
    edition: Words
    about: Words
    extends: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    applies: tuple[Condition, ...] = ()
    scored: bool = False
    without: tuple[Decision, ...] = ()
    override: tuple[Override, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A profile with the criteria as it asks them.

    Attributes:
        criteria: by id, with the profile's limits and severities.
        overridden: by id, what was decided otherwise and by whom.
        left_out: what an extended profile asks and this one does not.
    """

    profile: Profile
    criteria: Mapping[str, Criterion]
    overridden: Mapping[str, Overridden] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Hash of the profile with the whole content of its criteria; it changes when any of them does."""
        plain = [model.model_dump(mode="json") for model in (self.profile, *self.criteria.values())]
        return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


def faults_of(profile: Profile, profiles: Mapping[str, Profile], criteria: Mapping[str, Criterion]) -> Iterator[Issue]:
    """What is wrong with a profile beside the others: unknown names, a circle, and decisions on nothing it asks."""
    unknown = [name for name in profile.extends if name not in profiles]
    yield from (_fault("UNKNOWN_PROFILE", profile.id, name, f"one of {', '.join(profiles)}") for name in unknown)
    absent = [name for name in profile.criteria if name not in criteria]
    yield from (_fault("UNKNOWN_CRITERION", profile.id, name, "a criterion of the rules") for name in absent)
    if unknown or absent:
        return
    if not (profile.extends or profile.criteria):
        yield _fault("EMPTY_PROFILE", profile.id, "no criteria", "criteria, or a profile to extend")
        return
    if profile.id in _bases(profile, profiles):
        yield _fault("CIRCLE", profile.id, f"extends {', '.join(profile.extends)}", "profiles that do not extend it")
        return
    yield from _faulty_decisions(profile, profiles, criteria)


def _bases(profile: Profile, profiles: Mapping[str, Profile]) -> set[str]:
    """Every profile that it extends, directly or through others."""
    found: set[str] = set()
    to_see = list(profile.extends)
    while to_see:
        name = to_see.pop()
        if name not in found and name in profiles:
            found.add(name)
            to_see += profiles[name].extends
    return found


def _faulty_decisions(
    profile: Profile, profiles: Mapping[str, Profile], criteria: Mapping[str, Criterion]
) -> Iterator[Issue]:
    begun = _begun(profile, profiles, criteria, None)
    decided = [each.criterion for each in (*profile.without, *profile.override)]
    for name in dict.fromkeys(decided):
        if decided.count(name) > 1:
            yield _fault("DECIDED_TWICE", profile.id, name, "one decision for a criterion")
    for each in (*profile.without, *profile.override):
        if each.criterion not in begun.criteria:
            yield _fault("UNKNOWN_CRITERION", profile.id, each.criterion, "a criterion that the profile asks")
    for override in profile.override:
        if override.criterion in begun.criteria:
            yield from _faulty_override(profile.id, override, begun.criteria[override.criterion])


def _faulty_override(profile: str, override: Override, criterion: Criterion) -> Iterator[Issue]:
    place = f"{profile}.{criterion.id}"
    if override.severity is Severity.BLOCKS and criterion.kind == "reporting":
        yield _fault("REPORTING_BLOCKS", place, "blocks", "review or note: a reporting standard fails no batch")
    elif override.severity is Severity.BLOCKS and criterion.tag not in STRONG:
        own = "a criterion of your own with the source [lab]"
        yield _fault(
            "UNVERIFIED_BLOCKS", place, "blocks", f"review or note, for the source is [{criterion.tag}]; or {own}"
        )
    if override.severity is None and not override.limits:
        yield _fault("NOTHING_OVERRIDDEN", place, "neither severity nor limits", "at least one of them")
    facts = [limit.fact for limit in override.limits]
    for fact in dict.fromkeys(fact for fact in facts if facts.count(fact) > 1):
        yield _fault("DECIDED_TWICE", place, fact, "one limit for a fact")
    for limit in override.limits:
        yield from _faulty_limit(place, limit, criterion)


def _faulty_limit(place: str, limit: OwnLimit, criterion: Criterion) -> Iterator[Issue]:
    limited = [condition for condition in criterion.requires if condition.limits]
    of_fact = [condition for condition in limited if condition.fact == limit.fact]
    if len(of_fact) != 1:
        known = ", ".join(condition.fact for condition in limited) or "none"
        yield _fault("UNKNOWN_LIMIT", place, limit.fact, f"a fact with a single limit, of: {known}")
    elif _shape(limit.value) != _shape(shipped := of_fact[0].limits[0].value):
        yield _fault("WRONG_LIMIT", place, repr(limit.value), f"a limit such as {shipped!r}")
    elif limit.places is not None and not isinstance(limit.value, float):
        yield _fault("WRONG_LIMIT", place, f"places = {limit.places}", "places with a single number only")
    elif limit.places is not None and decimals(limit.value) > limit.places:
        yield _fault("WRONG_LIMIT", place, f"places = {limit.places}", f"no fewer than {limit.value:g} has")


def _shape(value: LimitValue) -> str:
    return "texts" if isinstance(value, tuple) and isinstance(value[0], str) else type(value).__name__


def resolve(
    profile: Profile, profiles: Mapping[str, Profile], criteria: Mapping[str, Criterion], day: date | None = None
) -> Resolved:
    """The profile as it asks its criteria: those it extends and its own, without and with what it decided.

    Args:
        profile: one of which ``faults_of`` says nothing.
        profiles: all that there are, by id.
        criteria: all that there are, by id.
        day: decisions up to that day count; all of them without one.
    """
    begun = _begun(profile, profiles, criteria, day)
    without = [each for each in profile.without if day is None or each.on <= day]
    left = {each.criterion for each in without}
    asked = {name: criterion for name, criterion in begun.criteria.items() if name not in left}
    overridden = {name: each for name, each in begun.overridden.items() if name not in left}
    for each in (each for each in profile.override if day is None or each.on <= day):
        overridden[each.criterion] = _noted(each, asked[each.criterion])
        asked[each.criterion] = _applied(each, asked[each.criterion], profile)
    return Resolved(
        profile=profile,
        criteria=asked,
        overridden=overridden,
        left_out=(*begun.left_out, *(_left(each, begun.criteria[each.criterion]) for each in without)),
    )


def _begun(
    profile: Profile, profiles: Mapping[str, Profile], criteria: Mapping[str, Criterion], day: date | None
) -> Resolved:
    """What the profile asks before its own decisions; of profiles that ask the same the first decides how."""
    asked: dict[str, Criterion] = {}
    overridden: dict[str, Overridden] = {}
    left_out: list[LeftOut] = []
    for base in (resolve(profiles[name], profiles, criteria, day) for name in profile.extends):
        overridden |= {name: each for name, each in base.overridden.items() if name not in asked}
        asked |= {name: criterion for name, criterion in base.criteria.items() if name not in asked}
        left_out += base.left_out
    asked |= {name: criteria[name] for name in profile.criteria if name not in asked}
    not_asked = tuple(each for each in left_out if each.criterion not in asked)
    return Resolved(profile=profile, criteria=asked, overridden=overridden, left_out=not_asked)


def _applied(override: Override, criterion: Criterion, profile: Profile) -> Criterion:
    """The criterion with the override's limits as their newest rows."""
    own = {limit.fact: limit for limit in override.limits}
    requires = tuple(_with_row(c, own.get(c.fact), override, profile) for c in criterion.requires)
    return criterion.model_copy(
        update={"requires": requires, "severity": override.severity or criterion.severity},
    )


def _with_row(condition: Condition, limit: OwnLimit | None, override: Override, profile: Profile) -> Condition:
    if limit is None or not condition.limits:
        return condition
    reference = f"{profile.title}, {override.by}: {override.reason}"
    row = Limit(valid_from=override.on, value=limit.value, reference=reference, places=_places(limit, condition))
    older = tuple(each for each in condition.limits if each.valid_from < override.on)
    return condition.model_copy(update={"limits": (*older, row)})


def _places(limit: OwnLimit, condition: Condition) -> int | None:
    """The decimals of an own limit: as it says, else as the shipped limit has them, but never fewer than its own."""
    shipped = newest(condition)
    if limit.places is not None or shipped is None or shipped.places is None:
        return limit.places
    return max(shipped.places, decimals(limit.value))


def _noted(override: Override, criterion: Criterion) -> Overridden:
    rows = {c.fact: newest(c) for c in criterion.requires}
    changed = [f"{limit.fact} {_said(rows[limit.fact])}" for limit in override.limits]
    severity = [f"severity {criterion.severity}"] if override.severity not in {None, criterion.severity} else []
    return Overridden(
        reason=override.reason, by=override.by, on=override.on.isoformat(), shipped="; ".join((*changed, *severity))
    )


def _said(row: Limit | None) -> str:
    assert row is not None, "only facts with limits can be overridden"
    values = row.value if isinstance(row.value, tuple) else (row.value,)
    return " to ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


def _left(decision: Decision, criterion: Criterion) -> LeftOut:
    return LeftOut(
        criterion=criterion.id,
        title=criterion.title,
        reason=decision.reason,
        by=decision.by,
        on=decision.on.isoformat(),
    )


def _fault(code: str, field_: str, found: str, expected: str) -> Issue:
    return problem("error", code, Where(field=field_), found, expected)
