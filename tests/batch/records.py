"""Batch records for the tests: a full one, and any valid one."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from evqc.batch.measuring import amount_units
from evqc.batch.model import BatchRecord, methods
from evqc.batch.sections import lists
from evqc.batch.statements import answer, statements
from evqc.batch.toml_record import read_toml
from evqc.batch.vocabulary import CLAIMS, IMAGE_METHODS, IN_WORDS, MATRICES, ROLES, SPECIES, TISSUES
from evqc.instruments._export import ExportFile
from evqc.measurands import MEASURANDS, UNITS, factor, is_possible

if TYPE_CHECKING:
    from evqc.errors import InputError, Issue

FULL = """\
schema = "evqc.batch/1"

[batch]
id = "UC-7"
product = "MSC-EV"
claims = ["small EV", "functional activity"]
size_cutoff_nm = 200
prepared_on = 2024-06-01
justifications = { "MISEV2023-SRC-01" = "pooled donors" }

[source]
species = "human"
tissue = "umbilical cord"
passage = 4
cells_at_harvest = 1.2e8
viability_percent = 96.5
volume_ml = 500
harvested_at = 2024-05-30

[[isolation]]
method = "tangential flow filtration"
volume_in_ml = 500
volume_out_ml = 25
sample_in = "medium"
parameters = { membrane = "PES", cutoff_kDa = 300 }

[[isolation]]
method = "size-exclusion chromatography"
volume_in_ml = 25
volume_out_ml = 5
sample_out = "EV-1"

[[samples]]
name = "EV-1"
role = "product"
volume_ml = 5
storage_degC = -80

[[samples]]
name = "medium"
role = "step sample"

[[samples]]
name = "=cmd|'/c calc'!A0"
role = "diluent blank"

[[files]]
path = "nta/EV-1.csv"
sample = "EV-1"
dilution = 1000

[[files]]
path = "nta/beads.csv"
purpose = "bead check"
bead_nm = 100

[[results]]
sample = "EV-1"
measurand = "protein_concentration"
value = 12.5
unit = "ug/mL"
uncertainty = 0.5
replicates = 3
measured_on = 2024-06-02

[[results]]
sample = "EV-1"
measurand = "endotoxin_concentration"
value = "<0.05"
unit = "EU/mL"

[[markers]]
sample = "EV-1"
technique = "western blot"
marker = "CD63"
call = "positive"

[[images]]
path = "images/tem.png"
sample = "EV-1"
method = "cryo electron microscopy"

[[antibodies]]
marker = "CD63"
technique = "western blot"
clone = "TS63"
catalogue_number = "AB-0063"
dilution = "1:1000"

[[assays]]
method = "BCA"
measurand = "protein_concentration"
limit_of_detection = 5
range_lower = 20
range_upper = 2000
unit = "ug/mL"

[statements]
growth_surface = "plastic-adherent"

