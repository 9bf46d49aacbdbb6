"""What a rule file may say: criteria with dated limits and examples, and the words for facts."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from evqc.criteria.findings import Fact, Kind, Severity, SubjectKind, Verdict
from evqc.criteria.operators import TESTS, FactKind

if TYPE_CHECKING:
    from collections.abc import Mapping


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("words")
    return text


Words = Annotated[str, Field(min_length=1), AfterValidator(_said)]


def _no_flag(value: Any) -> Any:
    """What TOML gives for a limit; a yes or no would count as 1 or 0."""
    if any(isinstance(each, bool) for each in (value if isinstance(value, (list, tuple)) else (value,))):
        raise ValueError("a number, two numbers or texts, and no yes or no")
    return value


def _may_be_met(value: Any) -> Any:
    """A limit that some value can meet and another one not."""
    if value == ():
        raise ValueError("at least one text")
    if isinstance(value, tuple) and not isinstance(value[0], str) and value[0] > value[1]:
        raise ValueError(f"the lower end first: {value[1]:g}, {value[0]:g}")
    return value


LimitValue = Annotated[
    float | tuple[float, float] | str | tuple[str, ...], BeforeValidator(_no_flag), AfterValidator(_may_be_met)
]
#: Tags of verification that let a criterion block: read at its source, calculated, evqc's own rule of integrity, or a
#: laboratory's own rule, which only its own files may hold.
STRONG = ("src", "computed", "design", "lab")
#: Every tag of verification; ``lit-…`` stands for known from the literature but not verified against its text.
TAGS = (*STRONG, "2nd", "seed", "lit-H", "lit-M", "lit-L")
_TAG = re.compile(r"\[(" + "|".join(TAGS) + r")[\]:]")


class Frozen(BaseModel):
    """Base of what people write into rule files: unknown keys, NaN and changes afterwards are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Word(Frozen):
    """What a fact is called.

    Attributes:
        of: the subjects that have it.
        holds: what kind of value.
        label: how a sentence calls it.
        unit: canonical unit of a number.
        needed: what to supply when it is missing.
    """

    of: Annotated[tuple[SubjectKind, ...], Field(min_length=1)]
    holds: FactKind
    label: Words
    unit: str = ""
    needed: Words


class Limit(Frozen):
    """One row of a limit's history; to change a limit, append a row and raise the criterion's version.

    Attributes:
        reference: who set it, in words.
        places: decimals to which an observation is rounded before it is compared, where the limit is one that is
            compared so (USP General Notices 7.20); otherwise it is compared as it is.
    """

    valid_from: date
    value: LimitValue
    reference: Words
    places: Annotated[int, Field(ge=0, le=9)] | None = None

    @model_validator(mode="after")
    def _places_are_of_a_number(self) -> Self:
        if self.places is not None and not isinstance(self.value, float):
            raise ValueError("places say how a single number is compared")
        if self.places is not None and decimals(self.value) > self.places:
            raise ValueError(f"a limit of {self.value} has more than {self.places} places, which decide its rounding")
        return self


class Condition(Frozen):
    """One test of one fact.

    Attributes:
        fact: a name of ``facts/``.
        test: a name of ``operators.TESTS``.
        value: what it is compared with where that is a definition and not a limit, such as the name of a role.
        limits: what it is compared with, by date.
        unit: of the limits, as ``facts/`` has it for the fact.
    """

    fact: Words
    test: str
    value: LimitValue | None = None
    limits: tuple[Limit, ...] = ()
    unit: str = ""

    @field_validator("test")
    @classmethod
    def _test_is_known(cls, test: str) -> str:
        if test not in TESTS:
            raise ValueError(f"test '{test}' is not one of {', '.join(TESTS)}")
        return test

    @model_validator(mode="after")
    def _limit_fits_the_test(self) -> Self:
        wanted = TESTS[self.test].limit
        values = [limit.value for limit in self.limits] + ([] if self.value is None else [self.value])
        if (wanted == "nothing") != (not values):
            raise ValueError(f"{self.test} of {self.fact} is compared with {wanted}")
        if any(_kind(value) != wanted for value in values):
            raise ValueError(f"{self.test} of {self.fact} is compared with a {wanted}")
        if self.value is not None and self.limits:
            raise ValueError(f"{self.fact} has both a value and limits")
        if len({limit.valid_from for limit in self.limits}) != len(self.limits):
            raise ValueError(f"{self.fact} has two limits from the same day")
        return self


def _kind(value: LimitValue) -> str:
    if isinstance(value, tuple):
        return "texts" if all(isinstance(v, str) for v in value) else "pair"
    return "text" if isinstance(value, str) else "number"


class ExampleFact(Frozen):
    """A fact of an example that is more than a value: entries undecided, a bound instead of a number, a remark."""

    value: float | str | bool | tuple[str, ...] | None = None
    undecided: tuple[str, ...] = ()
    above: float | None = None
    below: float | None = None
    remark: str = ""


#: In TOML a list is a tuple of texts and a table an ``ExampleFact``.
ExampleValue = bool | float | str | tuple[str, ...] | ExampleFact


class Example(Frozen):
    """Facts and the verdict that a criterion must give on them.

    Attributes:
        facts: by name; a fact left out is missing.
        note: what the example shows.
    """

    facts: dict[str, ExampleValue] = {}
    expect: Verdict
    note: str = ""


