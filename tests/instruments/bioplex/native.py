"""Writes Bio-Plex Manager exports of known content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

#: Analyte and unit by region.
REGIONS = {"12": ("CD63", "pg/ml"), "15": ("IL-10", "")}


@dataclass(frozen=True)
class Group:
    """One sample: its kind, label, description, dilution, and for each well the readings by region."""

    kind: str
    label: str
    description: str
    wells: tuple[tuple[tuple[int, int], tuple[float, float], tuple[str, str]], ...]
    dilution: str = "1"


#: ``OK 12.5`` is a concentration, everything else the error that stands in its place.
GROUPS = (
    Group("Blank", "B", "", (((1, 12), (60.0, 36.0), ("", "")), ((2, 12), (64.0, 38.0), ("", "")))),
    Group("Standard", "S1", "", (((1, 1), (9120.0, 8040.0), ("OK 1010.0", "OK 980.0")),)),
    Group("Control", "C1", "", (((1, 2), (2120.0, 1040.0), ("OK 210.0", "OK 98.0")),)),
    Group("Unknown", "X1", "EV batch 7", (
        ((3, 1), (1171.0, 37.5), ("OK 112.5", "OOR <")), ((4, 1), (1163.0, 36.5), ("OK 111.5", "OOR <")),
    ), "4"),
    Group("Unknown", "X2", "", (((5, 1), (30111.0, 41.0), ("OOR >", "Data field has not been set")),)),
)  # fmt: skip


def text(groups: tuple[Group, ...] = GROUPS, *, valid: str = "true") -> str:
    """The whole document; ``valid`` marks the first reading of the first well of X1."""
    samples = "".join(
        f"<{kind}s>{''.join(_group(g, groups, valid) for g in groups if g.kind == kind)}</{kind}s>"
        for kind in ("Blank", "Standard", "Control", "Unknown")
    )
    curves = "".join(
        f'<Interpolator RegionNumber="{region}"><AnalyteName>{name}</AnalyteName>'
        f"<ConcentrationUnits>{unit}</ConcentrationUnits><Regression>Logistic - 5PL</Regression></Interpolator>"
        for region, (name, unit) in REGIONS.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<bpm:BioPlexManager xmlns:bpm="urn:example:bio-plex" BioPlexManagerVersion="6.2.0.175">\n'
        "<NativeDocumentName>week 42</NativeDocumentName><AuthorName>night shift</AuthorName>\n"
        f"<StandardCurves><Interpolators>{curves}</Interpolators></StandardCurves>\n"
        f"<Samples>{samples}</Samples>\n"
        f"<Wells>{''.join(_well(place) for g in groups for place, _, _ in g.wells)}</Wells>\n"
        "</bpm:BioPlexManager>\n"
    )


def _group(group: Group, groups: tuple[Group, ...], valid: str) -> str:
    statistics = "".join(_statistics(group, groups, i) for i in range(len(REGIONS)))
    wells = "".join(_member(group, well, valid if group.label == "X1" else "true") for well in group.wells)
    dilution = "" if group.kind == "Blank" else f"<Dilution>{group.dilution}</Dilution>"
    return (
        f"<{group.kind}><Description>{group.description}</Description><Label>{group.label}</Label>{dilution}"
        f"<Analytes>{statistics}</Analytes><MemberWells>{wells}</MemberWells></{group.kind}>"
    )


def _statistics(group: Group, groups: tuple[Group, ...], i: int) -> str:
    readings = [well[1][i] for well in group.wells]
    raw, region = fmean(readings), list(REGIONS)[i]
    blank = fmean(well[1][i] for g in groups if g.kind == "Blank" for well in g.wells)
    mean = raw if group.kind == "Blank" else raw - blank
    sd = stdev(readings) if len(readings) > 1 else 0.0
    return (
        f'<Analyte RegionNumber="{region}"><AnalyteName>{REGIONS[region][0]}</AnalyteName>'
        f"<ReplicateCount>{len(readings)}</ReplicateCount><RawMean>{raw:.17E}</RawMean><Mean>{mean:.17E}</Mean>"
        f"<StdDeviation>{sd:.17E}</StdDeviation><PercentCV>{100 * sd / raw:.17E}</PercentCV></Analyte>"
    )


def _member(group: Group, well: tuple[tuple[int, int], tuple[float, float], tuple[str, str]], valid: str) -> str:
    (row, column), readings, concentrations = well
    analytes = ""
    for i, region in enumerate(REGIONS):
        ok = valid if i == 0 and (row, column) == (3, 1) else "true"
        analytes += (
            f'<MWAnalyte RegionNumber="{region}"><AnalyteName>{REGIONS[region][0]}</AnalyteName>'
            f'<Reading Valid="{ok}" Code="0" OutlierType="None">{readings[i]:.17E}</Reading>'
            f"{'' if group.kind == 'Blank' else _observed(concentrations[i])}</MWAnalyte>"
        )
    return f'<MemberWell RowNo="{row}" ColNo="{column}"><MWAnalytes>{analytes}</MWAnalytes></MemberWell>'


def _observed(told: str) -> str:
    if told.startswith("OK "):
        return f'<MWObsConc ReadingOK="true" RecoveryRange="InRange">{float(told[3:]):.17E}</MWObsConc>'
    error = told.replace("<", "&lt;").replace(">", "&gt;")
    return f'<MWObsConc ReadingOK="false" ReadError="{error}" RecoveryRange="NotInRange">0.0000E+000</MWObsConc>'


def _well(place: tuple[int, int]) -> str:
    regions = "".join(f'<Region RegionNumber="{region}" />' for region in REGIONS)
    beads = "".join(
        f'<BeadRegion RegionNumber="{region}"><RegionCount>{12 if place == (5, 1) else 88}</RegionCount></BeadRegion>'
        for region in REGIONS
    )
    return (
        f'<Well RowNo="{place[0]}" ColNo="{place[1]}"><User>night shift</User>'
        "<AcquisitionTime>2023-05-09T18:55:02Z</AcquisitionTime>"
        f"<RunSettings><RegionsOfInterest>{regions}</RegionsOfInterest></RunSettings>"
        "<MachineInfo><SerialNumber>LX0001</SerialNumber></MachineInfo>"
        f"<BeadRegions>{beads}</BeadRegions></Well>"
    )


def main() -> None:
    """Writes the samples beside this file."""
    here = Path(__file__).parent
    files = {
        "plate.xml": text(),
        "excluded-reading.xml": text(valid="false"),
        "cut.reject.xml": text()[:4000],
        "entity.reject.xml": text().replace("\n", '\n<!DOCTYPE a [<!ENTITY b "c">]>\n', 1),
        "well-in-two-samples.reject.xml": text().replace('RowNo="5" ColNo="1"', 'RowNo="4" ColNo="1"', 1),
        "word-in-a-reading.reject.xml": text().replace(">1.17100000000000000E+03<", ">many<"),
    }
    for name, data in files.items():
        (here / name).write_text(data, "utf-8", newline="")


if __name__ == "__main__":
    main()
