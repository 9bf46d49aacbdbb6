"""``study.toml`` and ``study.xlsx``: read to one model, or refused with everything wrong, each at its place."""

from __future__ import annotations

import io
import tomllib
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from evqc.errors import InputError
from evqc.study.create import create
from evqc.study.model import Study
from evqc.study.open import open_study
from evqc.study.toml import template_toml
from evqc.study.workbook import write_workbook
from tests.study.making import TOML

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OWN_METHODS = """
[[method]]
name = "acoustic trapping"
separates_by = "acoustic contrast"
synonyms = ["acoustics"]
needed = ["frequency_MHz"]
"""


def lay(folder: Path, text: str | bytes = TOML, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    name = "study.xlsx" if isinstance(text, bytes) else "study.toml"
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    for stem, content in files.items():
        (folder / f"{stem}.toml").write_text(content, "utf-8")
    return folder


def issues(folder: Path) -> list[tuple[str, int | None, str]]:
    with pytest.raises(InputError) as caught:
        open_study(folder)
    return [
        (issue.code, issue.where.line, issue.where.column or issue.where.field or "") for issue in caught.value.issues
    ]


def changed(*pairs: tuple[str, str]) -> str:
    text = TOML
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_a_study_is_read(tmp_path: Path) -> None:
    found = open_study(lay(tmp_path / "s"))
    record = found.record
    assert (record.study.id, record.study.seed, found.weights.id) == ("S-1", 7, "clinical-grade")
    assert record.arms[0].methods == ("tangential flow filtration", "size-exclusion chromatography")
    assert (record.arms[0].closed, record.arms[1].closed) == (True, False)
    assert record.batches[0].numbers == {
        "particles_total": 2.5e11, "protein_ug": 60, "albumin_ng": "<40", "feed_particles": 6e11,
    }  # fmt: skip
    assert record.batches[1].numbers["particles_per_protein"] == ">4e9"
    assert found.source is not None
    assert found.source.name == "study.toml"


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "place"),
    [
        ('id = "S-1"\n', "", "MISSING_KEY", 4, "study.id"),
        ('title = "Which', 'titel = "Which', "UNKNOWN_KEY", 6, "study.titel"),
        ("seed = 7", "seed = -7", "OUT_OF_RANGE", 9, "study.seed"),
        ('"tff", ', '"tfff", ', "NOT_ALLOWED", 13, "arms[1].methods[1]"),
        ('["dUC"]', "[]", "NOT_ALLOWED", 24, "arms[2].methods"),
        ("closed = false", 'closed = "no"', "WRONG_TYPE", 25, "arms[2].closed"),
        ("hours = 9", "hours = 0", "OUT_OF_RANGE", 14, "arms[1].hours"),
        ('currency = "EUR"\n', "", "MISSING_KEY", 11, "arms[1].currency"),
        ('name = "UC"', 'name = "TFF + SEC"', "DUPLICATE_NAME", 23, "arms[2].name"),
        ('name = "UC"\nmethods', 'name = "tff + sec"\nmethods', "SPELLED_TWICE", 23, "arms[2].name"),
        ('name = "U1"', 'name = "T1"', "DUPLICATE_NAME", 41, "batches[2].name"),
        ('arm = "UC"', 'arm = "UCC"', "UNKNOWN_ARM", 39, "batches[2].arm"),
        ('donor 1"\nname = "U1"', 'Donor 1"\nname = "U1"', "SPELLED_TWICE", 40, "batches[2].pool"),
        ("protein_ug = 60", "protein_ug = 0", "OUT_OF_RANGE", 34, "batches[1].numbers.protein_ug"),
        ("protein_ug = 60", "protien_ug = 60", "UNKNOWN_KEY", 34, "batches[1].numbers.protien_ug"),
        ("protein_ug = 60", 'protein_ug = "n.d."', "NOT_A_VALUE", 34, "batches[1].numbers.protein_ug"),
        ("protein_ug = 60", "protein_ug = true", "WRONG_TYPE", 34, "batches[1].numbers.protein_ug"),
        ("protein_ug = 60", "protein_ug = nan", "OUT_OF_RANGE", 34, "batches[1].numbers.protein_ug"),
        ("feed_particles = 6e11", "particle_recovery = 4\nfeed_particles = 6e11", "NUMBERS_DISAGREE", 36,
         "batches[1].numbers.particle_recovery"),
        ('name = "U1"', 'name = "U1"\nfolder = "../other"', "PATH_NOT_ALLOWED", 42, "batches[2].folder"),
        ('name = "U1"', 'name = "U1"\nfolder = "u1"', "FILE_MISSING", 42, "batches[2].folder"),
        ('name = "U1"', 'name = "U1"\nsample = "EV"', "NOT_ALLOWED", 42, "batches[2].sample"),
        ('numbers = { particle_recovery = 9, particles_per_protein = ">4e9" }', "", "MISSING_KEY", 38,
         "batches[2].folder"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, code: str, line: int, place: str
) -> None:
    text = TOML.replace(old, new) if TOML.count(old) == 1 else ""
    assert text, old
    assert (code, line, place) in issues(lay(tmp_path / "s", text))


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("u1", "u1", True),
        ("u1", "./u1", True),
        ('u1"\nsample = "EV', "u1", True),
        ('u1"\nsample = "EV', 'u1"\nsample = "EV', True),
        ('u1"\nsample = "EV', 'u1"\nsample = "EV 2', False),
        ("u1", "u2", False),
    ],
)
def test_one_product_of_a_folder_is_one_batch(tmp_path: Path, first: str, second: str, *, refused: bool) -> None:
    text = changed(
        ('name = "T1"\n', f'name = "T1"\nfolder = "{first}"\n'), ('name = "U1"', f'name = "U1"\nfolder = "{second}"')
    )
    folder = lay(tmp_path / "s", text)
    for name in ("u1", "u2"):
        (folder / name).mkdir()
    with pytest.raises(InputError) as caught:
        open_study(folder)
    assert ("DUPLICATE_NAME" in {issue.code for issue in caught.value.issues}) == refused


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = changed(("seed = 7", "sead = 7"), ('"dUC"', '"uck"'), ('arm = "UC"', 'arm = "X"'), ("= 60", '= "?"'))
    assert [code for code, *_ in issues(lay(tmp_path / "s", text))] == [
        "UNKNOWN_KEY", "NOT_ALLOWED", "NOT_A_VALUE", "UNKNOWN_ARM",
    ]  # fmt: skip


