"""The exact sentences, so that a change of wording is seen and none says more than is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.criteria.evaluate import ask
from evqc.criteria.findings import Fact, Subject
from evqc.criteria.load import shipped
from evqc.criteria.words import number

BOOK = shipped()
MEDIUM = Fact(value="conditioned medium, serum-free")
TRACKED = {"techniques": Fact(value=("NTA",))}
SETTINGS = ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")


def because(identity: str, **facts: Fact) -> str:
    criterion = BOOK.criteria[identity]
    subject = Subject(kind=criterion.subject, name="it", facts={k.replace("__", "."): v for k, v in facts.items()})
    return ask(criterion, subject, words=BOOK.words, day=BOOK.newest).because


@pytest.mark.parametrize(
    ("identity", "facts", "said"),
    [
        (
            "NTA-REP-01",
            {"role": Fact(value="product"), "replicates": Fact(value=2.0, remark="1 more without tracks"), **TRACKED},
            "Number of usable runs is 2 (1 more without tracks); asked for: at least 3.",
        ),
        (
            "NTA-TMP-01",
            {"technique": Fact(value="NTA"), "viscosity_off_water": Fact(value=-11.25)},
            (
                "Difference of the viscosity used from that of water at the temperature measured is -11.25 %; "
                "asked for: between -2 % and 2 %."
            ),
        ),
        (
            "NTA-CNC-01",
            {
                "instrument": Fact(value="nanosight"),
                "role": Fact(value="product"),
                "measured_concentration": Fact(value=3.2e8),
                "run_is_empty": Fact(value=False),
            },
            "Concentration of the suspension as measured is 3.2e8 /mL, which is between 1e7 /mL and 1e9 /mL.",
        ),
        (
            "NTA-DRF-02",
            {"instrument": Fact(value="zetaview"), "drift_highest_position": Fact(value=None, why_missing="no table.")},
            "Largest drift over the positions kept, in µm/s: no table.",
        ),
        (
            "NTA-DRF-01",
            {"instrument": Fact(value="zetaview"), "drift_check": Fact(value="too high")},
            "The instrument's own drift check is too high.",
        ),
        (
            "NTA-FLG-01",
            {
                "technique": Fact(value="NTA"),
                "role": Fact(value="product"),
                "instrument_warnings": Fact(value=SETTINGS),
            },
            "Warnings of the instrument itself: a, b, c, d, e, f, g, h and 2 more.",
        ),
        (
            "NTA-SET-01",
            {"settings_that_differ": Fact(value=()), **TRACKED},
            "Settings that differ between the runs: none.",
        ),
        (
            "NTA-RUN-01",
            {
                "technique": Fact(value="NTA"),
                "role": Fact(value="product"),
                "purpose": Fact(value="measurement"),
                "run_holds_tracks": Fact(value=True),
            },
            "The run holds usable tracks: yes.",
        ),
        (
            "NTA-RUN-01",
            {
                "technique": Fact(value="NTA"),
                "role": Fact(value="product"),
                "purpose": Fact(value="measurement"),
                "run_holds_tracks": Fact(value=False, remark="no trace was completed"),
            },
            (
                "The run holds no usable tracks (no trace was completed), so it says nothing of the product "
                "and is in no mean; find out why, and repeat it if too few are left."
            ),
        ),
        (
            "NTA-AGR-01",
            {
                "technique": Fact(value="NTA"),
                "statistics_agree": Fact(value=False),
                "run_is_empty": Fact(value=False),
            },
            "Printed and recomputed statistics differ by more than rounding: no reason given.",
        ),
        (
            "NTA-SET-03",
            {"instrument": Fact(value="zetaview"), "sop": Fact(value="")},
            "The instrument's procedure (SOP) is not stated.",
        ),
        (
            "MISEV2018-SRC-02",
            {
                "matrix": MEDIUM,
                "source_stated": Fact(
                    value=(
                        "species",
                        "tissue",
                        "cell type",
                        "passage",
                        "medium",
                        "vessel",
                        "cells at harvest",
                        "viability at harvest",
                        "collection time",
                        "volume at harvest",
                    )
                ),
            },
            (
                "Particulars of the source stated: lacking cell bank or donor, seeding density or confluence, "
                "mycoplasma status."
            ),
        ),
        ("MISEV2018-SRC-04", {"matrix": Fact(value="urine")}, "Does not apply; the starting material: urine."),
        (
            "MISEV2018-MRK-03",
            {"claims": Fact(value=("EV", "functional activity"))},
            "Does not apply; claims: EV, functional activity.",
        ),
        ("MISEV2018-MRK-03", {"claims": Fact(value=())}, "Does not apply; claims: none."),
        (
            "MISEV2018-SEP-01",
            {"isolation_steps": Fact(value=()), "parameters_missing": Fact(value=("SEC: resin",))},
            (
                "Isolation steps recorded: none; asked for: at least 1; parameters without which a step cannot be "
                "repeated: SEC: resin."
            ),
        ),
        ("MISEV2018-REP-01", {"ev_track_id": Fact(value="EV1")}, "The EV-TRACK number: EV1."),
        (
            "MISEV2018-REP-01",
            {"ev_track_id": Fact(value="")},
            "No EV-TRACK number is stated: enter the experiment at evtrack.org and put its number into the report.",
        ),
        (
            "MISEV2018-SGL-01",
            {
                "imaging_with_both_views": Fact(value=("AFM",), undecided=("TEM",)),
                "other_single_vesicle_methods": Fact(value=("NTA",)),
            },
            (
                "Imaging methods with wide-field and close-up: 1 (AFM); methods that measure many single particles "
                "without imaging them: 1 (NTA)."
            ),
        ),
        (
            "MISEV2018-SGL-03",
            {"operator_chosen_fields": Fact(value=(), undecided=("a.png", "b.png"))},
            "Images whose field was chosen by the operator: none; undecided: a.png, b.png; asked for: none.",
        ),
        (
            "ISCT-MSC-02",
            {
                "source_is_msc": Fact(value=False, remark="HEK293"),
            },
            "Does not apply; the source is a mesenchymal stromal cell: no (HEK293).",
        ),
        (
            "PUR-ENV-01",
            {"particles_per_protein": Fact(value=None, above=2.4e9)},
            (
                "Ratio of particles to protein is above 2.4e9 /µg, which leaves open whether it is between 1e7 /µg and "
                "1e11 /µg."
            ),
        ),
        (
            "PUR-ENV-01",
            {"particles_per_protein": Fact(value=None, above=1e6, below=1e8)},
            (
                "Ratio of particles to protein is above 1e6 /µg and below 1e8 /µg, which leaves open whether it is "
                "between 1e7 /µg and 1e11 /µg."
            ),
        ),
        (
            "PUR-01",
            {"particles_per_protein": Fact(value=None, above=2.4e9)},
            "The ratio of particles to protein is above 2.4e9 /µg.",
        ),
        (
            "PUR-CEIL-01",
            {"particles_per_protein_to_ceiling": Fact(value=None, above=1.5)},
            (
                "Ratio of particles to protein, relative to the most that vesicles of the measured sizes can have, "
                "is above 1.5; asked for: at most 1."
            ),
        ),
        (
            "ISCT-MSC-03",
            {
                "source_is_msc": Fact(value=True),
                "parent_cells__CD45": Fact(value=None, below=0.5),
                "parent_cells__CD34": Fact(value=3.4, remark="clone 581"),
            },
            "Share of parent cells positive for CD34 is 3.4 %, rounded 3 % (clone 581); asked for: at most 2 %.",
        ),
        (
            "MSC-EV-MRK-04",
            {"source_is_msc": Fact(value=True), "marker__CD14": Fact(value=None, why_missing="not tested")},
            (
                "CD14: not tested; CD34: not known; CD45: not known; CD11b: not known; CD19: not known; HLA-DRDPDQ: "
                "not known."
            ),
        ),
        (
            "MISEV2023-NOM-02",
            {"term_class": Fact(value="biogenesis term", remark="exosomes"), "biogenesis_evidence": Fact(value="")},
            (
                "The term names an origin that nothing here shows: show it (such as by blocking the release from "
                "multivesicular bodies) and state it, or say small EVs or EVs."
            ),
        ),
        (
            "MISEV2023-NOM-04",
            {"term_class": Fact(value="small EV", remark="sEV")},
            "The kind of term for the preparation is small EV (sEV).",
        ),
    ],
)
def test_sentence(identity: str, facts: dict[str, Fact], said: str) -> None:
    assert because(identity, **facts) == said


@pytest.mark.parametrize(
    ("value", "beside", "text"),
    [
        (1e9, None, "1e9"),
        (1.25e-7, None, "1.25e-7"),
        (12345.678, None, "1.235e4"),
        (2235.0, None, "2235"),
        (12345.0, None, "12345"),
        (0.0, None, "0"),
        (-2.0, None, "-2"),
        (10001.5, 10001.0, "10001.5"),
        (30.0004, 30.0, "30.0004"),
        (29.99999, 30.0, "29.99999"),
        (29.9999999, 30.0, "29.9999999"),
        (30.0, 30.0, "30"),
        (2.0000001, (-2.0, 2.0), "2.0000001"),
        (1e100, None, "1e100"),
    ],
)
def test_a_number_is_short_but_never_looks_like_the_limit_it_misses(
    value: float, beside: float | tuple[float, float] | None, text: str
) -> None:
    assert number(value, beside) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_number_lies_on_the_same_side_of_a_limit(value: float, limit: float) -> None:
    printed = float(number(value, limit))
    assert ((printed > limit), (printed < limit)) == ((value > limit), (value < limit))


def test_braces_in_a_remark_stay_text() -> None:
    facts = {
        "technique": Fact(value="NTA"), "role": Fact(value="product"), "purpose": Fact(value="measurement"),
        "run_holds_tracks": Fact(value=False, remark="{limit} {observed}"),
    }  # fmt: skip
    assert "({limit} {observed})" in because("NTA-RUN-01", **facts)
