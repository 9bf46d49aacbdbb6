"""One sample of a workspace: counts of nested populations, their shares of the parent, and printed statistics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._dates import acquired
from evqc.instruments._numbers import half_unit, parse, whole
from evqc.measurement import Quantity, Reason, Scalar, State

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Iterator, Sequence

_POPULATIONS = {"Population": "gate", "AndNode": "and", "OrNode": "or", "NotNode": "not"}
#: Values of a channel over a population, in its own unit.
_SIGNALS = {"median", "mean", "geometricmean", "mode", "percentile"}
_SETTINGS = {
    "$CYT": "cytometer", "$CYTSN": "serial_number", "$OP": "operator", "EXPERIMENT NAME": "experiment",
    "$SRC": "source", "PLATE NAME": "plate", "WELL ID": "well",
}  # fmt: skip
_USED = {*_SETTINGS, "$TOT", "$DATE", "$BTIM", "TUBE NAME"}
_NUMBERED = re.compile(r"(?<=P)\d+(?=[A-Z])")
_NOT_COUNTED = "-1"


@dataclass(frozen=True, slots=True)
class Population:
    """One population, or the sample itself.

    Attributes:
        path: names from the sample down, joined by ``/``; empty for the sample.
        count: events; None where the workspace holds none.
        kind: how it was made.
    """

    path: str
    count: int | None
    kind: str


@dataclass(slots=True)
class Measured:
    """What one sample gives; filled in the order of the file."""

    quantities: list[Quantity] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Sample:
    """The name, keywords and place of a sample, from which every quantity takes them."""

    source: str
    name: str
    label: str | None
    keywords: dict[str, str]
    acquired_at: str | None

    def where(self, path: str) -> Where:
        return Where(field=f"{self.name}: {path}" if path else self.name)


def measured(node: ET.Element, source: str) -> Measured:
    """Everything of one ``Sample`` element.

    Args:
        node: the element.
        source: name of the file.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``NOT_WHOLE`` or ``OUT_OF_RANGE`` for a count.
    """
    top = node.find("SampleNode")
    assert top is not None
    _refuse_damaged(node, top, source)
    keywords = {k.get("name", ""): k.get("value", "").strip() for k in node.iterfind("Keywords/Keyword")}
    name = top.get("name") or _file_of(node)
    when, dated = _acquired(keywords, name)
    sample = _Sample(source, name, keywords.get("TUBE NAME") or name, keywords, when)
    found = Measured(issues=[*dated, *_no_keywords(node, name)])
    everything = _population(top, sample, ())
    found.quantities.append(_count(sample, everything, _of_acquisition(sample, node)))
    found.issues.extend(_against_total(sample, everything))
    _below(top, sample, (everything,), found)
    found.unread.extend(_unread(node, keywords))
    return found


def _refuse_damaged(node: ET.Element, top: ET.Element, source: str) -> None:
    """Refuse a keyword without name or value, and populations that stand below none.

    Raises:
        InputError: ``MISSING_FIELD``, ``POPULATION_LOST``.
    """
    name = top.get("name") or _file_of(node)
    for keyword in node.iterfind("Keywords/Keyword"):
        if keyword.get("name") is None or keyword.get("value") is None:
            where, found = Where(field=f"{name}: Keyword"), f"'{keyword.get('name')}': {keyword.get('value')}"
            raise refusal(source, "MISSING_FIELD", where, found, "a name and a value, which may be empty")
    every, seen = sum(n.tag in _POPULATIONS for n in top.iter()), _within(top)
    if every != seen:
        expected = "each one in 'Subpopulations' of another one or of the sample"
        raise refusal(source, "POPULATION_LOST", Where(field=name), f"{every - seen} of {every} populations", expected)


def _no_keywords(node: ET.Element, name: str) -> tuple[Issue, ...]:
    """A warning for something else among the keywords: one of them is lost."""
    odd = next((other for other in node.iterfind("Keywords/*") if other.tag != "Keyword"), None)
    if odd is None:
        return ()
    found = f"<{odd.tag}> '{odd.get('name', '')}'"
    return (problem("warning", "NO_KEYWORD", Where(field=f"{name}: Keywords"), found, "elements 'Keyword' only"),)


def _within(node: ET.Element) -> int:
    """How many populations stand below a population or sample, level by level."""
    inner = [n for n in node.iterfind("Subpopulations/*") if n.tag in _POPULATIONS]
    return len(inner) + sum(map(_within, inner))


def _file_of(node: ET.Element) -> str:
    data = node.find("DataSet")
    return unquote(data.get("uri", "") if data is not None else "").rpartition("/")[2] or "sample without a name"


def _acquired(keywords: dict[str, str], name: str) -> tuple[str | None, tuple[Issue, ...]]:
    begun = keywords.get("$BTIM", "")[:8]
    return acquired(f"{keywords.get('$DATE', '')} {begun}".strip() or None, Where(field=f"{name}: $DATE"))


def _of_acquisition(sample: _Sample, node: ET.Element) -> dict[str, Scalar]:
    said: dict[str, Scalar] = {key: t for name, key in _SETTINGS.items() if (t := sample.keywords.get(name))}
    return said | {"file": _file_of(node)}


def _population(node: ET.Element, sample: _Sample, above: Sequence[Population]) -> Population:
    path = "/".join([*(p.path for p in above[-1:] if p.path), node.get("name") or "without a name"]) if above else ""
    text = (node.get("count") or _NOT_COUNTED).strip()
    where = sample.where(path)
    count = None if text == _NOT_COUNTED else whole(text, sample.source, where)
    return Population(path, count, _POPULATIONS.get(node.tag, "sample"))


def _below(node: ET.Element, sample: _Sample, above: tuple[Population, ...], found: Measured) -> None:
    """Every population below ``node`` in the order of the file, each with its statistics."""
    for statistic in (*node.iterfind("Statistic"), *node.iterfind("Subpopulations/Statistic")):
        _statistic(statistic, sample, above, found)
    found.issues.extend(_torn(node, sample.where(above[-1].path)))
    seen: set[str] = set()
    for inner in (n for n in node.iterfind("Subpopulations/*") if n.tag in _POPULATIONS):
        if (name := inner.get("name", "")) in seen:
            where, expected = sample.where(above[-1].path), "each name once below a population"
            found.issues.append(problem("warning", "POPULATION_TWICE", where, f"'{name}' again", expected))
        seen.add(name)
        population, parent = _population(inner, sample, above), above[-1]
        settings: dict[str, Scalar] = {"parent": parent.path or "all events", "made_by": population.kind}
        found.quantities.append(_count(sample, population, settings))
        found.quantities.append(_share(sample, population, parent))
        if population.count is not None and parent.count is not None and population.count > parent.count:
            some = f"{population.count} events in a parent of {parent.count}"
            expected = "no more events than the parent has"
            found.issues.append(problem("warning", "MORE_THAN_PARENT", sample.where(population.path), some, expected))
        _below(inner, sample, (*above, population), found)


def _torn(node: ET.Element, where: Where) -> tuple[Issue, ...]:
    """A warning for what FlowJo does not write: a population has left its parent, or come to another one."""
    groups = node.findall("Subpopulations")
    if len(groups) < 2 and all(map(len, groups)):
        return ()
    found = f"{len(groups)} groups 'Subpopulations'" if len(groups) > 1 else "an empty 'Subpopulations'"
    return (problem("warning", "SUBPOPULATIONS_TORN", where, found, "one group, with populations in it"),)


def _count(sample: _Sample, population: Population, settings: dict[str, Scalar]) -> Quantity:
    value = None if population.count is None else float(population.count)
    return _quantity(sample, population.path, "event_count", value, "1", settings)


def _share(sample: _Sample, population: Population, parent: Population) -> Quantity:
    """Events in percent of the parent's, from the two counts; none where one is missing or the parent is empty."""
    value = _percent(population, parent)
    settings: dict[str, Scalar] = {"parent": parent.path or "all events", "rule": "computed from the two counts"}
    return _quantity(sample, population.path, "event_share", value, "%", settings)


