"""What the exports, and the record's own parts, say against the record. Nothing is overwritten; all of it is shown."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from evqc.batch.antibodies import antibodies_of_nothing
from evqc.batch.assembled import Contradiction
from evqc.batch.assignment import Assignment, Share, assign, label, path_of, same_name
from evqc.batch.chronology import dates_out_of_order
from evqc.batch.duplicates import duplicates
from evqc.batch.join import same_dilution, states_concentration
from evqc.batch.limits import below_detection
from evqc.batch.marker_rows import rows_at_odds
from evqc.batch.material import material_against_itself
from evqc.batch.model import BatchRecord
from evqc.batch.observed import observations_against_themselves
from evqc.batch.sections import place_of
from evqc.batch.steps import steps_that_do_not_follow
from evqc.batch.wording import nearest, quoted
from evqc.errors import Severity, Where, problem
from evqc.markers import vocabulary
from evqc.measurement import MarkerPanel, SizeDistribution
from evqc.reading import Reading, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.wording import Path

#: From this likeness on a name that is not known is taken for a slip of one that is.
_LOOKS_LIKE = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Everything that is compared."""

    record: BatchRecord
    source: Source
    readings: Sequence[Reading]
    assignment: Assignment
    images: Collection[str]
    mappings: Collection[str]

    def against(self, path: Path, severity: Severity, code: str, found: str, expected: str) -> Contradiction:
        """Something at a place of the record."""
        where = place_of(path, self.source.name)
        return Contradiction(source=self.source, issue=problem(severity, code, where, found, expected))


def crosscheck(
    record: BatchRecord,
    source: Source,
    readings: Sequence[Reading],
    *,
    images: Collection[str] = (),
    mappings: Collection[str] = (),
) -> tuple[Contradiction, ...]:
    """Every contradiction between a record and its exports, and within the record.

    Args:
        record: its paths of files are below ``exports/``.
        source: the file of the record.
        readings: one for each export.
        images: paths of the evidence images that exist, as the record writes them.
        mappings: names of the files below ``mappings/``.

    Returns:
        In this order, each with a stable code: ``FILE_MISSING``, ``MAPPING_MISSING``, ``IMAGE_MISSING``,
        ``FILE_NOT_LISTED``, ``RUNS_NOT_FOUND``, ``GROUPS_DISPUTED``, ``GROUP_NOT_ASSIGNED``, ``GROUPS_MIXED``,
        ``SAMPLE_DIFFERS``, ``SAMPLE_WITHOUT_DATA``, ``DILUTION_DIFFERS``, ``DILUTION_NOT_STATED``,
        ``DILUTION_NOT_APPLIED``, ``MARKER_WITHOUT_RESULT``, ``MARKER_NOT_KNOWN``, and those of the dates,
        steps, rows of markers, antibodies, observations, limits of detection and duplicates.
    """
    known = _Known(
        record=record,
        source=source,
        readings=readings,
        assignment=assign(record, readings),
        images=images,
        mappings=mappings,
    )
    checks = (_missing_files, _missing_mappings, _missing_images, _unlisted_files, _unmatched_runs, _unclear_groups,
              _mixed_groups, _other_samples, _samples_without_data, _dilutions, _empty_markers,
              _unknown_markers)  # fmt: skip
    found = chain.from_iterable(check(known) for check in checks)
    dates = dates_out_of_order(record, source, known.assignment)
    return (
        *found,
        *dates,
        *steps_that_do_not_follow(record, source),
        *material_against_itself(record, source),
        *rows_at_odds(record, source),
        *antibodies_of_nothing(record, source, known.assignment),
        *observations_against_themselves(record, source),
        *below_detection(record, source, known.assignment),
        *duplicates(readings),
    )


def _missing_files(known: _Known) -> Iterator[Contradiction]:
    there = [reading.source.name for reading in known.readings]
    for index, entry in enumerate(known.record.files):
        if path_of(entry) not in there:
            expected = nearest(entry.path, there, "a file below exports") if there else "a file below exports"
            yield known.against(("files", index, "path"), "warning", "FILE_MISSING", quoted(entry.path), expected)


