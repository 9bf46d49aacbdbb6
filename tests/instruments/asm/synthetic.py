"""ASM documents of known content in the shapes that converters write; every value is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]
HERE = Path(__file__).parent


def quantity(value: object, unit: str, **more: object) -> Json:
    return {"value": value, "unit": unit, **more}


def document(model: str, technique: str, measured: list[list[Json]], *, by: str = "allotropy_x", **more: Any) -> Json:
    """An ASM document: one technique document a list of measurements."""
    return {
        "$asm.manifest": f"http://purl.allotrope.org/manifests/{model}.manifest",
        f"{technique} aggregate document": {
            "data system document": {
                "file name": "export",
                "software name": "Reader",
                "software version": "1.2",
                "ASM converter name": by,
                "ASM converter version": "0.1",
            },
            f"{technique} document": [
                {"measurement aggregate document": {"measurement document": each, **more.get("shared", {})}}
                for each in measured
            ],
            **_listed(more.get("calculated")),
        },
    }


def _listed(calculated: list[Json] | None) -> Json:
    return {"calculated data aggregate document": {"calculated data document": calculated}} if calculated else {}


def control(**settings: Any) -> Json:
    return {"device control document": [{"device type": "detector", **settings}]}


def error(text: str, feature: str | None = None) -> Json:
    return {"error": text, **({"error feature": feature} if feature else {})}


def calculated(name: str, result: Json, *sources: tuple[str, str]) -> Json:
    listed = [{"data source identifier": of, "data source feature": feature} for of, feature in sources]
    return {
        "calculated data name": name,
        "calculated result": result,
        "calculated data identifier": f"{name} of {sources[0][0]}",
        "data source aggregate document": {"data source document": listed},
    }


def well(name: str, value: object, *errors: Json, role: str = "unknown sample role", nm: float = 562.0) -> Json:
    made: Json = {
        "measurement identifier": f"measurement {name} {nm:g}",
        "sample document": {
            "location identifier": name,
            "sample identifier": "EV batch 7",
            "well plate identifier": "Plate 1",
            "sample role type": role,
        },
        "device control aggregate document": control(**{"detector wavelength setting": quantity(nm, "nm")}),
        "absorbance": quantity(value, "mAU"),
        "compartment temperature": quantity(25.0, "degC"),
    }
    if errors:
        made["error aggregate document"] = {"error document": list(errors)}
    return made


def plate() -> Json:
    standard = well("A1", 0.512, role="standard sample role")
    standard["sample document"]["mass concentration"] = quantity(250000.0, "pg/mL")
    masked = well("A3", -0.0, error("*0.356*", "absorbance"))
    outside = well("A4", -0.0, error(">4.000", "Absorbance"))
    empty = well("A5", -0.0)
    shared = {"measurement time": "2024-03-05T09:30:00+00:00", "plate well count": quantity(96, "#")}
    measured = [[standard], [well("A2", 0.257)], [masked], [outside], [empty]]
    return document("plate-reader/REC/2025/03/plate-reader", "plate reader", measured, shared=shared)


def spectrophotometer() -> Json:
    def read(nm: float, value: float) -> Json:
        made = well("A", value, nm=nm)
        made["processed data aggregate document"] = {
            "processed data document": [{"mass concentration": quantity(52.5, "ng/µL")}]
        }
        return made

    ratio = calculated(
        "A260/280",
        quantity(2.1, "(unitless)"),
        ("measurement A 260", "absorbance"),
        ("measurement A 280", "absorbance"),
    )
    return document(
        "spectrophotometry/BENCHLING/2023/12/spectrophotometry", "spectrophotometry",
        [[read(260, 1.05)], [read(280, 0.5)]],
        shared={"experiment type": "dsDNA", "measurement time": "1970-01-01T00:00:00+00:00"}, calculated=[ratio],
    )  # fmt: skip


def fluorometer(tube: float = 106.0) -> Json:
    made = {
        "measurement identifier": "one",
        "sample document": {
            "sample identifier": "EV batch 7",
            "custom information document": {
                "qubit tube concentration": quantity(tube, "ng/mL"),
                "original sample concentration": quantity(21.2, "ng/µL"),
            },
        },
        "device control aggregate document": control(
            **{"custom information document": {"dilution factor": quantity(200.0, "(unitless)")}}
        ),
        "fluorescence": quantity(5615.1, "RFU"),
    }
    shared = {"experiment type": "RNA High Sensitivity"}
    return document(
        "spectrophotometry/BENCHLING/2023/12/spectrophotometry", "spectrophotometry", [[made]], shared=shared
    )


def cells(viability: float = 93.8) -> Json:
    result = {
        "viability (cell counter)": quantity(viability, "%"),
        "viable cell density (cell counter)": quantity(0.76, "10^6 cells/mL"),
        "dead cell density (cell counter)": quantity(0.05, "10^6 cells/mL"),
        "total cell density (cell counter)": quantity(0.81, "10^6 cells/mL"),
        "average total cell diameter": quantity(18.5, "µm"),
        "data processing document": {"cell density dilution factor": quantity(2.0, "(unitless)")},
    }
    made = {
        "measurement identifier": "one",
        "measurement time": "2024-03-05T09:30:00+01:00",
        "sample document": {"sample identifier": "MSC bank 3"},
        "processed data aggregate document": {"processed data document": [result]},
    }
    return document("cell-counting/REC/2024/09/cell-counting", "cell counting", [[made]])


def beads() -> Json:
    def analyte(name: str, value: object, count: object) -> Json:
        dimension = {"statistic dimension document": [
            {"statistical value": quantity(value, "RFU", **{"has statistic datum role": "median role"})},
            {"statistical value": quantity(9.0, "(unitless)", **{"has statistic datum role": "mean role"})},
        ]}  # fmt: skip
        statistic = [{"statistical feature": "fluorescence", "statistic dimension aggregate document": dimension}]
        return {
            "analyte name": name,
            "assay bead count": quantity(count, "#"),
            "statistics aggregate document": {"statistics document": statistic},
        }

    made = {
        "measurement identifier": "one",
        "sample document": {"sample identifier": "EV batch 7", "location identifier": "B2"},
        "error aggregate document": {
            "error document": [error("NaN", "CD63 <median role>"), error("too few beads in this well")]
        },
        "analyte aggregate document": {"analyte document": [analyte("CD9", 1250.5, 82), analyte("CD63", -0.0, 0)]},
    }
    return document(
        "multi-analyte-profiling/BENCHLING/2024/09/multi-analyte-profiling", "multi analyte profiling", [[made]]
    )


def particles(differential: float = 37.0) -> Json:
    def bin_(size: float, count: float, own: float) -> Json:
        return {
            "distribution identifier": f"size {size:g}",
            "particle size": quantity(size, "µm"),
            "cumulative count": quantity(count, "(unitless)"),
            "cumulative particle density": quantity(count * 5, "Counts/mL"),
            "differential count": quantity(own, "(unitless)"),
        }

    bins = [bin_(2.0, 48.0, differential), bin_(10.0, 11.0, 10.0), bin_(25.0, 1.0, 1.0)]
    made = {
        "measurement identifier": "Run1",
        "sample document": {"sample identifier": "EV batch 7"},
        "processed data aggregate document": {
            "processed data document": [
                {
                    "data processing document": {"dilution factor setting": quantity(1.0, "(unitless)")},
                    "distribution aggregate document": {"distribution document": bins},
                }
            ]
        },
    }
    mean = calculated(
        "average_cumulative_count",
        quantity(29.5, "(unitless)"),
        ("size 2", "cumulative count"),
        ("size 10", "cumulative count"),
    )
    return document("solution-analyzer/REC/2024/09/solution-analyzer", "solution analyzer", [[made]], calculated=[mean])


def kinetics() -> Json:
    cube = {
        "label": "absorbance",
        "cube-structure": {
            "dimensions": [{"@componentDatatype": "double", "concept": "elapsed time", "unit": "s"}],
            "measures": [{"@componentDatatype": "double", "concept": "absorbance", "unit": "mAU"}],
        },
        "data": {"dimensions": [[0.0, 60.0, 120.0]], "measures": [[0.051, None, 0.32]]},
    }
    made = well("C4", 0.0)
    del made["absorbance"]
    made["absorbance profile data cube"] = cube
    return document("plate-reader/REC/2025/03/plate-reader", "plate reader", [[made]])


def nucleic_acids() -> Json:
    def cycle(name: str, value: object) -> Json:
        result = {"cycle threshold result (qPCR)": quantity(value, "(unitless)")}
        return {
            "measurement identifier": name,
            "target DNA description": "mycoplasma 16S",
            "sample document": {"sample identifier": "EV batch 7", "well location identifier": name},
            "processed data aggregate document": {"processed data document": [result]},
        }

    def partitions(name: str) -> Json:
        result = {"number concentration": quantity(12.5, "#/µL"), "positive partition count": quantity(140, "#")}
        return {
            "measurement identifier": name,
            "sample document": {"sample identifier": "EV batch 7", "well location identifier": name},
            "total partition count": quantity(20413, "#"),
            "processed data aggregate document": {"processed data document": [result]},
        }

    measured = [[cycle("A1", 31.25), cycle("A2", "Undetermined")], [partitions("B1")]]
    measured[0][1]["processed data aggregate document"]["processed data document"][0][
        "cycle threshold result (qPCR)"
    ] = quantity(None, "(unitless)")
    return document("pcr/REC/2024/09/qpcr", "qpcr", measured)


def text(made: Json) -> str:
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


SAMPLES = {
    "plate-with-masked-and-out-of-range-wells.asm": plate,
    "spectrophotometer-with-ratio.asm": spectrophotometer,
    "fluorometer.asm": fluorometer,
    "cell-counter.asm": cells,
    "bead-assay.asm": beads,
    "light-obscuration.asm": particles,
    "kinetic-wells.asm": kinetics,
    "quantitative-and-digital-pcr.asm": nucleic_acids,
}

if __name__ == "__main__":
    for name, make in SAMPLES.items():
        (HERE / name).write_text(text(make()), "utf-8")
