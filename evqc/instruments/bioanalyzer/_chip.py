"""The XML of a Bioanalyzer chip: the results of each sample in the channel that the run shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import quantity
from evqc.instruments._analyte import UNKNOWN, Analyte, in_unit, unnamed
from evqc.instruments._dates import acquired
from evqc.instruments._electrophoresis import LENGTHS, fragment, key, nucleic_acid
from evqc.instruments._fields import Fields
from evqc.instruments._marks import Marks
from evqc.instruments._rounded import Rounded, disagreement, rounded
from evqc.instruments._samples import once
from evqc.instruments._xml import root
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

_PEAK = {
    "AlignedMigrationTime": "aligned_migration_time_s",
    "Area": "area",
    "TimeCorrectedArea": "time_corrected_area",
    "Height": "height",
}
#: Single precision, in which the file's numbers were computed and printed.
_SINGLE = 2e-6
_UNREAD = (
    "signals of channels, voltages, currents, temperatures", "set points of assay and analysis", "log book", "packet",
)  # fmt: skip


class _Chip:
    """What holds for all samples of a chip."""

    def __init__(self, source: str, chip: Fields) -> None:
        self.header = chip.at("AssayHeader")
        common = chip.at("AssayBody/DAAssaySetpoints/DAMAssayInfoMolecular")
        if self.header is None or common is None:
            raise refusal(
                source, "MISSING_FIELD", Where(field="Chip"), "no AssayHeader or assay info", "a molecular assay"
            )
        self.source = source
        self.assay = self.header.text("Title")
        self.unit = common.text("ConcentrationUnit") or ""
        self.length = common.text("SizeUnit") or ""
        self.kind: Analyte = nucleic_acid(f"{self.assay or ''} {self.header.text('Class') or ''}", self.length)
        about = chip.at("ChipInformation")
        self.created = None if about is None else about.text("CreationDate")
        self.version = None if about is None else about.text("CreationSoftware")
        self.lots = {} if about is None else about.texts({"ChipLot": "chip_lot", "ReagentKitLot": "reagent_lot"})


def read(file: ExportFile, name: str, status: Literal["verified", "experimental"]) -> Reading:
    """Concentration, RIN, 28S over 18S and peaks of each sample, in the order of the file.

    Raises:
        InputError: what ``_xml.root`` refuses, ``MISSING_FIELD``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``.
    """
    whole = Fields(file.name, root(file), "", Marks())
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    versions: list[str] = []
    for chip in whole.each("Chips/Chip", "chip"):
        about = _Chip(file.name, chip)
        when, dates = acquired(about.created, Where(field="CreationDate"))
        issues += [*dates, *((unnamed(about.assay, Where(field="Title")),) if about.kind == UNKNOWN else ())]
        versions += [about.version] if about.version else []
        for run in chip.each("Files/File", "file"):
            for sample in run.each("Samples/Sample", "sample"):
                got, said = _sample(about, run, sample, when)
                quantities += got
                issues += said
    if not quantities:
        raise refusal(file.name, "NO_SAMPLE", Where(field="Samples"), "none with data", "a sample")
    return accepted(
        file.source,
        instrument=name,
        software_version=", ".join(dict.fromkeys(versions)) or None,
        file_kind="chip",
        measurements=tuple(quantities),
        issues=once(issues),
        unread=_unread(whole),
        status=status,
    )


def _unread(whole: Fields) -> tuple[str, ...]:
    """What no quantity uses: signals and set points always, regions where an analysis of smears gave some."""
    regions = any(len(e) for e in whole.element.iter("RegionsMolecularResults"))
    return (*_UNREAD, "regions of the smear analysis") if regions else _UNREAD


def _sample(about: _Chip, run: Fields, sample: Fields, when: str | None) -> tuple[list[Quantity], tuple[Issue, ...]]:
    if sample.text("HasData") != "true":
        return [], ()
    sample = Fields(sample.source, sample.element, f"sample {sample.text('WellNumber') or '?'}", sample.marks)
    channel = _channel(run, sample)
    settings: dict[str, Scalar] = {"well": sample.text("WellNumber"), **about.lots}
    settings |= {"role": "ladder"} if sample.text("Category") == "Ladder" else {}
    settings |= sample.texts({"Comment": "comment"})
    shared = {"sample": sample.text("Name"), "method": about.assay, "acquired_at": when}
    quantities = [
        *_concentration(about, sample, channel, shared, settings),
        *_integrity(sample, channel, shared, settings),
        *_peaks(about, sample, channel, shared, settings),
    ]
    return quantities, (*_status(sample), *_ratio(sample, channel), *_rin(sample, channel))


def _channel(run: Fields, sample: Fields) -> str | None:
    """Key of the channel whose results the run shows."""
    results = run.at("FileResults")
    active = None if results is None else results.text("ActiveResultChannel")
    for channel in sample.each("DASignals/DetectorChannels/Channel", "channel"):
        signal = channel.at("SignalData")
        if signal is not None and signal.text("ChannelID") == active:
            return channel.element.get("key")
    raise refusal(sample.source, "MISSING_FIELD", sample.where("DetectorChannels"), "nothing", f"channel {active}")


def _result(sample: Fields, part: str, channel: str | None) -> Fields | None:
    """The results of one step of the analysis in one channel; None unless they succeeded.

    Raises:
        InputError: ``MISSING_FIELD`` when the step has results of other channels only, or does not say if it succeeded.
    """
    channels = list(sample.each(f"DAResultStructures/{part}/Channel", part))
    own = [found for found in channels if found.element.get("key") == channel]
    if channels and not own:
        keys = ", ".join(str(found.element.get("key")) for found in channels)
        raise refusal(sample.source, "MISSING_FIELD", sample.where(part), f"channels {keys}", f"channel {channel}")
    for found in own:
        if (said := found.text("Succeeded")) not in {"true", "false"}:
            raise refusal(sample.source, "MISSING_FIELD", found.where("Succeeded"), f"'{said}'", "true or false")
    return next((found for found in own if found.text("Succeeded") == "true"), None)


def _concentration(
    about: _Chip, sample: Fields, channel: str | None, shared: dict[str, str | None], settings: dict[str, Scalar]
) -> list[Quantity]:
    found = _result(sample, "DARConcentration", channel)
    if found is None:
        return []
    where = found.where("TotalConcentration")
    written = found.amount("TotalConcentration", minimum=0)
    stored = in_unit(written, about.source, where, about.unit, about.kind.unit)
    said = {**settings, "analyte": about.assay} if about.kind == UNKNOWN else settings
    return [quantity(stored, about.kind.measurand, about.kind.unit, where, **shared, settings=said)]


def _integrity(
    sample: Fields, channel: str | None, shared: dict[str, str | None], settings: dict[str, Scalar]
) -> list[Quantity]:
    """RIN, and 28S over 18S of samples in which the instrument found both."""
    rin, fragments = _result(sample, "DARRIN", channel), _result(sample, "DARFragment", channel)
    found = []
    if rin is not None:
        anomalies = [
            e.tag.removeprefix("FoundAnomaly")
            for e in rin.element
            if e.tag.startswith("FoundAnomaly") and e.text == "true"
        ]
        said = {**settings, "anomalies": ", ".join(anomalies)} if anomalies else settings
        found.append(
            quantity(rin.amount("RIN"), "rna_integrity_number", "1", rin.where("RIN"), **shared, settings=said)
        )
    if fragments is not None and len(_ribosomal(fragments)) == len(_SUBUNITS):
        where = fragments.where("rRNARatio")
        found.append(
            quantity(fragments.amount("rRNARatio"), "ribosomal_ratio", "1", where, **shared, settings=settings)
        )
    return found


_SUBUNITS = ("18S", "28S")


def _ribosomal(fragments: Fields) -> dict[str, Rounded | None]:
    """Areas of 18S and 28S, as far as the instrument found them; None for one that is no number.

    Raises:
        InputError: ``MISSING_FIELD`` for a fragment without a name.
    """
    every = list(fragments.each("Fragments/FragmentMolecular", "fragment"))
    nameless = next((fragment for fragment in every if fragment.text("Name") is None), None)
    if nameless is not None:
        raise refusal(nameless.source, "MISSING_FIELD", nameless.where("Name"), "nothing", "the name of a fragment")
    named = {f.text("Name"): f.rounded("Area") for f in every}
    return {name: named[name] for name in _SUBUNITS if name in named}


def _peaks(
    about: _Chip, sample: Fields, channel: str | None, shared: dict[str, str | None], settings: dict[str, Scalar]
) -> list[Quantity]:
    found = _result(sample, "DARIntegrator", channel)
    if found is not None and not about.length and any(found.each("PeaksMolecular/PeakMolecular", "peak")):
        where, expected = Where(field="SizeUnit"), "a unit of the lengths of peaks, such as nt, bp or kDa"
        raise refusal(about.source, "UNIT_UNKNOWN", where, "nothing", expected)
    if found is None or about.length not in LENGTHS:
        return []
    names = {**_PEAK, "Concentration": f"concentration_{key(about.unit)}"}
    return [
        fragment(
            peak.amount("FragmentSize", minimum=0),
            about.length,
            peak.where("FragmentSize"),
            **shared,
            settings={
                **settings,
                "peak": number,
                **peak.settings(names),
                **peak.texts({"Observations": "observation"}),
            },
        )
        for number, peak in enumerate(found.each("PeaksMolecular/PeakMolecular", "peak"), start=1)
    ]


def _status(sample: Fields) -> tuple[Issue, ...]:
    """A warning for a sample whose data the instrument does not call a success."""
    status = sample.at("DataStatus")
    shown = None if status is None else status.text("Description")
    if status is None or shown in {None, "Success"}:
        return ()
    where = status.where("Description")
    return (problem("warning", "INSTRUMENT_ALERT", where, f"'{shown}'", "'Success'"),)


def _ratio(sample: Fields, channel: str | None) -> tuple[Issue, ...]:
    """28S over 18S beside the areas of the two."""
    fragments = _result(sample, "DARFragment", channel)
    areas = {} if fragments is None else _ribosomal(fragments)
    if fragments is None or len(areas) < len(_SUBUNITS):
        return ()
    small, large = (areas[name] for name in _SUBUNITS)
    if small is None or large is None:
        name = _SUBUNITS[0] if small is None else _SUBUNITS[1]
        expected = "a number, from which the printed ratio would follow"
        return (problem("warning", "NOT_A_NUMBER", fragments.where(f"{name} Area"), f"no area of {name}", expected),)
    recomputed = _single(large).over(_single(small))
    shown = fragments.rounded("rRNARatio")
    return disagreement("rRNARatio", shown, recomputed, fragments.where("rRNARatio"), "area 28S over 18S")


def _single(number: Rounded) -> Rounded:
    return Rounded(number.value, max(number.half, _SINGLE * abs(number.value)))


def _rin(sample: Fields, channel: str | None) -> tuple[Issue, ...]:
    """The RIN beside the rounded one of the report."""
    found = _result(sample, "DARRIN", channel)
    text = None if found is None else found.text("ResultString")
    if found is None or text is None:
        return ()
    shown = rounded(text.split()[0], found.marks)
    return disagreement("RIN", shown, found.rounded("RIN"), found.where("ResultString"), "the unrounded RIN")
