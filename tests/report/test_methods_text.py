from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.batch.assembled import ImageEvidence
from evqc.batch.model import BatchRecord
from evqc.report.build import build
from tests.report import batches as b

if TYPE_CHECKING:
    from evqc.report.model import MethodsText, Report


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_paragraph_states_what_was_done(realistic: Report) -> None:
    text = plain(realistic.methods.paragraph)
    for part in (
        "from conditioned medium, serum-free (human, umbilical cord, mesenchymal stromal cells, passage 4; DMEM,",
        "supplement: 2 mM glutamine; 2.40×10⁸ cells at harvest, viability 96.5 %, collected over 48 h, volume 500 mL).",
        "in 3 steps: (1) low-speed centrifugation (2000 × g, time 20 min, temperature 4 °C, from 500 mL to 495 mL);",
        "by nanoparticle tracking analysis (NTA) on NanoSight (Malvern Panalytical), software 3.4: 5 runs",
        "5 runs of UC-EV 07, dilution 1:100 (batch record); 2 runs of TFF retentate",
        "1 run of PS 100 nm (beads of nominal 100 nm)",
        "camera level 14",
        "detection threshold 5",
        "viscosity 0.9 mPa·s.",
        "Runs without usable data (1 run) were left out of the means.",
        "tested in UC-EV 07 by bead-based flow cytometry, with isotype and blank controls.",
        "by western blot, with lysate control.",
        "Protein concentration was determined by microBCA in UC-EV 07 and TFF retentate.",
        "instrument exports were read and judged against these profiles: MISEV2023 (2023); Validity of",
    ):
        assert part in text


def test_untested_markers_are_not_said_to_be_tested(realistic: Report) -> None:
    sentence = next(s for s in realistic.methods.paragraph.split(". ") if "bead-based" in s)
    assert "CD34" not in sentence
    assert "CD45" in sentence


def test_what_is_missing_is_listed(realistic: Report) -> None:
    missing = realistic.methods.missing
    assert "the method for endotoxin concentration of UC-EV 07" in missing
    assert "images of single vesicles: none was given" in missing
    assert any(line.startswith("step 3 (size-exclusion chromatography): resin, column volume") for line in missing)
    assert not any("camera" in line for line in missing)


def test_an_empty_batch_misses_everything() -> None:
    methods = build(*b.empty()).methods
    assert methods.paragraph == "With evqc 0.1.0, instrument exports were read."
    assert "particle size and concentration: no sizing file was read" in methods.missing
    assert "source of the vesicles and their isolation (there is no batch record)" in methods.missing


def test_missing_settings_are_named_by_sample() -> None:
    batch, asked = b.folder_only()
    runs = tuple(replace(r, distribution=replace(r.distribution, settings={"camera_level": None})) for r in batch.runs)
    missing = build(replace(batch, runs=runs), asked).methods.missing
    assert "the camera level or sensitivity of the sizing of from the file" in missing
    assert "the temperature of the sizing of from the file" in missing
    assert "the dilution at which from the file was sized" in missing


def test_images_are_counted() -> None:
    batch, asked, _ = b.realistic()
    image = ImageEvidence(
        sample="UC-EV 07",
        method="cryo electron microscopy",
        view="close-up",
        field_selection=None,
        file=b.source("1.tif"),
    )
    wide = replace(image, view="wide-field", file=b.source("2.tif"))
    methods = build(replace(batch, images=(image, wide)), asked).methods
    told = "Images were taken by cryo electron microscopy (2 images, close-up and wide-field)."
    assert told in methods.paragraph
    assert "images of single vesicles: none was given" not in methods.missing


def test_a_blot_is_no_image_that_a_blot_took() -> None:
    batch, asked, _ = b.realistic()
    file = b.source("blot.png")
    blot = ImageEvidence(sample="UC-EV 07", method="western blot", view=None, field_selection=None, file=file)
    text = build(replace(batch, images=(blot,)), asked).methods.paragraph
    assert "Images were kept of the western blot (1 image)." in text


def test_only_a_sample_with_one_usable_run_is_said_to_lack_uncertainty() -> None:
    batch, asked, _ = b.realistic()
    told = "Where a sample has a single usable run, no uncertainty is stated."
    one, none = b.run("s", b.distribution("1")), b.run("s", b.without_tracks(b.distribution("2")))
    assert told in build(replace(batch, runs=(one, none)), asked).methods.paragraph
    assert told not in build(replace(batch, runs=(none,)), asked).methods.paragraph