def test_an_unknown_method_is_refused_with_those_near_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"near it: size-exclusion chromatography"):
        open_study(lay(tmp_path / "s", changed(('"SEC"]', '"size exclusion chromatografy"]'))))


def test_a_laboratorys_own_method_is_known_once_its_file_is_named(tmp_path: Path) -> None:
    text = changed(("seed = 7", 'methods = "own.toml"'), ('"dUC"', '"acoustics"'))
    found = open_study(lay(tmp_path / "s", text, own=OWN_METHODS))
    assert found.record.arms[1].methods == ("acoustic trapping",)
    assert found.record.arms[0].methods[0] == "tangential flow filtration"


@pytest.mark.parametrize(
    ("methods", "code"),
    [
        (OWN_METHODS.replace("needed", "neded"), "FAULTY_METHODS"),
        (OWN_METHODS.replace('["acoustics"]', '["SEC"]'), "DUPLICATE_NAME"),
        (OWN_METHODS + OWN_METHODS, "DUPLICATE_NAME"),
        ("method = ", "NOT_TOML"),
        ("", "FAULTY_METHODS"),
    ],
)
def test_faulty_own_methods_are_refused(tmp_path: Path, methods: str, code: str) -> None:
    text = changed(("seed = 7", 'methods = "own.toml"'))
    assert {found for found, *_ in issues(lay(tmp_path / "s", text, own=methods))} == {code}


def test_own_methods_that_are_not_there_are_refused(tmp_path: Path) -> None:
    assert issues(lay(tmp_path / "s", changed(("seed = 7", 'methods = "own.toml"'))))[0][0] == "FILE_MISSING"
    assert issues(lay(tmp_path / "s", changed(("seed = 7", 'methods = "../own.toml"'))))[0][0] == "PATH_NOT_ALLOWED"


def test_weights_of_ones_own_and_unknown_ones(tmp_path: Path) -> None:
    assert issues(lay(tmp_path / "s", changed(('"clinical-grade"', '"absent"'))))[0][0] == "UNKNOWN_WEIGHTS"
    assert open_study(lay(tmp_path / "t"), weights="research").weights.id == "research"


