"""Templates: what they ask for, what they hold, and that nothing of them is a placeholder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.markers.vocabulary import resolve
from evqc.release.canonical import canonical
from evqc.release.specification_check import problems
from evqc.release.templates.making import command_for, from_template, templates
from tests.release.specifications import PRODUCT, SUBSTANCE, VALUES, sound

if TYPE_CHECKING:
    from evqc.release.specification import Specification

NAMES = [listed.name for listed in templates().templates]
#: What the issue asks of the templates, by category.
CATEGORIES = {
    "identity", "size", "content", "purity", "potency", "sterility", "endotoxin", "mycoplasma", "residual DNA",
    "appearance", "pH", "osmolality", "parent cells",
}  # fmt: skip
TAGS = re.compile(r"\[(src|2nd|lit-[HML])[:\]]")


def refused(name: str, **values: str) -> set[tuple[str, str | None]]:
    with pytest.raises(InputError) as error:
        from_template(name, values)
    return {(issue.code, issue.where.field) for issue in error.value.issues}


def markers_of(specification: Specification, expected: str) -> set[str]:
    return {name for test in specification.tests if test.expected == expected for name in test.markers}


def test_two_templates_ship() -> None:
    assert NAMES == [SUBSTANCE, PRODUCT]


@pytest.mark.parametrize("name", NAMES)
def test_a_template_holds_the_usual_set(name: str) -> None:
    specification = sound(name)
    further = {"sub-visible particles", "volume", "container closure"} if name == PRODUCT else set()
    assert {test.category for test in specification.tests} == CATEGORIES | further
    assert markers_of(specification, "positive") == {"CD9", "CD63", "CD81", "CD73", "CD90", "CD105"}
    assert markers_of(specification, "negative") == {"Calnexin", "CD45", "CD14", "CD11b"}
    assert all(test.control for test in specification.tests if test.expected == "negative")
    assert "audit trail reviewed" in specification.checklist
    assert specification.signatures == ("reviewed", "released")


@pytest.mark.parametrize("name", NAMES)
def test_no_placeholder_is_left(name: str) -> None:
    text = canonical(sound(name)).decode()
    assert not re.search(r"\{[a-z_]+\}", text)
    assert not re.search(r"TODO|TBD|XXX|placeholder", text, re.IGNORECASE)


@pytest.mark.parametrize("name", NAMES)
def test_every_limit_says_where_it_comes_from(name: str) -> None:
    """A tag of verification, or nothing but the laboratory's own document."""
    for test in sound(name).tests:
        assert TAGS.search(test.source) or test.source == VALUES["source"], test.id


@pytest.mark.parametrize("name", NAMES)
def test_every_marker_is_one_of_the_vocabulary(name: str) -> None:
    named = {marker for test in sound(name).tests for marker in (*test.markers, *filter(None, [test.marker]))}
    assert all(resolve(marker) is not None for marker in named)


def test_limits_of_the_reference_stand_as_they_are() -> None:
    """STANDARDS 4.1, 4.4, 4.5 and 10.6."""
    product = sound()
    limits = {test.id: test.limits for test in product.tests}
    assert limits["PC-CD105"] == (">= 95",)
    assert limits["PC-CD45"] == limits["PC-HLADR"] == ("<= 2",)
    assert limits["SIZ-01"] == ("> 90",)
    assert limits["SVP-10"] + limits["SVP-25"] == ("<= 6000", "<= 600")
    assert limits["SVP-10M"] + limits["SVP-25M"] == ("<= 3000", "<= 300")
    window = product.test("SIZ-01")
    assert window is not None
    assert window.window_nm == (50, 400)
    sterility = product.test("STE-01")
    assert sterility is not None
    assert sterility.days == 14


@pytest.mark.parametrize("name", NAMES)
def test_videos_of_one_sample_are_one_result(name: str) -> None:
    """STANDARDS 7.6, OOS-04: the mean that is judged is declared; one video of five is no result by itself."""
    for identity in ("SIZ-01", "CON-01"):
        test = sound(name).test(identity)
        assert test is not None
        assert (test.reportable.formula, test.reportable.determinations) == ("mean", 5)
        assert test.reportable.largest_cv_percent == 20


