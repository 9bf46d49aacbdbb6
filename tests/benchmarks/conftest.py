"""Prints what the benchmark is for: ratios within one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    """Ratios of medians and of minima: whole read to bare parse, plain pandas to whole read, one process to two."""
    session = getattr(config, "_benchmarksession", None)
    measured = [bench for bench in session.benchmarks if not bench.has_error] if session else []
    medians, minima = ({bench.name: getattr(bench.stats, of) for bench in measured} for of in ("median", "min"))
    both = {"medians": medians, "minima": minima}
    lines = [f"{title}: {line}" for title, times in both.items() for line in _of_files(times)]
    lines += _of_turns(measured)
    lines += _of_folders(minima)
    if lines:
        terminalreporter.section("ratios")
        terminalreporter.write_line("\n".join(lines))
    if batches := _of_batches(measured):
        terminalreporter.section("batches")
        terminalreporter.write_line("\n".join(batches))


def _of_files(times: dict[str, float]) -> list[str]:
    lines = []
    for name, evqc in times.items():
        case = name.removeprefix("test_a_evqc")
        others = ("test_b_bare_parse", "test_c_plain_pandas", "test_d_same_content")
        bare, plain, same = (times.get(f"{test}{case}") for test in others)
        if case != name and bare and plain and same:
            each = f"evqc {evqc * 1e3:.2f} ms, (b) {bare * 1e3:.2f}, (c) {plain * 1e3:.2f}, (c') {same * 1e3:.2f}"
            files = f"{plain / evqc:.1f} x the files of (c), {same / evqc:.1f} x those of (c')"
            lines.append(f"{case}: {each}: {evqc / bare:.2f} x the bare parse (b), {files}")
    return lines


def _of_turns(measured: Iterable[Any]) -> list[str]:
    """The ratios within one turn: the median of them, and between which the middle half lies."""
    lines = []
    for bench in (bench for bench in measured if "turns" in bench.extra_info):
        evqc, bare, plain = np.array(bench.extra_info["turns"]).T
        said = f"{_middle(evqc / bare)} x the bare parse (b), {_middle(plain / evqc)} x the files of (c)"
        lines.append(f"in turns: {bench.name.removeprefix('test_in_turns')}: {said}")
    return lines


def _middle(ratios: Any) -> str:
    low, median, high = np.quantile(ratios, (0.25, 0.5, 0.75))
    return f"{median:.2f} ({low:.2f} to {high:.2f})"


def _of_folders(times: dict[str, float]) -> list[str]:
    lines = []
    for way, title in (("read", "evqc read"), ("import", "evqc.read")):
        one, two = (times.get(f"test_a_folder[{processes}-{way}]") for processes in (1, 2))
        if one and two:
            lines.append(f"minima: a folder: {title}: one process {one:.2f} s, two {two:.2f} s: {one / two:.2f} x")
    one, halves = times.get("test_a_folder[1-read]"), times.get("test_b_two_halves")
    if one and halves:
        lines.append(f"minima: a folder: two that read one half each {halves:.2f} s: {one / halves:.2f} x")
    return lines


def _of_batches(measured: Iterable[Any]) -> list[str]:
    """The median of one batch, and what ten thousand on two processes take where fewer took their median."""
    lines = []
    for bench in (bench for bench in measured if bench.name.startswith(("test_one_batch", "test_many_batches"))):
        case, median = bench.name.partition("[")[2].rstrip("]"), bench.stats.median
        many = bench.extra_info.get("batches")
        said = f"10 000 on two processes {median * 10_000 / many:.0f} s" if many else f"one {median * 1e3:.1f} ms"
        lines.append(f"{case}: {said}")
    return sorted(lines)
