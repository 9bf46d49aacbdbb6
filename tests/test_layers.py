"""Imports point only down, there are no cycles, and nothing heavy loads early."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import pytest

import evqc
from tests.places import PACKAGE, ROOT

if TYPE_CHECKING:
    from pathlib import Path

#: One line a layer, from the ground up; the table in CONTRIBUTING.md says the same.
LAYERS = (
    ("errors", "garbage", "records", "measurands", "workbooks", "version"),
    ("measurement", "calibration", "reading"),
    ("numerics", "markers"),
    ("instruments",),
    ("simulation", "batch"),
    ("criteria",),
    ("isolation",),
    ("assessment", "study"),
    ("report",),
    ("release",),
    ("documents",),
    ("cli", "__init__", "__main__"),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))


def dotted(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(file: Path) -> set[str]:
    """Modules of evqc that a file imports, those inside functions and type-checking blocks included."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    known = {dotted(module) for module in MODULES}
    return {name for name in found if name in known and name != "evqc"}


def layer(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


@pytest.mark.parametrize("file", MODULES, ids=dotted)
def test_imports_point_down(file: Path) -> None:
    here = LEVEL[layer(dotted(file))]
    above = [name for name in imported(file) if LEVEL[layer(name)] > here]
    assert not above, f"{dotted(file)} imports upwards: {above}"


def test_there_is_no_import_cycle() -> None:
    graph = {dotted(file): imported(file) - {dotted(file)} for file in MODULES}
    parents = {name: {dep for dep in deps if not name.startswith(f"{dep}.")} for name, deps in graph.items()}
    list(TopologicalSorter(parents).static_order())


@pytest.mark.parametrize("statement", ["import evqc", "from evqc.cli import app"])
def test_nothing_heavy_loads_early(statement: str) -> None:
    script = f"import sys; {statement}; print([m for m in ('pandas', 'scipy', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


#: Readers that no word in a file rules out: what they recognise are numbers alone, or letters and numbers of a plate.
#: ImageJ's word, "area", may stand within another one.
ALWAYS_ASKED = {"array_grid", "macsplex_beads", "tapestation"}
_READERS_LOADED = """
import sys
from evqc.instruments import _registry
{act}
print(*(m.split(".")[2] for m in sys.modules if m.startswith("evqc.instruments.") and m.count(".") == 2))
"""


def readers_loaded(act: str) -> set[str]:
    """The readers that a new process has imported after some statements."""
    command = [sys.executable, "-c", _READERS_LOADED.format(act=act)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return {name for name in done.stdout.split() if not name.startswith("_")}


@pytest.mark.parametrize(
    ("simulated", "own"),
    [("nanosight", {"nanosight"}), ("zetaview", {"zetaview", "imagej"})],
)
def test_a_file_loads_only_readers_that_may_recognise_it(simulated: str, own: set[str], tmp_path: Path) -> None:
    for name, data in evqc.simulate(simulated).items():
        (tmp_path / name).write_bytes(data)
        act = f"import evqc; assert evqc.read({str(tmp_path / name)!r}).readings[0].instrument == {simulated!r}"
        assert readers_loaded(act) <= own | ALWAYS_ASKED


@pytest.mark.parametrize(
    ("act", "loaded"),
    [
        ("_registry.names()", set()),
        ("_registry.chosen('nanosight')", {"nanosight"}),
        ("_registry.joiners_of(['nanosight', 'fcs'])", {"nanosight", "fcs"}),
        ("from evqc.report.sizes import _instrument; assert _instrument('skanit') != 'skanit'", {"skanit"}),
    ],
)
def test_what_is_asked_by_name_loads_no_other_reader(act: str, loaded: set[str]) -> None:
    assert readers_loaded(act) == loaded


def test_only_the_command_line_catches_everything() -> None:
    broad = []
    for file in MODULES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler) and dotted(file) != "evqc.cli":
                names = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"Exception"}
                if names & {"Exception", "BaseException"}:
                    broad.append(f"{dotted(file)}:{node.lineno}")
    assert not broad


def test_every_layer_is_named_in_contributing() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    folders = {p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    assert not [name for name in folders if f"`{name}/`" not in text]
    assert folders <= set(LEVEL)


@pytest.mark.parametrize(("imported", "stated", "threads"), [
    ("evqc.cli", None, "1"), ("evqc.cli", "3", "3"), ("evqc", None, "none"),
])  # fmt: skip
def test_a_command_starts_one_thread_for_linear_algebra_and_a_program_as_it_likes(
    imported: str, stated: str | None, threads: str
) -> None:
    name = "OPENBLAS_NUM_THREADS"
    env = {key: value for key, value in os.environ.items() if key != name} | ({name: stated} if stated else {})
    command = [sys.executable, "-c", f"import os, {imported}; print(os.environ.get({name!r}, 'none'))"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=env)
    assert done.stdout.strip() == threads