class Criterion(Frozen):
    """One criterion: does it apply, is it met, what follows, and where does it come from.

    Attributes:
        id: stable name; a changed limit raises ``version`` and keeps it.
        title: one sentence that is true when the criterion is met.
        group: the part of the standard it belongs to, such as ``Separation``; reports list criteria under it.
        subject: what it is asked of.
        applies: conditions that must all hold, or the criterion does not apply.
        requires: conditions that must all hold, or the criterion is not met.
        source: begins with its tag of verification, such as ``[src: PMC7234888 table 1]``.
        explain: sentences by verdict that replace the ones made of the facts.
        given: facts that hold in all examples unless an example states them itself.
        follows: criteria of an earlier edition of the same text that this one takes the place of.
        changed: one sentence on what the edition changed, in words; alone, it says that the criterion is new.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-\d{2}[A-Z]?$")]
    version: Annotated[int, Field(ge=1)] = 1
    title: Words
    group: Words
    kind: Kind
    severity: Severity
    subject: SubjectKind
    applies: tuple[Condition, ...] = ()
    requires: Annotated[tuple[Condition, ...], Field(min_length=1)]
    source: Words
    explain: dict[Literal[Verdict.PASS, Verdict.FAIL], Words] = {}
    given: dict[str, ExampleValue] = {}
    follows: tuple[str, ...] = ()
    changed: Annotated[str, Field(pattern=r"^$|^[A-Z].*\.$")] = ""
    examples: tuple[Example, ...]

    @property
    def tag(self) -> str:
        """The tag of verification that ``source`` begins with."""
        found = _TAG.match(self.source)
        return found.group(1) if found else ""

    @model_validator(mode="after")
    def _source_is_tagged(self) -> Self:
        if not self.tag:
            raise ValueError(f"source must begin with a tag, one of [{'], ['.join(TAGS)}]")
        if self.severity is Severity.BLOCKS and self.tag not in STRONG:
            raise ValueError(f"only [{'], ['.join(STRONG)}] may block, and the source is [{self.tag}]")
        return self

    @model_validator(mode="after")
    def _reporting_does_not_block(self) -> Self:
        if self.severity is Severity.BLOCKS and self.kind == "reporting":
            raise ValueError("a reporting criterion cannot block: what was not stated fails no batch")
        return self

    @model_validator(mode="after")
    def _change_is_said(self) -> Self:
        if self.follows and not self.changed:
            raise ValueError(f"it follows {', '.join(self.follows)} and needs 'changed': what the edition changed")
        if self.id in self.follows:
            raise ValueError("it cannot follow itself")
        return self

    @model_validator(mode="after")
    def _thresholds_are_dated(self) -> Self:
        for condition in self.requires:
            if _is_threshold(condition) and not condition.limits:
                raise ValueError(f"the limit of {condition.fact} needs a date and a reference: write 'limits'")
        return self

    @model_validator(mode="after")
    def _examples_show_every_verdict(self) -> Self:
        asked = {Verdict.PASS, Verdict.FAIL, Verdict.NOT_ASSESSED}
        asked |= {Verdict.NOT_APPLICABLE} if self.applies else set()
        if unshown := asked - {example.expect for example in self.examples}:
            raise ValueError(f"no example shows {', '.join(sorted(unshown))}")
        return self

    @model_validator(mode="after")
    def _examples_stand_on_the_limits(self) -> Self:
        for condition in self.requires:
            tables = (self.given, *(example.facts for example in self.examples))
            shown = {number for table in tables for number in _numbers(table.get(condition.fact))}
            for edge in _edges(condition):
                if edge not in shown:
                    raise ValueError(f"no example has {condition.fact} exactly at its limit {edge:g}")
        return self


def example_facts(criterion: Criterion, example: Example) -> dict[str, Fact]:
    """The facts of an example, those given for all of the criterion's examples included."""
    return {name: _fact(value) for name, value in (criterion.given | example.facts).items()}


def _fact(value: ExampleValue) -> Fact:
    if isinstance(value, ExampleFact):
        return Fact(
            value=value.value, undecided=value.undecided, above=value.above, below=value.below, remark=value.remark
        )
    return Fact(value=value)


def find_word(words: Mapping[str, Word], fact: str) -> Word:
    """The word for a fact; ``marker.CD9`` has that of ``marker.*``. Raises KeyError when there is none."""
    return words[fact] if fact in words else words[_family(fact)]


def has_word(words: Mapping[str, Word], fact: str) -> bool:
    """Whether there is a word for a fact."""
    return fact in words or _family(fact) in words


def _family(fact: str) -> str:
    return f"{fact.partition('.')[0]}.*"


def decimals(value: LimitValue) -> int:
    """How many decimals a number has; 0 for what is no single number."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent if isinstance(value, float) else 0
    return max(0, -int(exponent))


def newest(condition: Condition) -> Limit | None:
    """The last row of the limit's history."""
    return max(condition.limits, key=lambda limit: limit.valid_from, default=None)


def _is_threshold(condition: Condition) -> bool:
    return TESTS[condition.test].limit in {"number", "pair"}


def _edges(condition: Condition) -> tuple[float, ...]:
    row = newest(condition)
    if row is None or not _is_threshold(condition):
        return ()
    return row.value if isinstance(row.value, tuple) else (row.value,)  # type: ignore[return-value]  # thresholds are numbers


def _numbers(value: Any) -> tuple[float, ...]:
    """The number of an example's fact, or the length of its list."""
    if isinstance(value, ExampleFact):
        return _numbers(value.value)
    if isinstance(value, tuple):
        return (float(len(value)),)
    return (float(value),) if isinstance(value, (int, float)) and not isinstance(value, bool) else ()