def _missing_mappings(known: _Known) -> Iterator[Contradiction]:
    for index, entry in enumerate(known.record.files):
        if entry.mapping is not None and entry.mapping not in known.mappings:
            expected = nearest(entry.mapping, sorted(known.mappings), "a file below mappings")
            place = ("files", index, "mapping")
            yield known.against(place, "warning", "MAPPING_MISSING", quoted(entry.mapping), expected)


def _missing_images(known: _Known) -> Iterator[Contradiction]:
    paths: list[tuple[Path, str | None]] = [(("images", i, "path"), e.path) for i, e in enumerate(known.record.images)]
    paths += [(("markers", i, "image"), entry.image) for i, entry in enumerate(known.record.markers)]
    for place, path in paths:
        if path is not None and path not in known.images:
            expected = "an image file inside the batch folder"
            yield known.against(place, "warning", "IMAGE_MISSING", quoted(path), expected)


def _unlisted_files(known: _Known) -> Iterator[Contradiction]:
    """Files that nobody mentions; one joined to a listed file is mentioned with it, unless it holds the measurement."""
    listed = {path_of(entry) for entry in known.record.files}
    joined = {name for r in known.readings if r.source.name in listed for name in r.source.joined}
    for reading in known.readings:
        source = reading.source
        with_a_listed_one = source.name in joined or bool(listed.intersection(source.joined))
        if source.name not in listed and not (with_a_listed_one and not _holds_results(reading)):
            expected = "an entry in the record's files; without one it is not used"
            issue = problem("warning", "FILE_NOT_LISTED", Where(), quoted(source.name), expected)
            yield Contradiction(source=source, issue=issue)


def _holds_results(reading: Reading) -> bool:
    return any(isinstance(m, (SizeDistribution, MarkerPanel)) for m in reading.measurements)


def _unmatched_runs(known: _Known) -> Iterator[Contradiction]:
    for share in known.assignment.shares:
        groups = _labels(share.reading)
        if share.entry.runs is not None and groups and not share.measurements:
            disputed = known.assignment.disputed.get(share.reading.source.name, ())
            if not any(same_name(share.entry.runs, group) for group in disputed):
                expected = nearest(share.entry.runs, groups, "a run group or sample of that file")
                place = ("files", share.index, "runs")
                yield known.against(place, "warning", "RUNS_NOT_FOUND", quoted(share.entry.runs), expected)


def _labels(reading: Reading) -> list[str]:
    return list(dict.fromkeys(text for m in reading.measurements if (text := label(m))))


def _unclear_groups(known: _Known) -> Iterator[Contradiction]:
    for reading in known.readings:
        name = reading.source.name
        for group in known.assignment.disputed.get(name, ()):
            expected = "one sample for each group; say with 'runs' which is which. Until then nobody gets it"
            issue = problem("warning", "GROUPS_DISPUTED", Where(), f"{quoted(group)} of several samples", expected)
            yield Contradiction(source=reading.source, issue=issue)
        for group in known.assignment.left.get(name, ()):
            expected = "an entry in the record's files with this group as 'runs'; without one it is not used"
            issue = problem("warning", "GROUP_NOT_ASSIGNED", Where(), f"{quoted(group)} with no sample", expected)
            yield Contradiction(source=reading.source, issue=issue)


def _mixed_groups(known: _Known) -> Iterator[Contradiction]:
    for share in known.assignment.shares:
        groups = list(dict.fromkeys(text for m in share.measurements if (text := label(m))))
        if share.entry.runs is None and len(groups) > 1:
            found = f"{len(groups)} groups of runs as one sample: {', '.join(groups)}"
            expected = "one group for each sample; say with 'runs' which is which"
            yield known.against(("files", share.index), "warning", "GROUPS_MIXED", found, expected)


def _other_samples(known: _Known) -> Iterator[Contradiction]:
    """An export whose sample name is that of another sample; a label that is nobody's name says nothing."""
    for share in known.assignment.shares:
        stated = [name for m in share.measurements for name in (m.sample, label(m)) if name]
        for sample in known.record.samples:
            name = next((name for name in stated if same_name(name, sample.name)), None)
            if share.entry.sample is not None and name and not same_name(sample.name, share.entry.sample):
                found = f"{quoted(share.entry.sample)} in the record, {quoted(name)} in {share.reading.source.name}"
                place = ("files", share.index, "sample")
                yield known.against(place, "warning", "SAMPLE_DIFFERS", found, "the same sample in both")