[[observations]]
sample = "EV-1"
test = "sterility"
outcome = "no growth"
started_on = 2024-06-03
read_on = 2024-06-17
control = "no growth"
containers_tested = 4
containers_positive = 0
"""


def is_answer(text: str) -> bool:
    """Whether a text states something."""
    try:
        return bool(answer(IN_ANY_WORDS, text))
    except ValueError:
        return False


def toml(text: str) -> BatchRecord:
    """The record that a TOML text holds."""
    return read_toml(ExportFile("batch.toml", text.encode()))


def full(*changes: tuple[str, str]) -> BatchRecord:
    """The full record with some of its text replaced; every text replaced must stand there."""
    return toml(changed(*changes))


def changed(*changes: tuple[str, str]) -> str:
    """The text of the full record with some of it replaced."""
    text = FULL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def issues_of(error: InputError) -> list[tuple[str, object]]:
    """Code and place of every issue: a cell with its sheet, or the line."""
    return [(issue.code, _place(issue)) for issue in error.issues]


def _place(issue: Issue) -> object:
    where = issue.where
    return where.line if where.column is None or where.column.isdigit() else f"{where.field}!{where.column}"


#: A statement without a closed list.
IN_ANY_WORDS = next(key for key, each in statements().items() if not each.choices)


def _is_plain(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cs"} and character not in "\ufffe\uffff"


_CHARACTERS = st.one_of(st.characters(codec="utf-8").filter(_is_plain), st.sampled_from("=+-@'\"\\#[]{}\n\t,;<>µ_"))
_HARD_TEXTS = st.sampled_from(("=1+1", "#N/A", "_x0041_", "12", "1-3", "2024-05-01", "true", "'''", '"""', "a\nb", "µ"))
TEXTS = _HARD_TEXTS | st.text(_CHARACTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
ANSWERS = TEXTS.filter(is_answer)
_PATHS = st.from_regex(r"[a-z0-9][a-z0-9 ._-]{0,8}(/[a-z0-9][a-z0-9_-]{0,5})?", fullmatch=True).map(str.strip)
_SAFE_PATHS = _PATHS.filter(lambda path: path and ".." not in path.split("/"))


def _typed(number: float) -> float:
    """A number as a person types it: a spreadsheet keeps 15 significant digits."""
    return float(f"{number:.15g}")


_LARGEST = 1e300
POSITIVE = st.floats(min_value=1e-300, max_value=_LARGEST).map(_typed)
_NUMBERS = st.floats(min_value=-_LARGEST, max_value=_LARGEST).map(_typed)
_DAYS = st.dates(date(1800, 1, 1), date(9999, 12, 31))
_BOUNDS = st.sampled_from(("<0.5", ">600", "> 1e3", "<.5"))


def _entry(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


def _batch() -> st.SearchStrategy[dict[str, Any]]:
    return _entry(
        {"id": TEXTS, "product": TEXTS},
        {
            "term": TEXTS,
            "claims": st.lists(st.sampled_from(CLAIMS), unique=True),
            "size_cutoff_nm": POSITIVE,
            "prepared_on": _DAYS,
            "profiles": st.lists(st.sampled_from(("misev2023", "msc-ev", "own/a.toml", "b c")), unique=True),
            "justifications": st.dictionaries(TEXTS, TEXTS, max_size=3),
        },
    )


def _source() -> st.SearchStrategy[dict[str, Any]]:
    return _entry(
        {},
        {
            "species": st.sampled_from(SPECIES),
            "tissue": st.sampled_from(tuple(TISSUES)),
            "matrix": st.sampled_from(MATRICES),
            "medium": TEXTS,
            "passage": st.integers(0, 10_000),
            "viability_percent": (st.just(0.0) | st.floats(1.5, 100)).map(_typed),
            "volume_ml": POSITIVE,
            "harvested_at": _DAYS,
            "mycoplasma": st.sampled_from(lists()["mycoplasma"]),
        },
    )


@st.composite
def _steps(draw: st.DrawFn, samples: list[str]) -> dict[str, Any]:
    method = draw(st.sampled_from(sorted(methods())))
    keys = (*methods()[method].needed, *methods()[method].also)
    names = {"sample_in": st.sampled_from(samples), "sample_out": st.sampled_from(samples)} if samples else {}
    step = draw(_entry({}, {"volume_in_ml": POSITIVE, "volume_out_ml": POSITIVE, "note": TEXTS, **names}))
    chosen = draw(st.lists(st.sampled_from(keys), max_size=4, unique=True))
    parameters = {key: draw(_NUMBERS | TEXTS if key in IN_WORDS else _NUMBERS) for key in chosen}
    return {"method": method, **step, "parameters": parameters}


def _numbers_of(measurand: str) -> st.SearchStrategy[float]:
    """Numbers that a measurand can be, in its canonical unit."""
    of = MEASURANDS[measurand]
    return st.floats(min_value=max(of.lowest, -_LARGEST), max_value=min(of.highest, _LARGEST))


@st.composite
def _results(draw: st.DrawFn, samples: list[str]) -> dict[str, Any]:
    measurand = draw(st.sampled_from(sorted(MEASURANDS)))
    dimension = UNITS[MEASURANDS[measurand].unit].dimension
    units = sorted(name for name, unit in UNITS.items() if unit.dimension == dimension)
    spelled = draw(st.sampled_from(units))
    numbers = _numbers_of(measurand).map(lambda number: _typed(number / factor(spelled, MEASURANDS[measurand].unit)))
    values = numbers | _BOUNDS.filter(lambda bound: is_possible(measurand, float(bound.strip("<> ")), spelled))
    required = {
        "sample": st.sampled_from(samples),
        "value": values.filter(lambda value: isinstance(value, str) or is_possible(measurand, value, spelled)),
        "unit": st.just(spelled),
    }
    if measurand.startswith("marker_"):
        required["marker"] = TEXTS
    optional = {
        "size_um": POSITIVE, "uncertainty": POSITIVE, "replicates": st.integers(1, 99), "method": TEXTS,
        "measured_on": _DAYS,
    }  # fmt: skip
    return {"measurand": measurand, **draw(_entry(required, optional))}


@st.composite
def _spikes(draw: st.DrawFn, samples: list[str]) -> dict[str, Any]:
    name = draw(st.sampled_from([each for each in sorted(MEASURANDS) if amount_units(each)]))
    sample = draw(st.sampled_from(samples))
    others = [each for each in samples if each.strip() != sample.strip()]
    required = {"material": TEXTS, "amount": POSITIVE, "unit": st.sampled_from(amount_units(name)), "marker": TEXTS}
    without = {"without": st.sampled_from(others)} if others else {}
    optional = {**without, "uncertainty": POSITIVE, "note": TEXTS}
    return {"sample": sample, "measurand": name, **draw(_entry(required, optional))}


def _files(samples: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    extras = {"note": TEXTS, "bead_uncertainty_nm": POSITIVE}
    beads = _entry({"path": _SAFE_PATHS, "purpose": st.just("bead check"), "bead_nm": POSITIVE}, extras)
    if not samples:
        return beads
    optional = {"runs": TEXTS, "dilution": st.floats(1, 1e12).map(_typed), "mapping": _SAFE_PATHS}
    return beads | _entry({"path": _SAFE_PATHS, "sample": st.sampled_from(samples)}, optional)


def _markers(samples: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    calls = st.sampled_from(("positive", "negative"))
    optional = {"signal": _NUMBERS, "control_signal": _NUMBERS, "call": calls, "lysate": calls, "image": _SAFE_PATHS}
    return _entry({"sample": st.sampled_from(samples), "technique": TEXTS, "marker": TEXTS}, optional)


@st.composite
def _observations(draw: st.DrawFn, samples: list[str]) -> dict[str, Any]:
    texts = dict.fromkeys(("method", "control", "entered_by", "note"), TEXTS)
    required = {"sample": st.sampled_from(samples), "test": TEXTS, "outcome": TEXTS}
    tested = draw(st.integers(1, 99))
    counted = {"containers_tested": tested, "containers_positive": draw(st.integers(0, tested))}
    entry = draw(_entry(required, {"started_on": _DAYS, "read_on": _DAYS, **texts}))
    return entry | draw(st.sampled_from(({}, {"containers_tested": tested}, counted)))


def _images(samples: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    required = {"path": _SAFE_PATHS, "sample": st.sampled_from(samples), "method": st.sampled_from(IMAGE_METHODS)}
    return _entry(required, {"view": st.sampled_from(lists()["view"]), "note": TEXTS})


def _antibodies() -> st.SearchStrategy[dict[str, Any]]:
    optional = dict.fromkeys(("clone", "catalogue_number", "supplier", "lot", "dilution"), TEXTS | st.just("1:1000"))
    return _entry({"marker": TEXTS, "technique": TEXTS}, optional)


@st.composite
def _assays(draw: st.DrawFn) -> dict[str, Any]:
    measurand = draw(st.sampled_from(sorted(MEASURANDS)))
    low, high = sorted((draw(POSITIVE), draw(POSITIVE)))
    limits = {"limit_of_detection": st.just(low), "range_lower": st.just(low), "range_upper": st.just(high)}
    texts = dict.fromkeys(("instrument", "calibration", "blank", "settings"), TEXTS)
    required = {"method": TEXTS, "unit": st.just(MEASURANDS[measurand].unit)}
    return draw(_entry(required, {"measurand": st.just(measurand), **limits, **texts}))


def _assay(entry: dict[str, Any]) -> tuple[str | None, ...]:
    return tuple(entry.get(key) for key in ("method", "instrument", "measurand"))


def _statements() -> st.SearchStrategy[dict[str, str]]:
    answers = {key: st.sampled_from(each.choices) if each.choices else ANSWERS for key, each in statements().items()}
    chosen = st.lists(st.sampled_from(sorted(answers)), unique=True, max_size=4)
    return chosen.flatmap(lambda keys: st.fixed_dictionaries({key: answers[key] for key in keys}))


@st.composite
def records(draw: st.DrawFn) -> BatchRecord:
    """Any record that ``read_toml`` would accept."""
    names = draw(st.lists(TEXTS, unique=True, max_size=3))
    optional = {
        "volume_ml": POSITIVE,
        "storage_degC": st.floats(-273, 1000).map(_typed),
        "tube": TEXTS,
        "stored_days": POSITIVE,
        "note": TEXTS,
    }
    sample = _entry({"role": st.sampled_from(ROLES)}, optional)
    of_samples = {
        "results": _results(names), "markers": _markers(names), "observations": _observations(names),
        "images": _images(names), "spikes": _spikes(names),
    } if names else {}  # fmt: skip
    entries = {
        "isolation": _steps(names), "files": _files(names), **of_samples, "antibodies": _antibodies()
    }  # fmt: skip
    lists_of_entries = {key: draw(st.lists(strategy, max_size=3)) for key, strategy in entries.items()}
    assays = draw(st.lists(_assays(), max_size=3, unique_by=_assay))
    samples = [{"name": name, **draw(sample)} for name in names]
    if steps := len(lists_of_entries["isolation"]):
        of_steps = draw(st.lists(st.none() | st.integers(1, steps), min_size=len(names), max_size=len(names)))
        for place, step in enumerate(of_steps, start=1):
            samples[place - 1] |= {} if step is None else {"from_step": step, "fraction": place}
    single = {"batch": draw(_batch()), "source": draw(_source()), "statements": draw(_statements())}
    return BatchRecord.model_validate({**single, "samples": samples, "assays": assays, **lists_of_entries})