def test_one_video_is_no_mean() -> None:
    assert refused(PRODUCT, **{**VALUES, "videos": "1"}) == {("NOT_A_VALUE", "videos")}


def test_containers_above_100_ml_are_counted_per_ml() -> None:
    large = {test.id: (test.limits, test.per) for test in sound(container_ml="250").tests}
    assert large["SVP-10"] == (("<= 25",), "as measured")
    assert large["SVP-25"] == (("<= 3",), "as measured")
    assert large["SVP-10M"] == (("<= 12",), "as measured")
    assert large["SVP-25M"] == (("<= 2",), "as measured")
    assert {test.id for test in sound(container_ml="100").tests} == large.keys()


def test_the_endotoxin_limit_is_never_a_flat_default() -> None:
    test = sound().test("END-01")
    assert test is not None
    assert test.limits == ()
    assert test.note is not None
    assert "0.25 to 100 EU/mL" in test.note


def test_a_route_without_k_needs_its_own_limit() -> None:
    taken = {need.key for listed in templates().templates for need in listed.takes if listed.name == SUBSTANCE}
    given = {key: text for key, text in VALUES.items() if key in taken} | {"route": "inhaled"}
    assert refused(SUBSTANCE, **given) == {("VALUE_NEEDED", "endotoxin_limit")}
    filed = from_template(SUBSTANCE, given | {"endotoxin_limit": "< 0.25"}).test("END-01")
    assert filed is not None
    assert filed.limits == ("< 0.25",)


def test_a_limit_above_k_m_is_not_made() -> None:
    with pytest.raises(InputError, match="ENDOTOXIN_ABOVE_KM"):
        sound(endotoxin_limit="< 100")


def test_everything_that_is_missing_is_asked_for_at_once() -> None:
    needed = {need.key for listed in templates().templates for need in listed.takes if need.needed == "always"}
    assert refused(PRODUCT) == {("VALUE_NEEDED", key) for key in needed}
    with pytest.raises(InputError, match="--set dose_ml=10"):
        from_template(PRODUCT, {})


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("dose", "10", "UNKNOWN_KEY"),
        ("dose_ml", "ten", "NOT_A_VALUE"),
        ("dose_ml", "10 mL", "NOT_A_VALUE"),
        ("particles_per_ug", "3e9", "NOT_A_VALUE"),
        ("valid_from", "1.1.2026", "NOT_A_VALUE"),
        ("valid_from", "2026-02-30", "WRONG_TYPE"),
        ("route", "by mouth", "NOT_ALLOWED"),
        ("ph_from", "9.0", "LIMITS_CONTRADICT"),
        ("source", " ", "NOT_A_VALUE"),
        ("product", "a\nb", "NOT_A_VALUE"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(key: str, text: str, code: str) -> None:
    assert code in {found for found, _ in refused(PRODUCT, **{**VALUES, key: text})}


def test_digits_stay_as_they_were_typed() -> None:
    made = sound(potency_from_percent="70.0", container_ml="2.00", label_particles_per_ml="1.00e10")
    potency, volume = made.test("POT-01"), made.test("VOL-01")
    assert potency is not None
    assert volume is not None
    assert potency.limits[0] == ">= 70.0"
    assert volume.limits == (">= 2.00",)
    assert made.dosage.label_particles_per_ml == "1.00e10"


def test_an_unknown_template_names_those_there_are() -> None:
    with pytest.raises(InputError, match=SUBSTANCE):
        from_template("msc-drug-substance", {})


def test_every_key_of_a_template_is_used_and_described() -> None:
    for listed in templates().templates:
        assert len({need.key for need in listed.takes}) == len(listed.takes)
        assert all(need.meaning and need.example for need in listed.takes)
        assert f"from-template {listed.name}" in command_for(listed)


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_make_a_specification_without_errors(name: str) -> None:
    assert not [issue for issue in problems(sound(name)) if issue.severity == "error"]