def _percent(population: Population, parent: Population) -> float | None:
    if population.count is None or not parent.count:
        return None
    return 100 * population.count / parent.count


def _quantity(
    sample: _Sample,
    path: str,
    measurand: Literal["event_count", "event_share", "marker_signal"],
    value: float | None,
    unit: str,
    settings: dict[str, Scalar],
    reason: Reason = "not computed",
    as_written: str | None = None,
) -> Quantity:
    return Quantity(
        measurand=measurand,
        value=value,
        unit=unit,
        state=State.MISSING if value is None else State.MEASURED,
        reason=reason if value is None else None,
        as_written=as_written if value is None else None,
        sample=sample.label,
        method="flow cytometry",
        acquired_at=sample.acquired_at,
        settings={"population": path or "all events", **settings},
        where=sample.where(path),
    )


def _against_total(sample: _Sample, everything: Population) -> Iterator[Issue]:
    """A warning when the sample's count is not the number of events that its own FCS file states."""
    stated = parse(sample.keywords.get("$TOT", ""))
    if stated is not None and everything.count is not None and stated != everything.count:
        some, expected = f"{everything.count} events", f"{stated:g}, the keyword $TOT of the FCS file"
        yield problem("warning", "PRINTED_DISAGREES", sample.where(""), some, expected)


