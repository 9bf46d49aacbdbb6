"""Rule files to a rulebook: refuses what is faulty, used twice, untested or unknown, with file and id."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from evqc.batch.statements import statements
from evqc.criteria.model import Condition, Criterion, ExampleValue, Frozen, Word, example_facts, find_word, has_word
from evqc.criteria.operators import TESTS
from evqc.criteria.profiles import Profile, Resolved, faults_of, resolve
from evqc.criteria.questions import asking, prepare, verdict
from evqc.errors import InputError, Issue, Where, problem, refusal
from evqc.measurands import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.resources.abc import Traversable

M = TypeVar("M", bound=Frozen)
#: What a laboratory's file may hold.
_TABLES = ("profile", "criterion")


@dataclass(frozen=True, kw_only=True, eq=False)
class Rulebook:
    """Criteria, profiles and the words for facts, all checked against each other.

    Attributes:
        criteria, profiles: by id, in the order of the files.
        words: by name of the fact.
        files: name of the laboratory's file by id of the profile; those that come with evqc are not listed.
    """

    criteria: Mapping[str, Criterion]
    profiles: Mapping[str, Profile]
    words: Mapping[str, Word]
    files: Mapping[str, str] = field(default_factory=dict)

    def profile(self, identity: str, day: date | None = None) -> Resolved:
        """The profile with its criteria as it asks them, on a day or with every decision of a laboratory.

        Raises:
            InputError: there is no such profile; all there are are named.
        """
        if identity in self.profiles:
            every = self._resolved[identity]
            return every if day is None else resolve(self.profiles[identity], self.profiles, self.criteria, day)
        raise refusal(identity, "UNKNOWN_PROFILE", Where(), identity, f"one of {', '.join(self.profiles)}")

    def word(self, fact: str) -> Word:
        """What the fact is called; raises KeyError when there is no such fact."""
        return find_word(self.words, fact)

    @cached_property
    def _resolved(self) -> dict[str, Resolved]:
        return {name: resolve(profile, self.profiles, self.criteria) for name, profile in self.profiles.items()}

    @cached_property
    def newest(self) -> date:
        """The day from which the newest of all limits and decisions counts: the default day of an assessment."""
        asked = (*self.criteria.values(), *(c for each in self._resolved.values() for c in each.criteria.values()))
        profiles = self.profiles.values()
        conditions = [condition for criterion in asked for condition in (*criterion.applies, *criterion.requires)]
        conditions += [condition for profile in profiles for condition in profile.applies]
        limits = (limit.valid_from for condition in conditions for limit in condition.limits)
        return max((*limits, *(each.on for profile in profiles for each in (*profile.without, *profile.override))))


@cache
def shipped() -> Rulebook:
    """The rulebook that comes with evqc."""
    return load(files("evqc.criteria"))


def load(folder: Traversable, *, words: Mapping[str, Word] | None = None) -> Rulebook:
    """Reads ``rules/*.toml`` (criteria) and ``profiles/*.toml`` of a folder.

    Args:
        folder: also holds ``facts/*.toml`` when ``words`` is not given.
        words: what facts there are.

    Raises:
        InputError: a file is not TOML, an entry is faulty or stands twice, a criterion lacks an example of each
            verdict or one on each limit, speaks of a fact that does not exist or with a test or unit that does not
            fit it, or a profile names a criterion that does not exist; with everything wrong in that file.
    """
    known = words if words is not None else _all_words(folder.joinpath("facts"))
    criteria: dict[str, Criterion] = {}
    rules = {file: _entries(file, "criterion", Criterion) for file in _toml(folder.joinpath("rules"))}
    for file, entries in rules.items():
        _refuse(file, (issue for entry in entries for issue in _wrong_in(entry, known)))
        _refuse(file, _laboratory_only(entries))
        _refuse(file, _twice([*criteria, *(entry.id for entry in entries)]))
        criteria |= {entry.id: entry for entry in entries}
    for file, entries in rules.items():
        _refuse(file, _strange_predecessors(entries, criteria))
    listed = {file: _entries(file, "profile", Profile) for file in _toml(folder.joinpath("profiles"))}
    return Rulebook(criteria=criteria, profiles=_checked(listed, {}, criteria, known), words=known)


def chosen(names: Sequence[str], book: Rulebook) -> tuple[Rulebook, tuple[str, ...]]:
    """A rulebook that holds every profile asked for, and their ids in order.

    Args:
        names: ids of profiles, and paths ending in ``.toml`` of files that hold a laboratory's own.
        book: usually the shipped one.

    Raises:
        InputError: a file is faulty; see ``with_files``.
    """
    ids: list[str] = []
    for name in dict.fromkeys(names):
        if name.endswith(".toml"):
            book, own = with_files(book, [Path(name)])
            ids += own
        else:
            ids.append(name)
    return book, tuple(ids)


def with_files(book: Rulebook, paths: Sequence[Path]) -> tuple[Rulebook, tuple[str, ...]]:
    """A rulebook with the profiles, and the criteria if any, of a laboratory's own files.

    Args:
        book: usually the shipped one.
        paths: TOML files of ``[[profile]]`` and ``[[criterion]]``; a later one may extend an earlier one.

    Returns:
        The larger rulebook, and the ids of the profiles of the files in their order.

    Raises:
        InputError: a file cannot be read or is faulty as ``load`` says it, uses an id that is taken, or holds a
            criterion that gives another verdict on one of its examples.
    """
    named: list[str] = []
    for path in paths:
        larger = _with_file(book, path)
        named += [name for name in larger.profiles if name not in book.profiles]
        book = larger
    return book, tuple(named)


def _with_file(book: Rulebook, path: Path) -> Rulebook:
    _refuse_unreadable(path)
    parsed = _parsed(path)
    strange = [_fault("UNKNOWN_KEY", key, key, "[[profile]] and [[criterion]]") for key in parsed if key not in _TABLES]
    _refuse(path, strange)
    entries = _models(path, parsed, "criterion", Criterion)
    _refuse(path, (issue for entry in entries for issue in _wrong_in(entry, book.words)))
    _refuse(path, _twice([*book.criteria, *(entry.id for entry in entries)]))
    criteria = {**book.criteria, **{entry.id: entry for entry in entries}}
    _refuse(path, _strange_predecessors(entries, criteria))
    _refuse(path, (issue for entry in entries for issue in _untrue_examples(entry, book.words)))
    own = _models(path, parsed, "profile", Profile)
    if not own:
        raise refusal(path.name, "NO_PROFILE", Where(), "no [[profile]]", "at least one")
    profiles = _checked({path: own}, book.profiles, criteria, book.words)
    return Rulebook(
        criteria=criteria,
        profiles=profiles,
        words=book.words,
        files={**book.files, **{profile.id: path.name for profile in own}},
    )


def _refuse_unreadable(path: Path) -> None:
    if not path.is_file():
        raise refusal(str(path), "NOT_A_FILE", Where(), "no such file", "a TOML file of [[profile]] entries")


def _checked(
    listed: Mapping[Traversable, Sequence[Profile]],
    known: Mapping[str, Profile],
    criteria: Mapping[str, Criterion],
    words: Mapping[str, Word],
) -> dict[str, Profile]:
    """The profiles of all files beside those known, each of which may extend any other."""
    profiles = dict(known)
    for file, entries in listed.items():
        _refuse(file, _twice([*profiles, *(entry.id for entry in entries)]))
        profiles |= {entry.id: entry for entry in entries}
    for file, entries in listed.items():
        _refuse(file, (issue for entry in entries for issue in _unlisted(entry, profiles, criteria, words)))
    return profiles


def _toml(folder: Traversable) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _parsed(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refusal(file.name, "NOT_TOML", Where(), str(error), "a TOML file in UTF-8") from error
    except OSError as error:
        raise refusal(file.name, "UNREADABLE", Where(), error.strerror or str(error), "a file to read") from error


def _all_words(folder: Traversable) -> dict[str, Word]:
    """The words of every file of facts; a fact stands in one of them."""
    words = _words_of_statements()
    for file in _toml(folder):
        found = _words(file)
        _refuse(file, _twice([*words, *found]))
        words |= found
    return words


def _words_of_statements() -> dict[str, Word]:
    """A fact for each thing that a record may state, so that asking for one is a single entry."""
    needed = "'{}' ({}) among the statements of the batch record"
    return {
        f"statement.{key}": Word(
            of=("batch", "product"), holds="text", label=each.label, needed=needed.format(each.label, each.group)
        )
        for key, each in statements().items()
    }


def _words(file: Traversable) -> dict[str, Word]:
    """One table a fact, its name as the key."""
    words: dict[str, Word] = {}
    issues: list[Issue] = []
    for name, entry in _parsed(file).items():
        try:
            words[name] = Word.model_validate(entry)
        except ValidationError as error:
            issues += _faults(name, error)
        else:
            unit = words[name].unit
            if unit not in ("", *UNITS) or (unit != "") != (words[name].holds == "number"):
                issues.append(_fault("WRONG_UNIT", name, f"unit '{unit}'", "a unit of evqc for a number, else none"))
    _refuse(file, issues)
    return words


def _entries(file: Traversable, table: str, model: type[M]) -> list[M]:
    """The entries of ``[[table]]`` as models; everything wrong in the file is said at once."""
    parsed = _parsed(file)
    _refuse(file, (_fault("UNKNOWN_KEY", key, key, f"[[{table}]] entries") for key in parsed if key != table))
    return _models(file, parsed, table, model)


def _models(file: Traversable, parsed: Mapping[str, Any], table: str, model: type[M]) -> list[M]:
    made: list[M] = []
    issues: list[Issue] = []
    entries = parsed.get(table, [])
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        raise refusal(file.name, "NOT_A_LIST", Where(field=table), f"one '{table}'", f"entries under [[{table}]]")
    for number, entry in enumerate(entries, start=1):
        try:
            made.append(model.model_validate(entry))
        except ValidationError as error:
            issues += _faults(str(entry.get("id", f"{table} {number}")), error)
    _refuse(file, issues)
    return made


def _faults(name: str, error: ValidationError) -> list[Issue]:
    return [
        _fault("FAULTY_RULE", ".".join((name, *(str(part) for part in each["loc"]))), _found(each), _said(each))
        for each in error.errors()
    ]


def _found(error: Any) -> str:
    """What stands there; an entry that is faulty as a whole needs no quoting."""
    return "the entry" if not error["loc"] else repr(error["input"])


def _said(error: Any) -> str:
    said: str = error["msg"].removeprefix("Value error, ")
    return said


def _fault(code: str, field: str, found: str, expected: str) -> Issue:
    return problem("error", code, Where(field=field), found, expected)


def _refuse(file: Traversable, issues: Iterable[Issue]) -> None:
    if found := tuple(issues):
        raise InputError(file.name, *found)


def _twice(identities: list[str]) -> Iterator[Issue]:
    for identity in dict.fromkeys(i for i in identities if identities.count(i) > 1):
        yield _fault("DUPLICATE_ID", identity, f"'{identity}' twice", "every id once, over all files")


def _laboratory_only(entries: Iterable[Criterion]) -> Iterator[Issue]:
    for entry in entries:
        if entry.tag == "lab":
            yield _fault("LABORATORY_SOURCE", entry.id, entry.source, "a published source; [lab] is for own files")


def _strange_predecessors(entries: Iterable[Criterion], criteria: Mapping[str, Criterion]) -> Iterator[Issue]:
    for entry in entries:
        for name in (each for each in entry.follows if each not in criteria):
            yield _fault("UNKNOWN_CRITERION", f"{entry.id}.follows", name, "a criterion of the rules")


def _wrong_in(criterion: Criterion, words: Mapping[str, Word]) -> Iterator[Issue]:
    for condition in (*criterion.applies, *criterion.requires):
        yield from _wrong_condition(criterion.id, condition, criterion.subject, words)
    tables = (criterion.given, *(example.facts for example in criterion.examples))
    for name, value in (pair for table in tables for pair in table.items()):
        if not has_word(words, name) or not _fits(value, find_word(words, name)):
            yield _fault(
                "WRONG_EXAMPLE", criterion.id, f"{name} = {value}", "a fact that exists, with its kind of value"
            )


def _wrong_condition(identity: str, condition: Condition, of: str, words: Mapping[str, Word]) -> Iterator[Issue]:
    if not has_word(words, condition.fact) or of not in find_word(words, condition.fact).of:
        yield _fault("UNKNOWN_FACT", identity, condition.fact, f"a fact of a {of}")
    else:
        yield from _misfit(identity, condition, find_word(words, condition.fact))


def _misfit(identity: str, condition: Condition, word: Word) -> Iterator[Issue]:
    if TESTS[condition.test].of != word.holds:
        yield _fault("WRONG_TEST", identity, f"{condition.test} of {condition.fact}", f"a test of a {word.holds}")
    asked = word.unit if word.holds == "number" else ""
    if condition.unit != asked:
        yield _fault("WRONG_UNIT", identity, f"unit '{condition.unit}' of {condition.fact}", f"unit '{asked}'")


def _untrue_examples(criterion: Criterion, words: Mapping[str, Word]) -> Iterator[Issue]:
    """Examples on which the criterion gives another verdict; those that come with evqc are tested with it."""
    [prepared] = prepare([criterion], asking(words, date.max))
    for number, example in enumerate(criterion.examples, start=1):
        given = verdict(prepared, example_facts(criterion, example))
        if given is not example.expect:
            yield _fault("WRONG_EXAMPLE", f"{criterion.id}.examples.{number}", given, f"'{example.expect}', as it says")


def _fits(value: ExampleValue, word: Word) -> bool:
    kinds: dict[str, type | tuple[type, ...]] = {"number": (int, float), "text": str, "list": tuple, "flag": bool}
    held = getattr(value, "value", value)
    if held is None:
        return True
    return isinstance(held, kinds[word.holds]) and (isinstance(held, bool) == (word.holds == "flag"))


def _unlisted(
    profile: Profile, profiles: Mapping[str, Profile], criteria: Mapping[str, Criterion], words: Mapping[str, Word]
) -> Iterator[Issue]:
    for condition in profile.applies:
        yield from _wrong_condition(profile.id, condition, "batch", words)
    yield from faults_of(profile, profiles, criteria)
    yield from _twice(list(profile.criteria))
