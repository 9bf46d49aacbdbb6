"""ASM documents: what is read of each model, what is no number, what contradicts itself, and what is refused."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from evqc.cli import app
from evqc.errors import InputError
from evqc.instruments import asm, nanosight, zetaview
from evqc.instruments._export import ExportFile
from evqc.instruments.asm._properties import conversion, which_concentration
from evqc.measurement import Quantity, SizeDistribution, State
from evqc.records import to_plain
from evqc.report.asm import asm_document, asm_text
from tests.instruments.asm import synthetic
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from evqc.reading import Reading


def file_of(made: synthetic.Json | str, name: str = "converted.json") -> ExportFile:
    text = made if isinstance(made, str) else synthetic.text(made)
    return ExportFile(name, text.encode("utf-8"))


def read(made: synthetic.Json | str) -> Reading:
    return asm.read(file_of(made))


def quantities(reading: Reading) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity)]


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues}


def refused(made: synthetic.Json | str) -> InputError:
    with pytest.raises(InputError) as caught:
        read(made)
    return caught.value


@pytest.mark.parametrize("make", synthetic.SAMPLES.values())
def test_the_samples_are_what_the_generator_writes(make: Callable[[], synthetic.Json]) -> None:
    name = next(name for name, each in synthetic.SAMPLES.items() if each is make)
    assert (SAMPLES / "asm" / name).read_text("utf-8") == synthetic.text(make())


def test_a_well_has_its_place_its_wavelength_and_its_nominal_concentration() -> None:
    first = quantities(read(synthetic.plate()))[0]
    assert (first.measurand, first.value, first.unit) == ("absorbance", 0.512, "1")
    assert first.settings == {
        "plate": "Plate 1",
        "well": "A1",
        "role": "standard sample role",
        "wavelength_nm": 562.0,
        "nominal_concentration_ug_per_ml": 0.25,
        "compartment_temperature_degC": 25.0,
    }


@pytest.mark.parametrize(
    ("well", "state", "reason", "bound", "written"),
    [
        ("A3", State.MISSING, "masked", None, "*0.356*"),
        ("A4", State.ABOVE_RANGE, "above range", 4.0, ">4.000"),
        ("A5", State.MISSING, "not available", None, "-0.0"),
    ],
)
def test_minus_zero_is_what_the_error_document_says(
    well: str, state: State, reason: str, bound: float | None, written: str
) -> None:
    found = next(q for q in quantities(read(synthetic.plate())) if q.settings["well"] == well)
    assert (found.state, found.reason, found.bound, found.as_written) == (state, reason, bound, written)
    assert found.value is None


@pytest.mark.parametrize(
    ("text", "state", "reason"),
    [
        ("NaN", State.MISSING, "not a number"),
        ("?????", State.MISSING, "not computed"),
        ("N/A", State.MISSING, "not available"),
        ("---", State.MISSING, "not reported"),
        ("<0.001", State.BELOW_RANGE, "below range"),
        ("Out of range", State.MISSING, "out of range"),
        ("Fail", State.MISSING, "invalid"),
        ("the lamp was off", State.MISSING, "not available"),
    ],
)
def test_each_word_of_an_error_document_has_its_state(text: str, state: State, reason: str) -> None:
    made = synthetic.document(
        "plate-reader/REC/2025/03/plate-reader",
        "plate reader",
        [[synthetic.well("A1", -0.0, synthetic.error(text, "Absorbance"))]],
    )
    (only,) = quantities(read(made))
    assert (only.state, only.reason, only.as_written, only.value) == (state, reason, text, None)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_a_literal_that_is_no_json_number_is_no_number(value: str) -> None:
    text = synthetic.text(synthetic.plate()).replace("0.257", value)
    found = quantities(read(text))[1]
    assert (found.state, found.reason, found.as_written) == (State.MISSING, "not a number", value)


def test_a_real_number_beside_an_error_keeps_both() -> None:
    made = synthetic.document(
        "plate-reader/REC/2025/03/plate-reader",
        "plate reader",
        [[synthetic.well("A1", 0.3, synthetic.error("Range?", "absorbance"))]],
    )
    (only,) = quantities(read(made))
    assert (only.value, only.settings["error"]) == (0.3, "Range?")


@pytest.mark.parametrize(("by", "value"), [("allotropy_agilent_gen5", 0.512), ("another converter", 0.000512)])
def test_absorbance_units_under_the_label_milli(by: str, value: float) -> None:
    made = synthetic.plate()
    made["plate reader aggregate document"]["data system document"]["ASM converter name"] = by
    reading = read(made)
    assert quantities(reading)[0].value == pytest.approx(value, rel=1e-15)
    assert ("UNIT_LABEL" in codes(reading)) == by.startswith("allotropy")


def test_the_assay_decides_which_concentration_it_is() -> None:
    found = {q.measurand: q.value for q in quantities(read(synthetic.spectrophotometer()))}
    assert found == {"absorbance": 0.5, "dna_concentration": 52500.0, "absorbance_ratio_260_280": 2.1}
    assert quantities(read(synthetic.fluorometer()))[0].measurand == "rna_concentration"


@pytest.mark.parametrize(
    ("assay", "name"),
    [
        ("dsDNA HS", "dna_concentration"),
        ("microRNA", "rna_concentration"),
        ("Protein A280", "protein_concentration"),
        ("BCA", "protein_concentration"),
        ("external method", "analyte_concentration"),
        ("DNA and RNA", "analyte_concentration"),
        (None, "analyte_concentration"),
    ],
)
def test_an_assay_that_does_not_say_gives_an_unnamed_analyte(assay: str | None, name: str) -> None:
    assert which_concentration(assay) == name


def test_the_epoch_is_no_time() -> None:
    assert {q.acquired_at for q in quantities(read(synthetic.spectrophotometer()))} == {None}
    assert quantities(read(synthetic.cells()))[0].acquired_at == "2024-03-05T09:30:00+01:00"


def test_cells_in_their_units() -> None:
    found = {(q.measurand, q.settings.get("cells")): q.value for q in quantities(read(synthetic.cells()))}
    assert found == {
        ("cell_viability", None): 93.8,
        ("cell_concentration", "viable"): pytest.approx(7.6e5),
        ("cell_concentration", "dead"): pytest.approx(5e4),
        ("cell_concentration", "total"): pytest.approx(8.1e5),
        ("cell_diameter", "total"): 18.5,
    }


def test_only_the_median_of_a_bead_assay_is_its_signal() -> None:
    reading = read(synthetic.beads())
    signals = {q.settings["analyte"]: (q.value, q.as_written) for q in quantities(reading) if q.unit == "a.u."}
    assert signals == {"CD9": (1250.5, None), "CD63": (None, "NaN")}
    assert "INSTRUMENT_ERROR" in codes(reading)


def test_particles_stand_with_their_size() -> None:
    found = [(q.settings["at_least_um"], q.value) for q in quantities(read(synthetic.particles())) if q.unit == "1/mL"]
    assert found == [(2.0, 240.0), (10.0, 55.0), (25.0, 5.0)]


def test_a_kinetic_well_is_a_series() -> None:
    (only,) = read(synthetic.kinetics()).series
    assert (only.well, only.signal, only.wavelength_nm, only.missing) == ("C4", "absorbance", 562.0, 1)
    assert (only.time_s.tolist(), only.value.tolist()) == ([0.0, 120.0], [0.051, 0.32])


def test_a_cube_of_unequal_columns_is_refused() -> None:
    text = synthetic.text(synthetic.kinetics()).replace("120.0", "120.0, 180.0")
    assert refused(text).issues[0].code == "CUBE"


@pytest.mark.parametrize(
    ("made", "where"),
    [
        (synthetic.cells(90.0), "viability"),
        (synthetic.fluorometer(107.0), "original sample concentration"),
        (synthetic.particles(30.0), "differential count"),
    ],
)
def test_what_a_document_says_twice_must_agree(made: synthetic.Json, where: str) -> None:
    issues = [issue for issue in read(made).issues if issue.code == "PRINTED_DISAGREES"]
    assert [str(issue.where.field).rpartition(" > ")[2] for issue in issues] == [where]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('0.76, "unit": "10^6 cells/mL"', '0.76, "unit": "cells/mL"', "PRINTED_DISAGREES"),
        ('0.76, "unit": "10^6 cells/mL"', '760000, "unit": "cells/mL"', None),
        ('0.05, "unit"', '-0.05, "unit"', "OUT_OF_RANGE"),
        ('18.5, "unit"', '-18.5, "unit"', "OUT_OF_RANGE"),
        ('93.8, "unit"', '193.8, "unit"', "OUT_OF_RANGE"),
    ],
)
def test_units_are_seen_and_impossible_numbers_are_told(old: str, new: str, code: str | None) -> None:
    text = json.dumps(synthetic.cells(), ensure_ascii=False)
    assert old in text
    found = codes(read(text.replace(old, new)))
    assert code in found if code is not None else not found


@pytest.mark.parametrize(("old", "new"), [('"value": 2.1', '"value": 2.4'), ("29.5", "31.5")])
def test_ratios_and_means_are_recomputed_from_their_sources(old: str, new: str) -> None:
    made = synthetic.spectrophotometer() if "2.1" in old else synthetic.particles()
    assert "PRINTED_DISAGREES" not in codes(read(made))
    assert "PRINTED_DISAGREES" in codes(read(synthetic.text(made).replace(old, new)))


def test_what_is_not_read_is_listed() -> None:
    unread = read(synthetic.plate()).unread
    assert any(path.endswith("plate well count") for path in unread)
    assert not any(path.endswith(("absorbance", "sample identifier", "error")) for path in unread)


def test_a_unit_that_does_not_fit_is_left_unread_and_said() -> None:
    reading = read(synthetic.text(synthetic.cells()).replace('"µm"', '"furlong"'))
    assert "UNIT_UNKNOWN" in codes(reading)
    assert any(path.endswith("average total cell diameter") for path in reading.unread)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"$asm.manifest": "x"', "NOT_JSON"),
        ('{"$asm.manifest": 7}', "NOT_ASM"),
        ('{"$asm.manifest": "x", "a": ' + "[" * 100_000, "TOO_DEEP"),
        ('{"$asm.manifest": "x", "a": ' + '{"b": ' * 300 + "1" + "}" * 301, "TOO_DEEP"),
        ('{"$asm.manifest": "x", "a": 1e999}', "NOT_A_NUMBER"),
        ('{"$asm.manifest": "x", "a": 1' + "0" * 5000 + "}", "NOT_A_NUMBER"),
        ('{"$asm.manifest": "x", "a": 1, "a": 2}', "KEY_TWICE"),
        ('{"$asm.manifest": "x", "a": 1}', "NOTHING_TO_READ"),
        ("[]", "NOT_ASM"),
    ],
)
def test_hostile_and_foreign_documents_are_refused(text: str, code: str) -> None:
    assert refused(text).issues[0].code == code


def test_a_document_beyond_sense_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evqc.instruments.asm._document.LARGEST_BYTES", 1000)
    assert refused(synthetic.plate()).issues[0].code == "FILE_TOO_LARGE"


@pytest.mark.parametrize("value", [True, "about 95", "1,234", [1.0]])
def test_what_is_no_number_is_never_one(value: object) -> None:
    made = synthetic.cells()
    text = synthetic.text(made).replace('"value": 18.5', f'"value": {json.dumps(value)}')
    if isinstance(value, list):
        assert all(q.measurand != "cell_diameter" for q in quantities(read(text)))
    else:
        assert refused(text).issues[0].code == "NOT_A_NUMBER"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    file = ExportFile("x.json", synthetic.text(synthetic.cells()).encode(encoding))
    assert asm.recognises(file)
    assert len(asm.read(file).measurements) == 5


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["mg/mL", "ng/µL", "ng/μL", "pg/mL"]))
def test_a_number_in_any_unit_is_that_number_in_another(value: float, unit: str) -> None:
    times = {"mg/mL": 1e3, "ng/µL": 1.0, "ng/μL": 1.0, "pg/mL": 1e-6}[unit]
    factor = conversion(unit, "protein_concentration")
    assert factor is not None
    assert math.isclose(value * factor, value * times, rel_tol=1e-12) or abs(value) < 1e-300 or abs(value) > 1e300


def exported() -> list[Path]:
    """Samples of native exports with size distributions."""
    below = [SAMPLES / "nanosight", SAMPLES / "zetaview"]
    return [
        p
        for folder in below
        for p in sorted(folder.iterdir())
        if p.suffix in {".csv", ".txt"} and not any(word in p.name for word in ("reject", "zeta_", "11pos"))
    ]


def natively(path: Path) -> Reading:
    file = ExportFile(path.name, path.read_bytes())
    reader: Any = nanosight if nanosight.recognises(file) else zetaview
    found: Reading = reader.read(file)
    return found


#: What an ASM document does not carry, or what describes the file it stands in.
_NOT_CARRIED = {"agreement", "where", "percentiles_nm", "other_weightings", "validity", "settings"}


def came_back(reading: Reading) -> None:
    again = asm.read(file_of(asm_text([reading])))
    runs = [m for m in reading.measurements if isinstance(m, SizeDistribution)]
    assert len(again.measurements) == len(runs)
    for before, after in zip(runs, again.measurements, strict=True):
        assert isinstance(after, SizeDistribution)
        plain, other = to_plain(before), to_plain(after)
        assert {k: v for k, v in plain.items() if k not in _NOT_CARRIED} == {
            k: v for k, v in other.items() if k not in _NOT_CARRIED
        }
        assert after.settings == {k: v for k, v in before.settings.items() if v is not None}
        assert (after.validity.valid, after.validity.reasons) == (before.validity.valid, before.validity.reasons)
    assert {i.code for i in again.issues} == ({"SOURCE_FLAGGED"} if reading.verdict == "flagged" else set())


@pytest.mark.parametrize("path", exported(), ids=lambda p: str(p.name))
def test_distributions_come_back_from_asm_to_the_last_digit(path: Path) -> None:
    came_back(natively(path))


@needs_corpus
@pytest.mark.parametrize("path", corpus_files("nta/nanosight", "nta/zetaview")[::7], ids=lambda p: str(p.name))
def test_real_distributions_come_back_from_asm(path: Path) -> None:
    file = ExportFile(path.name, path.read_bytes())
    if nanosight.recognises(file) or (zetaview.recognises(file) and "_size_488.txt" in path.name):
        came_back(natively(path))


def test_the_document_says_what_is_evqcs_own_and_makes_nothing_up() -> None:
    reading = natively(SAMPLES / "zetaview" / "dilution_missing.txt")
    made = asm_document([reading])
    content = made["solution analyzer aggregate document"]
    assert "evqc's own" in content["data system document"]["custom information document"]["about"]
    (run,) = content["solution analyzer document"][0]["measurement aggregate document"]["measurement document"]
    assert "measurement time" not in run
    assert "dilution factor setting" not in json.dumps(run)
    assert "-0.0" not in asm_text([reading])


def test_bins_are_also_the_cumulative_counts_of_the_public_model() -> None:
    reading = natively(SAMPLES / "zetaview" / "never_checked.txt")
    (run,) = reading.measurements
    assert isinstance(run, SizeDistribution)
    assert run.count is not None
    text = asm_text([reading])
    items = json.loads(text)["solution analyzer aggregate document"]["solution analyzer document"][0][
        "measurement aggregate document"
    ]["measurement document"][0]["processed data aggregate document"]["processed data document"][0][
        "distribution aggregate document"
    ]["distribution document"]
    assert items[0]["cumulative count"] == {"value": float(run.count.sum()), "unit": "(unitless)"}
    assert items[20]["particle size"] == {"value": float(f"{run.diameter_nm.lower[20] / 1000:.10g}"), "unit": "µm"}


def test_a_changed_bin_is_told() -> None:
    text = asm_text([natively(SAMPLES / "zetaview" / "never_checked.txt")])
    changed = re.sub(r'("differential count": {"value": )[1-9]', r"\g<1>7", text, count=1)
    assert changed != text
    assert "PRINTED_DISAGREES" in codes(read(changed))


def test_a_bin_without_its_upper_edge_is_refused() -> None:
    text = asm_text([natively(SAMPLES / "zetaview" / "never_checked.txt")])
    assert refused(text.replace("bin upper", "bin uper", 1)).issues[0].code == "BINS"


def test_the_command_line_writes_it(tmp_path: Path) -> None:
    export, out = SAMPLES / "nanosight" / "nta-3.4-single-video.csv", tmp_path / "run.json"
    done = CliRunner().invoke(app, ["read", str(export), "--json", "--asm", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_text("utf-8") == asm_text([natively(export)])


def test_readings_without_distributions_write_nothing() -> None:
    with pytest.raises(InputError, match="NOTHING_TO_WRITE"):
        asm_text([read(synthetic.cells())])


#: Values of the public converter's documents of the same exports have no licence to be here; what can be computed from
#: the exports themselves with plain code can.
@needs_corpus
def test_a_document_built_from_a_real_export_gives_the_numbers_of_the_export() -> None:
    (path,) = [p for p in corpus_files("markers/protein_quant") if "qubit4_example_1" in p.name]
    lines = path.read_text("utf-8-sig").splitlines()
    heads = lines[0].split(",")
    rows = [dict(zip(heads, line.split(","), strict=False)) for line in lines[1:] if line.strip()]
    named = [h for h in heads if "original sample conc" in h.casefold()]
    values = [float(row[named[0]]) for row in rows]
    measured = [
        {
            "measurement identifier": str(at),
            "sample document": {
                "sample identifier": f"sample {at}",
                "custom information document": {
                    "original sample concentration": synthetic.quantity(value, "ng/µL"),
                },
            },
            "fluorescence": synthetic.quantity(1.0, "RFU"),
        }
        for at, value in enumerate(values)
    ]
    made = synthetic.document(
        "spectrophotometry/BENCHLING/2023/12/spectrophotometry",
        "spectrophotometry",
        [measured],
        shared={"experiment type": "dsDNA"},
    )
    found = [q.value for q in quantities(read(made)) if q.measurand == "dna_concentration"]
    assert found == pytest.approx([value * 1000 for value in values])


FACTOR = '"value": 2.0,\n            "unit": "(unitless)"'


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("cell-counter.asm", FACTOR, FACTOR.replace("(unitless)", "x")),
        ("light-obscuration.asm", '"unit": "µm"', '"unit": "Âµm"'),
    ],
)
def test_a_dilution_or_size_in_an_unknown_unit_is_flagged_since_it_is_left_out(name: str, old: str, new: str) -> None:
    text = (SAMPLES / "asm" / name).read_text("utf-8")
    assert old in text
    assert "UNIT_UNKNOWN" not in codes(asm.read(file_of(text)))
    assert "UNIT_UNKNOWN" in codes(asm.read(file_of(text.replace(old, new))))


DILUTED = '"custom information document": {\n           "dilution factor"'


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("fluorometer.asm", DILUTED, DILUTED.replace("information", "ioformation"), "DILUTION_UNUSED"),
        ("fluorometer.asm", '"original sample concentration"', '"original sample concemtration"', "RESULT_MISSING"),
        ("bead-assay.asm", '"has statistic datum role": "mean', '"has statistic datm role": "mean', "ROLE_MISSING"),
    ],
)
def test_a_key_that_is_damaged_is_flagged_since_what_it_holds_would_be_lost(
    name: str, old: str, new: str, code: str
) -> None:
    text = (SAMPLES / "asm" / name).read_text("utf-8")
    assert old in text
    assert code not in codes(asm.read(file_of(text)))
    assert code in codes(asm.read(file_of(text.replace(old, new, 1))))