def _statistic(node: ET.Element, sample: _Sample, above: tuple[Population, ...], found: Measured) -> None:
    """A statistic of the population ``above[-1]``: a signal is kept, a frequency or count compared, others unread."""
    name, text = node.get("name", ""), node.get("value", "").strip()
    if _plain(name) in _SIGNALS and text:
        found.quantities.append(_signal(node, sample, above[-1], name, text))
    elif (expected := _expected(node, name, above)) is not None and text:
        found.issues.extend(_compared(sample, above[-1], name, text, expected))
    elif text:
        found.unread.append(f"Statistic {name}")


def _plain(name: str) -> str:
    """A statistic's name in one spelling: ``fj.stat.freqofparent`` and ``Freq. of Parent`` are the same."""
    return re.sub("[^a-z]", "", name.casefold().removeprefix("fj.stat."))


def _signal(node: ET.Element, sample: _Sample, population: Population, name: str, text: str) -> Quantity:
    value = parse(text)
    settings: dict[str, Scalar] = {"statistic": name, "channel": node.get("id")}
    if _plain(name) == "percentile":
        settings["percent"] = parse(node.get("percent", ""))
    if value is None and text.casefold() not in {"nan", "n/a", "-"}:
        raise refusal(sample.source, "NOT_A_NUMBER", sample.where(population.path), f"'{text}'", "a number or NaN")
    return _quantity(sample, population.path, "marker_signal", value, "a.u.", settings, "not a number", text)


def _expected(node: ET.Element, name: str, above: tuple[Population, ...]) -> float | None:
    """What a count or a frequency must be by the counts, in percent; None for any other statistic."""
    own, plain = above[-1], _plain(name)
    if plain == "count":
        return None if own.count is None else float(own.count)
    named = [p for p in above if p.path.rpartition("/")[2] == node.get("ancestor")]
    against = {"freqofparent": above[-2:-1], "freqofgrandparent": above[-3:-2], "freqoftotal": above[:1]}
    against["freqof"] = tuple(named[-1:])
    return _percent(own, against[plain][0]) if against.get(plain) else None


def _compared(sample: _Sample, own: Population, name: str, text: str, expected: float) -> Iterator[Issue]:
    """A warning unless the printed number is the computed one, within its rounding.

    Versions of FlowJo write frequencies as percent or as a fraction; either is taken when it fits.
    """
    printed = parse(text)
    scales = (1.0,) if name.casefold().endswith("count") else (1.0, 100.0)
    fits = printed is not None and any(abs(printed * s - expected) <= half_unit(text) * s + 1e-9 for s in scales)
    if not fits:
        where = Where(field=f"{sample.where(own.path).field}: {name}")
        yield problem("warning", "PRINTED_DISAGREES", where, f"'{text}'", f"{expected:.4g} by the counts")


def _unread(node: ET.Element, keywords: dict[str, str]) -> Iterator[str]:
    for inner in node:
        name = inner.tag.rpartition("}")[2]
        if name not in {"DataSet", "Keywords", "SampleNode"} and len(inner):
            yield name
    if node.find(".//Gate") is not None:
        yield "Gate"
    yield from (f"keyword {_NUMBERED.sub('n', name)}" for name, text in keywords.items() if text and name not in _USED)