@pytest.mark.parametrize("kind", ["nothing", "empty folder", "two records", "another file"])
def test_what_is_no_study_is_refused(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "s"
    if kind != "nothing":
        folder.mkdir()
    if kind == "two records":
        lay(folder)
        lay(folder, write_workbook(None))
    if kind == "another file":
        (folder / "x.csv").write_text("a,b\n", "utf-8")
        folder /= "x.csv"
    with pytest.raises(InputError, match="TWO_RECORDS" if kind == "two records" else "NO_STUDY"):
        open_study(folder)


def test_a_study_cut_anywhere_is_refused_or_the_same_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = open_study(lay(tmp_path / "s")).record
    for end in range(len(TOML) - 1, 0, -7):
        try:
            found = open_study(lay(tmp_path / "s", TOML[:end])).record
        except InputError:
            continue
        assert (
            found.batches == whole.batches[: len(found.batches)]
            or found.batches[-1].numbers.items() <= dict(whole.batches[len(found.batches) - 1].numbers).items()
        )


def test_the_workbook_holds_the_same_as_the_toml(tmp_path: Path) -> None:
    record = open_study(lay(tmp_path / "s")).record
    written = write_workbook(record)
    assert written == write_workbook(record)
    assert open_study(lay(tmp_path / "t", written)).record == record


def edited(change: Callable[[Any], None], record: Study) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(record)))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(sheet: str, cell: str, value: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book[sheet][cell] = value

    return change


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (put("Study", "B2", None), "MISSING_KEY", "B2"),
        (put("Study", "B5", "absent.toml"), "UNKNOWN_WEIGHTS", "the whole file"),
        (put("Methods compared", "B2", "tfff"), "NOT_ALLOWED", "B2"),
        (put("Methods compared", "C2", "tfff"), "NOT_ALLOWED", "C2"),
        (put("Methods compared", "M2", "perhaps"), "NOT_ALLOWED", "M2"),
        (put("Methods compared", "H2", "9 h"), "WRONG_TYPE", "H2"),
        (put("Batches", "A3", "UCC"), "UNKNOWN_ARM", "A3"),
        (put("Batches", "G2", "n.d."), "NOT_A_VALUE", "G2"),
        (put("Batches", "G2", 0), "OUT_OF_RANGE", "G2"),
        (put("Batches", "Z2", 3), "VALUE_WITHOUT_FIELD", "Z2"),
        (put("Batches", "G1", "Protein"), "UNKNOWN_COLUMN", "G1"),
    ],
)
def test_a_cell_that_is_wrong_is_refused_with_its_place(
    tmp_path: Path, change: Callable[[Any], None], code: str, place: str
) -> None:
    record = open_study(lay(tmp_path / "s")).record
    with pytest.raises(InputError) as caught:
        open_study(lay(tmp_path / "t", edited(change, record)))
    found = caught.value.issues[0]
    assert (found.code, found.where.column or str(found.where)) == (code, place)


@pytest.mark.parametrize("name", ["study.xlsx", "study.toml"])
def test_a_new_study_asks_to_be_filled_in(tmp_path: Path, name: str) -> None:
    (written,) = create(tmp_path / "new", name)
    assert written.name == name
    assert (tmp_path / "new" / "batches").is_dir()
    with pytest.raises(InputError, match="MISSING_KEY"):
        open_study(tmp_path / "new")
    with pytest.raises(InputError, match="FOLDER_NOT_EMPTY"):
        create(tmp_path / "new", name)


def test_the_commented_template_is_a_study_once_the_comments_are_taken_away() -> None:
    lines = [line.removeprefix("# ") for line in template_toml().splitlines()[2:]]
    kept = [line for line in lines if not line.startswith(("Study", "Methods compared", "Batches", 'methods = "own'))]
    plain = tomllib.loads("\n".join(kept))
    plain["batches"][0]["arm"] = plain["arms"][0]["name"]
    found = Study.model_validate(plain | {key: tuple(plain[key]) for key in ("arms", "batches")})
    assert found.arms[0].methods == ("tangential flow filtration", "size-exclusion chromatography")
    assert found.batches[0].numbers["albumin_ng"] == "<40"


def test_a_batch_record_names_own_methods_as_a_study_does(tmp_path: Path) -> None:
    from evqc.batch.open import open_batch  # noqa: PLC0415

    (tmp_path / "own.toml").write_text(OWN_METHODS, "utf-8")
    record = """schema = "evqc.batch/1"
[batch]
id = "B"
product = "P"
methods = "own.toml"
[[isolation]]
method = "acoustics"
parameters = { frequency_MHz = 2 }
[[isolation]]
method = "acoustic trapping"
"""
    (tmp_path / "batch.toml").write_text(record, "utf-8")
    opened = open_batch(tmp_path).record
    assert opened is not None
    assert [step.method for step in opened.isolation] == ["acoustic trapping"] * 2
    assert [step.missing_parameters for step in opened.isolation] == [(), ("frequency_MHz",)]
    for old, new, code in (
        ("frequency_MHz = 2", "power_W = 2", "UNKNOWN_KEY"),
        ('methods = "own.toml"', 'methods = "absent.toml"', "FILE_MISSING"),
        ('methods = "own.toml"', 'methods = "../own.toml"', "PATH_NOT_ALLOWED"),
        ('methods = "own.toml"\n', "", "NOT_ALLOWED"),
    ):
        (tmp_path / "batch.toml").write_text(record.replace(old, new), "utf-8")
        with pytest.raises(InputError, match=code):
            open_batch(tmp_path)
