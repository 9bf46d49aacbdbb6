"""Prints what the benchmark is for: ratios within one run."""

from __future__ import annotations

from typing import Any


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    """Ratios of the medians: whole read to bare parse, plain pandas to whole read, one process to two."""
    session = getattr(config, "_benchmarksession", None)
    medians = {bench.name: bench.stats.median for bench in session.benchmarks if not bench.has_error} if session else {}
    lines = [*_of_files(medians), *_of_folders(medians)]
    if lines:
        terminalreporter.section("ratios")
        terminalreporter.write_line("\n".join(lines))


def _of_files(medians: dict[str, float]) -> list[str]:
    lines = []
    for name, evqc in medians.items():
        case = name.removeprefix("test_a_evqc")
        bare, plain = medians.get(f"test_b_bare_parse{case}"), medians.get(f"test_c_plain_pandas{case}")
        if case != name and bare and plain:
            times = f"evqc {evqc * 1e3:.2f} ms, bare parse {bare * 1e3:.2f} ms, plain pandas {plain * 1e3:.2f} ms"
            lines.append(f"{case}: {times}: {evqc / bare:.1f} x the bare parse, {plain / evqc:.1f} x the files of (c)")
    return lines


def _of_folders(medians: dict[str, float]) -> list[str]:
    one, two = medians.get("test_a_folder[1]"), medians.get("test_a_folder[2]")
    return [f"a folder: one process {one:.2f} s, two {two:.2f} s: {one / two:.2f} x"] if one and two else []
