"""Methods, characterisation and the MISEV table for a manuscript: nothing that was not shown, every gap named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from evqc.batch.assembled import Panel
from evqc.batch.model import BatchRecord
from evqc.criteria.findings import Severity, Verdict
from evqc.markers.panel import MarkerInput, interpret
from evqc.measurement import Call
from evqc.report import built
from evqc.report.build import build
from evqc.report.characterisation import characterisation
from evqc.report.html import html
from evqc.report.methods_markdown import methods_markdown
from evqc.report.methods_stated import stated
from evqc.report.reporting_table import reporting_table
from tests.assessment import making
from tests.report import batches as b

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch
    from evqc.measurement import Control
    from evqc.report.model import Report


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def record(**more: Any) -> BatchRecord:
    return BatchRecord.model_validate(
        {
            "batch": {"id": "1", "product": "EV"},
            "samples": [
                {"name": "EV batch 7", "role": "product"},
                {"name": "blank", "role": "process blank", "tube": "x"},
            ],
        }
        | more
    )


def test_the_characterisation_tells_numbers_with_their_interval(realistic: Report) -> None:
    text = plain(realistic.methods.characterisation)
    for part in (
        "The particle concentration of UC-EV 07 was 4.23×10¹⁰ /mL (undiluted sample; 95 % interval",
        "Its diameters by NTA were: mean ",
        " (means over 4 of 5 runs).",
        "by bead-based flow cytometry, CD63, CD81, CD29, CD44, CD73, CD9 and CD105 were positive against their",
        "their controls; CD45, CD14, HLA-DR and calnexin were negative;",
        "CD90 was neither positive nor negative (indeterminate);",
        "CD34 and TSG101 were not tested.",
        "Protein concentration of UC-EV 07 was 8.20 µg/mL (by microBCA).",
    ):
        assert part in text, part
    assert "particle concentration of TFF retentate" not in text


def test_what_was_not_measured_is_not_told(realistic: Report) -> None:
    text = realistic.methods.characterisation
    assert "ndotoxin" not in text
    assert "not known" not in text
    assert characterisation((), (), (), ()) == ""


def test_a_sample_without_size_or_number_is_said_to_have_none(realistic: Report) -> None:
    product = realistic.sizes[0]
    nothing = {name: replace(number, value=None) for name, number in product.summary.items()}
    text = characterisation((replace(product, summary=nothing),), (), (), ())
    assert text == f"Neither size nor concentration of {product.label} could be stated."


def test_without_a_record_every_sample_of_unknown_role_is_told() -> None:
    text = build(*b.folder_only()).methods.characterisation
    assert "Its diameters by NTA were" in text
    assert "suspension as measured" in text


def test_positive_without_a_control_is_said_to_be_so(realistic: Report) -> None:
    panel = replace(realistic.panels[0], controls=())
    text = characterisation(realistic.sizes[:1], (panel,), (), ())
    assert "were called positive, with no control stated" in text
    assert "against" not in text


def test_one_marker_is_told_in_the_singular(realistic: Report) -> None:
    panel = realistic.panels[0]
    group = panel.groups[0]
    invalid = replace(group, markers=(replace(group.markers[0], call=Call.INVALID),))
    text = characterisation(realistic.sizes[:1], (replace(panel, groups=(invalid,)),), (), ())
    assert f"{group.markers[0].name} was not judged, since its control was invalid." in text
    empty = characterisation(realistic.sizes[:1], (replace(panel, groups=()),), (), ())
    assert "flow cytometry" not in empty


def told_of(*rows: MarkerInput, controls: tuple[Control, ...] = ()) -> str:
    """The characterisation of a product of which nothing but these markers of a blot is known."""
    batch, asked, _ = b.realistic()
    panel = interpret("western blot", "UC-EV 07", rows, controls)
    of = Panel(sample="UC-EV 07", role="product", file=b.source("batch.toml"), panel=panel)
    return plain(build(replace(batch, panels=(of,)), asked).methods.characterisation)


def by_eye(marker: str, call: str, lysate: str | None = "positive") -> MarkerInput:
    return MarkerInput(as_written=marker, stated_call=call, lysate_call=lysate)


def test_a_band_read_by_eye_is_not_said_to_be_against_a_control() -> None:
    text = told_of(by_eye("ALIX", "positive"), by_eye("TSG101", "+"), by_eye("Calnexin", "negative"))
    assert (
        "In UC-EV 07, by western blot, ALIX and TSG101 were called positive by the laboratory; Calnexin was called "
        "negative by the laboratory."
    ) in text


def test_a_lysate_that_shows_nothing_is_no_control_that_a_band_is_positive_against() -> None:
    text = told_of(by_eye("ApoB-100", "positive", "negative"), by_eye("ApoA-I", "positive", "negative"))
    assert "ApoB-100 and ApoA-I were called positive by the laboratory." in text


def test_a_band_without_any_control_is_said_to_have_none() -> None:
    text = told_of(by_eye("ALIX", "positive", None))
    assert "ALIX was called positive by the laboratory, with no control stated." in text


def test_what_decided_is_told_of_bands_by_number_and_by_eye_in_one_panel() -> None:
    text = told_of(
        MarkerInput(as_written="CD63", signal=90, limit_of_detection=20, background=(10,)),
        MarkerInput(as_written="CD81", signal=90, limit_of_detection=20),
        MarkerInput(as_written="Calnexin", signal=5, limit_of_detection=20, background=(10,)),
        by_eye("ALIX", "positive"),
        by_eye("TSG101", "invalid"),
    )
    assert (
        "CD63 was positive against its control; CD81 was above its limit of detection; ALIX was called positive by "
        "the laboratory; Calnexin was negative; TSG101 was called invalid by the laboratory."
    ) in text


def test_what_no_signal_shows_is_not_blamed_on_a_control() -> None:
    text = told_of(MarkerInput(as_written="CD63", signal=0), MarkerInput(as_written="CD81", signal=0))
    assert "CD63 and CD81 were not judged, since nothing in their panel gave a signal." in text


def test_a_size_from_which_particles_are_counted_is_told() -> None:
    results = [
        {"sample": "it", "measurand": "subvisible_particle_concentration", "value": value, "unit": "1/mL",
         "size_um": size, "method": "light obscuration"}
        for value, size in ((212, 10), (6, 25), (900, 2))
    ]  # fmt: skip
    text = plain(told_by_hand(*results))
    assert "Subvisible particle concentration (≥ 10 µm) of it was 212 /mL (by light obscuration)." in text
    assert "Subvisible particle concentration (≥ 25 µm) of it was 6.00 /mL (by light obscuration)." in text
    assert text.index("≥ 10 µm") < text.index("≥ 25 µm") < text.index("≥ 2 µm")


def told_by_hand(*results: dict[str, Any]) -> str:
    """The characterisation of a product of which nothing but these results is known."""
    of = {"batch": {"id": "B", "product": "P"}, "samples": [{"name": "it", "role": "product"}], "results": [*results]}
    return built(making.batch(of, []), b.assessment()).methods.characterisation


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        ({"measurand": "ph", "value": 7.2, "unit": "1"}, "pH of it was 7.20 (by BCA)."),
        ({"measurand": "dna_concentration", "value": 1, "unit": "ng/mL"}, "DNA concentration of it was 1.00 ng/mL"),
        ({"measurand": "d10_diameter", "value": 60, "unit": "nm"}, "D10 diameter of it was 60.0 nm"),
        (
            {"measurand": "endotoxin_concentration", "value": "<0.05", "unit": "EU/mL"},
            "Endotoxin concentration of it was below range (<0.05 EU/mL)",
        ),
        (
            {"measurand": "particle_concentration", "value": "> 3e10", "unit": "1/mL"},
            "Particle concentration of it was above range (>3.00×10¹⁰ /mL)",
        ),
    ],
)
def test_a_result_is_told_in_its_own_writing(result: dict[str, Any], sentence: str) -> None:
    assert sentence in plain(told_by_hand({"sample": "it", "method": "BCA"} | result))


def test_a_method_of_ph_is_told_in_its_own_writing() -> None:
    of = {
        "batch": {"id": "B", "product": "P"}, "samples": [{"name": "it", "role": "product"}],
        "results": [{"sample": "it", "measurand": "ph", "value": 7.2, "unit": "1", "method": "potentiometry"}],
        "assays": [{"method": "Potentiometry", "measurand": "ph"}],
    }  # fmt: skip
    text = built(making.batch(of, []), b.assessment()).methods.paragraph
    assert "pH was determined by potentiometry in it." in text
    assert "Potentiometry of pH was used." in text


def test_a_dilution_that_the_record_states_otherwise_is_told_beside_it() -> None:
    batch = two_dilutions(1000)
    text = built(batch, b.assessment()).methods.paragraph
    assert "1 run of it, dilution 1:500 (file; the record says 1:1000)" in plain(text)
    agreeing = built(two_dilutions(500), b.assessment()).methods.paragraph
    assert "dilution 1:500 (file)" in plain(agreeing)


def two_dilutions(of_record: float) -> Batch:
    """A product whose export says that it was diluted 1:500."""
    of = {
        "batch": {"id": "B", "product": "P"}, "samples": [{"name": "it", "role": "product"}],
        "files": [{"path": "it.csv", "sample": "it", "dilution": of_record}],
    }  # fmt: skip
    made: Batch = making.batch(of, [{"name": "it.csv", "runs": [{"dilution": 500.0}]}])
    return made


def test_what_makes_a_number_unusable_is_to_be_settled_before_the_text_is_used() -> None:
    batch, _, _ = b.realistic()
    blocks: dict[str, Any] = {"severity": Severity.BLOCKS}
    differ = b.finding("REC-DIL-01", Verdict.FAIL, because="1000 in the record, 500 in the file.", **blocks)
    others = (
        b.finding("REP-01", Verdict.FAIL, because="Not stated.", kind="reporting", **blocks),
        b.finding("NTA-01", Verdict.FAIL, because="Few tracks."),
        b.finding("REC-FIL-01", Verdict.PASS, because="None.", **blocks),
    )
    report = build(batch, b.assessment(b.profile("a", "A", differ, *others), b.profile("b", "B", differ)))
    assert report.methods.to_settle == ("1000 in the record, 500 in the file. [REC-DIL-01]",)
    text = methods_markdown(report)
    assert "# To settle" in text
    assert "- 1000 in the record, 500 in the file. \\[REC-DIL-01\\]" in text
    assert text.index("# Characterisation") < text.index("# To settle") < text.index("# Not stated")
    assert "500 in the file" in html(report)


def test_a_folder_without_a_record_states_nothing() -> None:
    assert list(stated(None)) == []
    assert list(stated(record())) == []


def test_storage_of_the_product_is_told() -> None:
    sample = {
        "name": "EV batch 7", "role": "product", "buffer": "PBS", "tube": "polypropylene tube", "storage_degC": -80,
        "stored_days": 12, "freeze_thaw_cycles": 1,
    }  # fmt: skip
    (text,) = stated(record(samples=[sample]))
    assert plain(text) == (
        "EV batch 7 was kept in PBS, in polypropylene tube, at -80 °C, for 12 days until measured, with 1 freeze-thaw "
        "cycle."
    )


def test_an_antibody_without_clone_or_supplier_says_so() -> None:
    antibodies = [
        {"marker": "CD9", "technique": "western blot", "clone": "AB1", "supplier": "Maker", "catalogue_number": "12",
         "lot": "3", "dilution": "1:1000"},
        {"marker": "CD63", "technique": "western blot"},
    ]  # fmt: skip
    (text,) = stated(record(antibodies=antibodies))
    assert text == (
        "Antibodies: CD9 (western blot, clone AB1, Maker 12, lot 3, 1:1000); "
        "CD63 (western blot, clone not stated, supplier not stated)."
    )


def test_assays_tell_limits_calibration_and_settings() -> None:
    assays = [
        {"method": "NTA", "instrument": "tracker 2", "measurand": "particle_concentration", "unit": "1/mL",
         "limit_of_detection": 1e7, "calibration": "100 nm beads", "blank": "PBS", "settings": "level 14"},
        {"method": "BCA"},
    ]  # fmt: skip
    first, second = stated(record(assays=assays))
    assert plain(first) == (
        "NTA of particle concentration: on tracker 2, limit of detection 1.00×10⁷ /mL, calibration: 100 nm beads, "
        "blank: PBS, settings: level 14."
    )
    assert second == "BCA was used."


def test_statements_stand_by_group_in_the_order_of_their_list() -> None:
    given = {"anticoagulant": "citrate", "growth_surface": "plastic-adherent", "fasting": "8 h."}
    first, second = stated(record(statements=given))
    assert first == "On Parent cells: growth of the parent cells (plastic-adherent)."
    assert second == ("On Source and pre-processing: the anticoagulant (citrate) and the fasting of the donors (8 h).")


def test_the_table_tells_each_item_once_over_all_subjects() -> None:
    findings = [
        b.finding("MISEV2023-QNT-01", Verdict.PASS, subject="EV 1", because="Two.", group="Quantification"),
        b.finding("MISEV2023-QNT-01", Verdict.FAIL, subject="EV 2", because="One.", group="Quantification"),
        b.finding("MISEV2023-SRC-05", Verdict.NOT_APPLICABLE, because="No blood.", group="Source"),
    ]
    made = reporting_table(b.assessment(b.profile("misev2023", "MISEV2023", *findings), b.profile("x", "X")))
    assert made is not None
    assert [(item.criterion, item.answer, item.found) for item in made.items] == [
        ("MISEV2023-QNT-01", "not met", "One. (EV 2)"),
        ("MISEV2023-SRC-05", "does not apply", "No blood."),
    ]


def test_the_latest_edition_that_was_asked_gives_the_table() -> None:
    profiles = [b.profile(f"misev{n}", f"MISEV{n}", b.finding(f"MISEV{n}-REP-01", Verdict.FAIL)) for n in (2018, 2023)]
    made = reporting_table(b.assessment(*profiles, b.profile("x", "X", b.finding("NTA-RUN-01", Verdict.PASS))))
    assert made is not None
    assert made.profile == "MISEV2023"
    assert reporting_table(b.assessment(b.profile("x", "X", b.finding("NTA-RUN-01", Verdict.PASS)))) is None


@pytest.fixture(scope="module")
def written() -> str:
    batch, _, scored = b.realistic()
    findings = [
        b.finding("MISEV2023-QNT-01", Verdict.PASS, because="Two | three *stars*.", group="Quantification"),
        b.finding("MISEV2023-REP-01", Verdict.FAIL, because="The EV-TRACK number is not stated.", group="Reporting"),
        b.finding("MISEV2023-SRC-05", Verdict.NOT_APPLICABLE, because="No blood.", group="Source"),
    ]
    return methods_markdown(build(batch, b.assessment(b.profile("misev2023", "MISEV2023", *findings)), scored))


def test_the_text_is_markdown_with_one_table_a_group(written: str) -> None:
    parsed = MarkdownIt("commonmark").enable("table").parse(written)
    titles = [parsed[n + 1].content for n, token in enumerate(parsed) if token.type == "heading_open"]
    assert titles == [
        "Methods", "Characterisation", "Not stated", "Reporting by MISEV2023", "Quantification", "Reporting",
    ]  # fmt: skip
    assert sum(token.type == "table_open" for token in parsed) == 2
    texts = ["".join(c.content for c in token.children or []) for token in parsed if token.type == "inline"]
    assert "Two | three *stars*." in texts


def test_gaps_are_named(written: str) -> None:
    assert "- Images of single vesicles: none was given" in written
    assert "| MISEV2023-REP-01 | Misev2023 rep 01 | not met | The EV-TRACK number is not stated. |" in written
    assert "Not met or not assessed, and to be supplied or justified: MISEV2023-REP-01." in written
    assert "Do not apply: MISEV2023-SRC-05." in written
    assert "2 of 2 criteria that apply were assessed, 1 is met; 1 does not apply." in plain(written)


def test_nothing_known_is_said_to_be_so() -> None:
    text = methods_markdown(build(*b.empty()))
    assert "Nothing was measured that could be told." in text
    assert "No MISEV profile was asked, so there is no reporting table." in text


def test_where_all_is_met_nothing_is_to_be_justified() -> None:
    batch, _, _ = b.realistic()
    of = b.profile("misev2023", "MISEV2023", b.finding("MISEV2023-QNT-01", Verdict.PASS))
    text = methods_markdown(build(batch, b.assessment(of)))
    assert "justified:" not in text
    assert "Do not apply" not in text