def _samples_without_data(known: _Known) -> Iterator[Contradiction]:
    record = known.record
    with_data = {share.entry.sample for share in known.assignment.shares if share.measurements}
    with_data |= {r.sample for r in record.results} | {m.sample for m in record.markers}
    with_data |= {image.sample for image in record.images} | {each.sample for each in record.observations}
    for index, sample in enumerate(record.samples):
        if sample.name not in with_data:
            expected = "a file that could be read, a result, a marker or an image of this sample"
            place = ("samples", index, "name")
            yield known.against(place, "warning", "SAMPLE_WITHOUT_DATA", quoted(sample.name), expected)


def _dilutions(known: _Known) -> Iterator[Contradiction]:
    for share in known.assignment.shares:
        runs = [m for m in share.measurements if isinstance(m, SizeDistribution)]
        yield from _stated_dilutions(known, share, runs)
        if len(runs) < len(share.measurements) and (share.entry.dilution or 1) != 1:
            only_panels = all(isinstance(m, (SizeDistribution, MarkerPanel)) for m in share.measurements)
            if not only_panels:
                found = f"dilution {share.entry.dilution:g} of a file with quantities"
                expected = "the dilution in the mapping of the table; its quantities are taken as they stand"
                place = ("files", share.index, "dilution")
                yield known.against(place, "warning", "DILUTION_NOT_APPLIED", found, expected)


def _stated_dilutions(known: _Known, share: Share, runs: Sequence[SizeDistribution]) -> Iterator[Contradiction]:
    stated, place = share.entry.dilution, ("files", share.index, "dilution")
    for given in dict.fromkeys(run.dilution.factor for run in runs):
        if given is not None and stated is not None and not same_dilution(given, stated):
            found = f"{stated:g} in the record, {given:g} in {share.reading.source.name}"
            expected = "the same dilution in both; the export's is used, its numbers may include it"
            yield known.against(place, "warning", "DILUTION_DIFFERS", found, expected)
        needed = share.entry.purpose == "measurement" and not _is_diluent(known, share)
        if given is None and stated is None and needed and any(states_concentration(run) for run in runs):
            found = f"no dilution in the record, none in {share.reading.source.name}"
            expected = "the dilution, 1 when it was measured undiluted"
            yield known.against(place, "warning", "DILUTION_NOT_STATED", found, expected)


def _is_diluent(known: _Known, share: Share) -> bool:
    sample = known.record.sample(share.entry.sample or "")
    return sample is not None and sample.role in {"diluent blank", "reagent blank"}


def _empty_markers(known: _Known) -> Iterator[Contradiction]:
    for index, entry in enumerate(known.record.markers):
        if entry.signal is None and entry.call is None:
            expected = "a signal, or a call such as positive, negative or not tested"
            yield known.against(("markers", index), "note", "MARKER_WITHOUT_RESULT", quoted(entry.marker), expected)


def _unknown_markers(known: _Known) -> Iterator[Contradiction]:
    """Markers entered by hand that the vocabulary does not know: a slip of the pen would count for no criterion."""
    every = [(m, (m.name, m.symbol or m.name, *m.synonyms)) for m in vocabulary.known()]
    spellings = {spelled.casefold(): m.name for m, names in every for spelled in names}
    named = [(("markers", i, "marker"), entry.marker) for i, entry in enumerate(known.record.markers)]
    named += [(("results", i, "marker"), entry.marker) for i, entry in enumerate(known.record.results) if entry.marker]
    for path, name in named:
        why = vocabulary.doubt(name)
        if why is None:
            continue
        near = difflib.get_close_matches(name.casefold(), spellings, n=3, cutoff=_LOOKS_LIKE)
        hint = f"; near it: {', '.join(dict.fromkeys(spellings[n] for n in near))}" if near else ""
        expected = f"a marker of the vocabulary, without which it counts for no criterion{hint}"
        doubtful = near or vocabulary.candidates(name)
        yield known.against(path, "warning" if doubtful else "note", "MARKER_NOT_KNOWN", why, expected)