def test_what_the_record_says_of_the_culture_is_told() -> None:
    batch, asked, _ = b.realistic()
    assert batch.record is not None
    more = {
        "supplement_ev_depletion": "ultracentrifuged overnight", "vessel": "T175 flask", "condition": "21 % O2",
        "seeding_density_per_cm2": 5000.0, "confluence_percent": 85.0, "mycoplasma": "negative", "storage": "4 °C, 2 h",
    }  # fmt: skip
    record = batch.record.model_copy(update={"source": batch.record.source.model_copy(update=more)})
    report = build(replace(batch, record=record), asked)
    culture = next(line.text for line in report.identity if line.name == "Culture")
    for part in (
        "supplement: 2 mM glutamine, depletion of EVs: ultracentrifuged overnight, T175 flask, 21 % O2,",
        "seeded at 5000 cells/cm², confluence 85 %",
        "mycoplasma negative, storage: 4 °C, 2 h",
    ):
        assert part in plain(report.methods.paragraph)
        assert part in plain(culture)


FIELDS = {
    "species": "human", "tissue": "umbilical cord", "cell_type": "MSC", "passage": 3, "matrix": "plasma",
    "medium": "DMEM", "supplement": "hPL", "cells_at_harvest": 1e8, "viability_percent": 95, "collection_hours": 24,
    "volume_ml": 100,
}  # fmt: skip
STEPS = (
    {"method": "ultrafiltration"},
    {"method": "differential ultracentrifugation", "parameters": {"g_force": 100000}, "volume_out_ml": 1},
)
CLUMSY = re.compile(
    r"\s[,.;)]|[(]\s|\s\s|,,|\.\.(?!\.)|\(\)|,\s*[.)]|;\s*[.)]|\band \.|\bNone\b|\b1 (?!×)\w+s\b(?! of)"
)


def text_of(source: set[str], steps: int, what: set[str]) -> MethodsText:
    batch, asked, _ = b.realistic()
    record = BatchRecord.model_validate(
        {
            "batch": {"id": "1", "product": "EV"},
            "source": {name: FIELDS[name] for name in sorted(source)},
            "isolation": STEPS[:steps],
            "samples": [{"name": "UC-EV 07", "role": "product"}],
        }
    )
    made = replace(
        batch,
        record=record if "record" in what else None,
        runs=batch.runs if "runs" in what else batch.runs[-1:] if "one" in what else (),
        panels=batch.panels if "panels" in what else (),
        values=batch.values if "values" in what else (),
        readings=batch.readings if "readings" in what else (),
    )
    return build(made, asked).methods


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.sampled_from(sorted(FIELDS))),
    st.integers(0, 2),
    st.sets(st.sampled_from(["record", "runs", "one", "panels", "values", "readings"])),
)
def test_the_text_is_grammatical_for_every_combination(source: set[str], steps: int, what: set[str]) -> None:
    methods = text_of(source, steps, what)
    text = plain(methods.paragraph)
    assert not CLUMSY.search(text), CLUMSY.search(text)
    assert text[0].isupper()
    assert text.endswith(".")
    for sentence in re.split(r"(?<=[a-z)])\. (?=[A-Z])", text):
        assert sentence[0].isupper(), sentence
    assert all(line and not line.endswith(".") for line in methods.missing)


@pytest.mark.parametrize(
    ("steps", "words"), [(1, "in one step: ultrafiltration."), (2, "in 2 steps: (1) ultrafiltration; (2)")]
)
def test_steps_are_counted(steps: int, words: str) -> None:
    assert words in text_of({"species"}, steps, {"record"}).paragraph


def test_markers_of_one_assay_share_a_sentence() -> None:
    batch, asked, _ = b.realistic()
    cells = tuple(
        b.value("UC-EV 07", "marker_positive_cells", 97.0, "%", method="flow cytometry", marker=name)
        for name in ("CD73", "CD90", "CD105")
    )
    room = b.value("UC-EV 07", "temperature", 22.0, "degC", method="sensed")
    text = build(replace(batch, values=(*cells, *batch.values, room)), asked).methods.paragraph
    assert "The share of cells positive for CD73, CD90 and CD105 was determined by flow cytometry in UC-EV 07." in text
    assert "sensed" not in text


def test_what_one_method_determined_stands_together() -> None:
    batch, asked, _ = b.realistic()
    values = tuple(
        b.value("UC-EV 07", name, 1.0, "ng/mL", method="ELISA")
        for name in ("albumin_concentration", "apolipoprotein_b_concentration")
    )
    text = build(replace(batch, values=values), asked).methods.paragraph
    assert "Albumin concentration and apolipoprotein b concentration were determined by ELISA in UC-EV 07." in text


def test_a_factor_of_one_is_undiluted() -> None:
    batch, asked, _ = b.realistic()
    text = build(replace(batch, runs=(b.run("PBS", b.distribution("1", factor=1.0)),)), asked).methods.paragraph
    assert "1 run of PBS, undiluted (batch record)." in text
