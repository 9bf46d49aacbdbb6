"""The XML results of TapeStation Analysis: concentration, RINe, peaks and regions of each well."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import Amount, quantity
from evqc.instruments._analyte import RNA, UNKNOWN, Analyte, in_unit, unnamed
from evqc.instruments._dates import acquired
from evqc.instruments._electrophoresis import LENGTHS, fragment, graded, inside, key, molarity, nucleic_acid, share
from evqc.instruments._fields import Fields, descend, unread
from evqc.instruments._marks import marks
from evqc.instruments._rounded import Rounded, disagreement, total
from evqc.instruments._samples import once
from evqc.instruments._xml import local, root
from evqc.measurement import Scalar
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity

#: Significant figures of quantities and molarities that TapeStation Analysis prints.
FIGURES = 3
#: Mean molar mass in g/mol of one nucleotide of RNA and of one base pair. Source: found from the printed quantities,
#: lengths and molarities of real files, which hold for all of their peaks.
GRAMS_PER_MOLE = {"nt": 340.0, "bp": 650.0}
_NUMBERS = {
    "Concentration", "Area", "AssignedQuantity", "CalibratedQuantity", "FromMW", "ToMW", "FromPercent", "ToPercent",
    "Height", "Molarity", "Size", "PercentIntegratedArea", "PercentOfTotal", "RunDistance", "RINe", "DIN",
    "TotalRNAArea", "RNAArea", "Ratio28S18SHeight", "Ratio28S18SArea", "From", "To", "AverageSize", "PercentageCfDNA",
}  # fmt: skip
_SAMPLE = {"DIN": "dna_integrity_number", "PercentageCfDNA": "cfdna_percent"}
_PEAK = {"Number": "peak", "Height": "height", "Area": "area", "PercentOfTotal": "share_of_total_percent",
         "PercentIntegratedArea": "share_of_peaks_percent", "RunDistance": "run_distance_percent",
         "FromPercent": "run_distance_from_percent", "ToPercent": "run_distance_to_percent"}  # fmt: skip
_TAPE = {"ScreenTapeID": "screen_tape", "ScreenTapeLotNumber": "screen_tape_lot", "ReagentLotNumber": "reagent_lot"}
_ENVIRONMENT = {"InstrumentSerialNumber": "serial_number", "Experimenter": "operator"}
#: Row and column of a plate or strip, or the electronic ladder, which stands in none.
_WELL = re.compile(r"[A-Z]{1,2}\d{1,2}")
_READ = {
    *_NUMBERS - {"TotalRNAArea", "RNAArea"}, *_SAMPLE, *_PEAK, *_TAPE, *_ENVIRONMENT,
    "Assay", "RunEndDate", "AnalysisVersion", "ConcentrationUnit", "MolarityUnit", "MolecularWeightUnit", "WellNumber",
    "Comment", "Observations", "Alert",
}  # fmt: skip


@dataclass(frozen=True)
class _Run:
    """What holds for all samples of a file.

    Attributes:
        assay, kind: its name, and what it measures.
        concentration, molarity, length: units.
        acquired_at: end of the run.
        tapes: settings of each ScreenTape by its name.
    """

    assay: str | None
    kind: Analyte
    concentration: str
    molarity: str
    length: str
    acquired_at: str | None
    tapes: dict[str, dict[str, Scalar]]


def read(file: ExportFile, name: str, status: Literal["verified", "experimental"]) -> Reading:
    """Concentration, integrity, peaks and regions of each well, in the order of the file.

    Raises:
        InputError: what ``_xml.root`` refuses, ``MISSING_FIELD``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``.
    """
    top = root(file)
    numbers = (e.text or "" for e in top.iter() if local(e.tag) in _NUMBERS)
    whole = Fields(file.name, top, "", marks(numbers, file.name, Where(field="File")))
    run, dates = _run(whole)
    found = [_sample(fields, run) for fields in whole.each("Samples/Sample", "sample")]
    if not found:
        raise refusal(file.name, "NO_SAMPLE", Where(field="Samples"), "none", "a sample")
    versions = [e.text.strip() for e in top.iter() if local(e.tag) == "AnalysisVersion" and e.text and e.text.strip()]
    notes = (unnamed(run.assay, Where(field="Assay")),) if run.kind == UNKNOWN else ()
    return accepted(
        file.source,
        instrument=name,
        software_version=", ".join(dict.fromkeys(versions)) or None,
        file_kind="results",
        measurements=tuple(q for quantities, _ in found for q in quantities),
        issues=(*dates, *notes, *once(issue for _, issues in found for issue in issues)),
        unread=unread(top, _READ if run.length in LENGTHS else _READ - {"Size", "AverageSize"}),
        status=status,
    )


def _run(whole: Fields) -> tuple[_Run, tuple[Issue, ...]]:
    about, units = whole.at("FileInformation"), whole.at("Assay/Units")
    if about is None or units is None:
        raise refusal(whole.source, "MISSING_FIELD", Where(), "no FileInformation or Assay/Units", "both")
    concentration, length = units.text("ConcentrationUnit"), units.text("MolecularWeightUnit") or ""
    if concentration is None:
        raise refusal(whole.source, "MISSING_FIELD", units.where("ConcentrationUnit"), "nothing", "a unit")
    when, issues = acquired(about.text("RunEndDate"), about.where("RunEndDate"))
    assay = about.text("Assay")
    kind = nucleic_acid(assay, length)
    molar = units.text("MolarityUnit") or ""
    return _Run(assay, kind, concentration, molar, length, when, _tapes(whole.element)), issues


def _tapes(top: ET.Element) -> dict[str, dict[str, Scalar]]:
    tapes: dict[str, dict[str, Scalar]] = {}
    for element in descend(top, ["ScreenTapes", "ScreenTape"]):
        tape = {local(e.tag): (e.text or "").strip() for e in element.iter() if not len(e)}
        named = {name: tape[tag] for tag, name in (_TAPE | _ENVIRONMENT).items() if tape.get(tag)}
        tapes[tape.get("ScreenTapeID", "")] = dict(named)
    return tapes


def _sample(fields: Fields, run: _Run) -> tuple[list[Quantity], tuple[Issue, ...]]:
    fields = Fields(fields.source, fields.element, f"sample {fields.text('WellNumber') or '?'}", fields.marks)
    settings = _settings(fields, run)
    shared = {"sample": fields.text("Comment"), "method": run.assay, "acquired_at": run.acquired_at}
    where = fields.where("Concentration")
    written = fields.amount("Concentration", minimum=0)
    stored = in_unit(written, fields.source, where, run.concentration, run.kind.unit)
    said = settings | fields.settings(_SAMPLE)
    if run.kind == UNKNOWN:
        said["analyte"] = run.assay
    quantities = [quantity(stored, run.kind.measurand, run.kind.unit, where, **shared, settings=said)]
    quantities += _integrity(fields, shared, settings)
    peaks, regions = list(fields.each("Peaks/Peak", "peak")), list(fields.each("Regions/Region", "region"))
    if run.length in LENGTHS:
        quantities += [_peak(peak, run, shared, settings) for peak in peaks]
        quantities += [_region(region, run, shared, settings) for region in regions]
    issues = (
        *_place(fields),
        *_remarks(fields),
        *_grade(fields),
        *_ties(fields, peaks, run),
        *_region_ties(fields, regions, run),
    )
    return quantities, issues


def _place(fields: Fields) -> tuple[Issue, ...]:
    """A warning for a well that is no place on a plate, a strip or a tape, such as ``A1`` or ``EL1``."""
    text = fields.text("WellNumber")
    if text is None or _WELL.fullmatch(text) is not None:
        return ()
    where = fields.where("WellNumber")
    return (problem("warning", "NOT_A_WELL", where, f"'{text}'", "a well such as 'A1'"),)


def _settings(fields: Fields, run: _Run) -> dict[str, Scalar]:
    tape = fields.text("ScreenTapeID")
    role: dict[str, Scalar] = {"role": "ladder"} if fields.text("Observations") == "Ladder" else {}
    known = run.tapes.get(tape or "", {"screen_tape": tape} if tape else {})
    return {"well": fields.text("WellNumber"), **role, **known}


def _integrity(fields: Fields, shared: dict[str, str | None], settings: dict[str, Scalar]) -> list[Quantity]:
    """RINe and 28S over 18S by area, where the assay gives them."""
    rna = fields.at("RNA")
    if rna is None:
        return []
    names = {"RINe": "rna_integrity_number", "Ratio28S18SArea": "ribosomal_ratio"}
    by_height = rna.settings({"Ratio28S18SHeight": "ratio_by_height"})
    more = {"RINe": {}, "Ratio28S18SArea": by_height}
    return [
        quantity(rna.amount(name), measurand, "1", rna.where(name), **shared, settings=settings | more[name])
        for name, measurand in names.items()
        if rna.child(name) is not None
    ]


def _grade(fields: Fields) -> tuple[Issue, ...]:
    rna = fields.at("RNA")
    return () if rna is None else graded("RINe", rna.amount("RINe"), rna.where("RINe"))


def _peak(peak: Fields, run: _Run, shared: dict[str, str | None], settings: dict[str, Scalar]) -> Quantity:
    amounts = {
        "CalibratedQuantity": f"concentration_{key(run.concentration)}",
        "Molarity": f"molarity_{key(run.molarity)}",
        "FromMW": f"from_{run.length}",
        "ToMW": f"to_{run.length}",
        **_PEAK,
    }
    said = {**settings, **peak.settings(amounts), **peak.texts({"Observations": "observation", "Comment": "comment"})}
    return fragment(peak.amount("Size", minimum=0), run.length, peak.where("Size"), **shared, settings=said)


def _region(region: Fields, run: _Run, shared: dict[str, str | None], settings: dict[str, Scalar]) -> Quantity:
    """The share of an RNA region in its window of lengths, or the mean length of a DNA region."""
    amounts = {
        "From": f"from_{run.length}",
        "To": f"to_{run.length}",
        "Concentration": f"concentration_{key(run.concentration)}",
        "Molarity": f"molarity_{key(run.molarity)}",
        "Area": "area",
    }
    said = {**settings, **region.texts({"Comment": "region"}), **region.settings(amounts)}
    if run.kind == RNA:
        said |= region.settings({"AverageSize": f"mean_length_{run.length}"})
        where = region.where("PercentOfTotal")
        return quantity(region.amount("PercentOfTotal"), "small_rna_share", "%", where, **shared, settings=said)
    said |= region.settings({"PercentOfTotal": "share_of_total_percent"})
    average: Amount = region.amount("AverageSize", minimum=0)
    return fragment(average, run.length, region.where("AverageSize"), **shared, settings=said)


def _remarks(fields: Fields) -> tuple[Issue, ...]:
    """A warning for an alert of the instrument, or a remark on a sample that is no ladder."""
    texts = {name: fields.text(name) for name in ("Alert", "Observations")}
    return tuple(
        problem("warning", "INSTRUMENT_ALERT", fields.where(name), f"'{text}'", "no alert of the instrument")
        for name, text in texts.items()
        if text not in {None, "Ladder", "-"}
    )


def _ties(sample: Fields, peaks: list[Fields], run: _Run) -> tuple[Issue, ...]:
    """What the file prints of peaks beside what follows from the rest.

    The quantity of a peak is its area times the marker's quantity over the marker's area; shares are of the areas of
    all numbered peaks, which markers are not and what stays in the well of a gel is, and of the sample's concentration;
    molarity follows from quantity and length. Source: found in real files, whose peaks all hold to it.
    """
    marker = next((p for p in peaks if p.rounded("AssignedQuantity") is not None), None)
    inner = [p for p in peaks if p.rounded("Number") is not None]
    areas = [a for p in inner if (a := p.rounded("Area")) is not None]
    summed = total(areas) if len(areas) == len(inner) else None
    issues: list[Issue] = []
    for peak in peaks:
        area, quantity_ = peak.rounded("Area"), peak.rounded("CalibratedQuantity", figures=FIGURES)
        by_marker = None if marker is None or area is None else _by_marker(area, marker)
        mole = molarity(quantity_, peak.rounded("Size"), GRAMS_PER_MOLE.get(run.length, 1.0))
        molar = peak.rounded("Molarity", figures=FIGURES) if run.length in LENGTHS else None
        concentration = sample.rounded("Concentration", figures=FIGURES)
        for name, shown, recomputed, rule in (
            ("CalibratedQuantity", quantity_, by_marker, "area times the marker's quantity over its area"),
            ("Molarity", molar, mole, "quantity over length and molar mass"),
            ("PercentIntegratedArea", peak.rounded("PercentIntegratedArea"), share(area, summed), "share of areas"),
            ("PercentOfTotal", peak.rounded("PercentOfTotal"), share(quantity_, concentration), "share of the sample"),
        ):
            issues += disagreement(name, shown, recomputed, peak.where(name), rule)
        if run.length in LENGTHS:
            ends = (peak.rounded(end) for end in ("FromMW", "ToMW"))
            issues += inside("Size", peak.rounded("Size"), ends, peak.where("Size"))
    return (*issues, *_ribosomal(sample, peaks))


def _by_marker(area: Rounded, marker: Fields) -> Rounded | None:
    assigned, own = marker.rounded("AssignedQuantity", figures=FIGURES), marker.rounded("Area")
    return None if assigned is None or own is None else area.times(assigned).over(own)


def _ribosomal(sample: Fields, peaks: list[Fields]) -> tuple[Issue, ...]:
    """28S over 18S by area beside the areas of the peaks that the instrument named so; a warning where it got lost."""
    rna = sample.at("RNA")
    if rna is not None and rna.child("Ratio28S18SHeight") is not None and rna.child("Ratio28S18SArea") is None:
        found, expected = "a ratio of 28S over 18S by height alone", "one by area beside it"
        return (problem("warning", "MISSING_FIELD", rna.where("Ratio28S18SArea"), found, expected),)
    areas = {p.text("Observations"): p.rounded("Area") for p in peaks}
    large, small = areas.get("28S"), areas.get("18S")
    if rna is None or large is None or small is None:
        return ()
    shown = rna.rounded("Ratio28S18SArea")
    return disagreement("Ratio28S18SArea", shown, large.over(small), rna.where("Ratio28S18SArea"), "area 28S over 18S")


def _region_ties(sample: Fields, regions: list[Fields], run: _Run) -> tuple[Issue, ...]:
    issues: list[Issue] = []
    for region in regions:
        own = region.rounded("Concentration", figures=FIGURES)
        part = share(own, sample.rounded("Concentration", figures=FIGURES))
        where = region.where("PercentOfTotal")
        issues += disagreement("PercentOfTotal", region.rounded("PercentOfTotal"), part, where, "share of the sample")
        ends = (region.rounded(end) for end in ("From", "To"))
        issues += inside("AverageSize", region.rounded("AverageSize"), ends, region.where("AverageSize"))
    return tuple(issues) if run.length in LENGTHS else ()
