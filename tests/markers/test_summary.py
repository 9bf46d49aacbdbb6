from __future__ import annotations

import pytest

from evqc.markers.panel import MarkerInput, interpret
from evqc.markers.summary import summarise
from evqc.measurement import Call, Control, MarkerPanel, MarkerResult

P, N, W, U, X = Call.POSITIVE, Call.NEGATIVE, Call.INDETERMINATE, Call.NOT_TESTED, Call.INVALID


def result(name: str, call: Call) -> MarkerResult:
    return MarkerResult(
        name=name,
        symbol=None,
        as_written=name,
        signal=None,
        unit=None,
        background=None,
        limit_of_detection=None,
        call=call,
        why="",
    )


def made(*controls: Control, **calls: Call) -> MarkerPanel:
    markers = tuple(result(name.replace("_", "-"), call) for name, call in calls.items())
    return MarkerPanel(technique="western blot", sample="S", controls=controls, markers=markers)


BLOT = made(CD9=N, CD63=P, CD81=P, TSG101=P, GAPDH=P, Albumin=N, ApoA_I=W, Calnexin=N, CD73=P, CD90=X, CD34=U, CD45=N)


def test_markers_by_category() -> None:
    found = summarise(BLOT)
    assert [c.group for c in found.categories] == ["1a", "1b", "2a", "2b", "3a", "4c"]
    assert found.category("1").positive == ("CD63", "CD81", "CD73")
    assert found.category("1").negative == ("CD9", "CD45")
    assert found.category("1").not_tested == ("CD34",)
    assert found.category("2a", "2b").positive == ("TSG101", "GAPDH")
    assert found.category("2a").positive == ("TSG101",)
    assert found.category("3").assessed == ("Albumin",)
    assert found.category("3").indeterminate == ("ApoA-I",)
    assert found.category("5").assessed == ()


def test_sets_count_members_that_nobody_listed_as_untested() -> None:
    found = summarise(BLOT)
    positive = found.of_set("msc-positive")
    assert positive.positive == ("CD73",)
    assert positive.invalid == ("CD90",)
    assert positive.not_tested == ("CD105", "CD44", "CD29")
    assert positive.assessed == ("CD73",)
    negative = found.of_set("msc-negative")
    assert negative.negative == ("CD45",)
    assert negative.not_tested == ("CD14", "CD34", "CD11b", "CD19", "CD79a", "HLA-DRDPDQ")
    assert found.of_set("tetraspanins").positive == ("CD63", "CD81")
    with pytest.raises(KeyError):
        found.of_set("nothing")


def test_an_all_zero_panel_assesses_nothing() -> None:
    rows = [MarkerInput(as_written=name, signal=0.0) for name in ("CD9", "CD63", "TSG101", "Albumin")]
    found = summarise(interpret("ELISA", "S", rows))
    assert all(c.assessed == () for c in (*found.categories, *found.sets))
    assert found.category("3").invalid == ("Albumin",)


def test_no_panel_assesses_nothing() -> None:
    found = summarise()
    assert found.categories == ()
    assert all(s.assessed == () for s in found.sets)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (P, P, "positive"),
        (P, N, "indeterminate"),
        (P, U, "positive"),
        (P, X, "positive"),
        (N, U, "negative"),
        (N, W, "negative"),
        (W, X, "indeterminate"),
        (X, U, "invalid"),
        (U, U, "not_tested"),
    ],
)
def test_two_panels_of_one_sample(one: Call, other: Call, together: str) -> None:
    found = summarise(made(CD9=one), made(CD9=other))
    assert getattr(found.category("1b"), together) == ("CD9",)
    assert found.disagreeing == (("CD9",) if {one, other} == {P, N} else ())


def test_one_marker_under_two_names_counts_once() -> None:
    found = summarise(made(TSG101=P, VPS23=P))
    assert found.category("2a").positive == ("TSG101",)


def test_unknown_and_ambiguous_names_are_listed_and_count_nowhere() -> None:
    found = summarise(made(TF=P, ABC1=P, CD9=P))
    assert found.unresolved.positive == ("TF", "ABC1")
    assert [c.group for c in found.categories] == ["1b"]


def test_a_name_that_is_not_known_may_be_of_any_category_and_an_ambiguous_one_of_those_that_it_may_mean() -> None:
    found = summarise(made(CD6E=P, AIM=N, TSC101=W, Foo=U))
    assert (found.unresolved.positive, found.unresolved.negative) == (("CD6E",), ("AIM",))
    assert found.of_unknown_category("1").negative == ("'AIM'",)
    assert found.of_unknown_category("2").negative == ()
    assert found.of_unknown_category("4", "5").assessed == ("'CD6E'", "'AIM'")
    assert found.of_unknown_category("2").undecided == ("'TSC101'",)


@pytest.mark.parametrize(
    "name",
    ["mIgG2a isotype 1", "Isotype control 2", "rabbit IgG", "mouse IgG2b kappa", "Blank 1", "Neg ctrl", "unstained",
     "CD9 isotype", "secondary only", "PBS"],
)  # fmt: skip
def test_a_name_that_is_clearly_of_a_control_is_no_unknown_marker(name: str) -> None:
    found = summarise(made(**{name: P, "CD63": P}))
    assert found.unresolved.assessed == ()
    assert found.category("1").positive == ("CD63",)


def test_an_isotype_control_is_no_marker() -> None:
    assert summarise(made(mIgG1=P)).categories == ()


def lysate(marker: str, call: Call | None) -> Control:
    return Control(name="lysate", kind="lysate", marker=marker, call=call)


def test_what_the_lysate_shows_of_negative_markers() -> None:
    controls = (lysate("Calnexin", P), lysate("CD45", N), lysate("GM130", None), lysate("CD63", P))
    found = summarise(made(*controls, Calnexin=N, CD45=N, GM130=N, CD63=P, CD14=N))
    assert found.shown_in_lysate == {"Calnexin": True, "CD45": False, "GM130": None, "CD14": None}


def test_ambiguous_names_are_told_apart_from_unknown_ones() -> None:
    found = summarise(made(AIM=P, p24=P, XYZ=P, CD63=P))
    assert found.unresolved.positive == ("AIM", "p24", "XYZ")
    assert found.ambiguous == (
        "'AIM' may mean CD69 or CD5L",
        "'p24' may mean CD9 or TMED proteins and the HIV capsid",
    )
    assert found.unknown == ("XYZ",)


def test_members_of_families_stand_behind_the_vocabulary_in_their_category() -> None:
    found = summarise(made(GNAS=P, GNAI2=P, CD63=P, IL_6=N, VEGF_A=P))
    assert found.category("1a").positive == ("CD63", "GNAI2", "GNAS")
    assert (found.category("5a").positive, found.category("5a").negative) == (("VEGF-A",), ("IL6",))
