"""Known truth to native export files, seeded: the same options give the same bytes."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, get_type_hints

from evqc.errors import InputError, Issue
from evqc.records import from_plain
from evqc.simulation.nanosight import write_summary
from evqc.simulation.nanosight_tracks import write_tracks
from evqc.simulation.table import MARKERS, write_markers, write_protein
from evqc.simulation.truth import CAPTURED, SOURCE, Component, Truth, bad_option, component, stem_of
from evqc.simulation.zetaview import run_name, write_positions, write_size
from evqc.simulation.zetaview_profile import write_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "MARKERS",
    "Component",
    "Truth",
    "component",
    "kinds",
    "options_of",
    "simulate",
    "write_markers",
    "write_positions",
    "write_profile",
    "write_protein",
    "write_size",
    "write_summary",
    "write_tracks",
]

Files = dict[str, bytes]


def kinds() -> dict[str, Callable[..., Files]]:
    """What can be simulated: the kind's name and the function that writes its files of a ``Truth``."""
    return {
        "nanosight": _nanosight,
        "nanosight-tracks": write_tracks,
        "zetaview": _zetaview,
        "zetaview-profile": _zetaview_profile,
        "markers": _markers,
        "protein": _protein,
    }


#: The function whose keyword arguments are the options of a kind, and the options that the kind itself decides.
_WRITERS: dict[str, tuple[Callable[..., object], frozenset[str]]] = {
    "nanosight": (write_summary, frozenset()),
    "nanosight-tracks": (write_tracks, frozenset()),
    "zetaview": (write_size, frozenset({"run"})),
    "zetaview-profile": (write_profile, frozenset({"run"})),
    "markers": (write_markers, frozenset()),
    "protein": (write_protein, frozenset()),
}
#: Where a kind's usual truth differs from that of ``Truth``.
_USUAL: dict[str, dict[str, object]] = {
    "nanosight-tracks": {"runs": 3},
    "zetaview": {"dilution": 5000.0, "runs": 3},
    "zetaview-profile": {"runs": 1},
    "markers": {"runs": 3},
    "protein": {"runs": 3},
}


def options_of(kind: str) -> dict[str, object]:
    """The options that ``kind`` takes, in their order, with their default values.

    Raises:
        InputError: ``OPTION`` for an unknown kind.
    """
    return _truth_defaults() | _USUAL.get(kind, {}) | _writer_defaults(kind)


def simulate(kind: str, **options: Any) -> Files:
    """Export files of a known truth.

    Args:
        kind: one of ``kinds()``.
        options: fields of ``Truth`` (``components`` also as texts such as ``110:1.35:0.9``) and the keyword arguments
            of the kind's writer; ``options_of`` lists them.

    Returns:
        The bytes of each file by its name, in the order of the runs.

    Raises:
        InputError: ``OPTION`` for an unknown kind and for every option that is unknown or makes no sense.
    """
    known = options_of(kind)
    unknown = [
        bad_option(name, value, f"one of {', '.join(known)}") for name, value in options.items() if name not in known
    ]
    if unknown:
        raise InputError(SOURCE, *unknown)
    for_truth = {name: value for name, value in options.items() if name in _truth_defaults()}
    for_writer = {name: value for name, value in options.items() if name not in for_truth}
    truth = _truth(_USUAL.get(kind, {}) | for_truth)
    return kinds()[kind](truth, **_typed(_WRITERS[kind][0], for_writer))


def _truth_defaults() -> dict[str, object]:
    return {p.name: p.default for p in inspect.signature(Truth).parameters.values()}


def _writer_defaults(kind: str) -> dict[str, object]:
    if kind not in _WRITERS:
        raise InputError(SOURCE, bad_option("kind", kind, f"one of {', '.join(_WRITERS)}"))
    writer, decided = _WRITERS[kind]
    parameters = inspect.signature(writer).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY and p.name not in decided}


def _truth(options: Mapping[str, object]) -> Truth:
    plain = dict(options)
    if isinstance(given := plain.get("components"), (list, tuple)):
        plain["components"] = [component(c) if isinstance(c, str) else c for c in given]
    truth: Truth = _validated(lambda: from_plain(Truth, plain))
    return truth


def _typed(writer: Callable[..., object], options: Mapping[str, object]) -> dict[str, Any]:
    """The options as the types that the writer's annotations ask for."""
    from pydantic import TypeAdapter  # noqa: PLC0415  loads only when something is simulated

    hints = get_type_hints(writer)
    return {
        name: _validated(lambda: TypeAdapter(hints[name]).validate_python(value), name)  # noqa: B023  called at once
        for name, value in options.items()
    }


def _validated(make: Callable[[], Any], name: str = "") -> Any:
    from pydantic import ValidationError  # noqa: PLC0415  loads only when something is simulated

    try:
        return make()
    except ValidationError as error:
        raise InputError(SOURCE, *_issues(error.errors(), name)) from None


def _issues(errors: list[Any], name: str) -> list[Issue]:
    return [
        bad_option(" / ".join(str(part) for part in (name, *e["loc"]) if part != ""), e["input"], e["msg"])
        for e in errors
    ]


def _nanosight(truth: Truth, **options: Any) -> Files:
    return {f"{stem_of(truth.sample)}-ExperimentSummary.csv": write_summary(truth, **options)}


def _zetaview(truth: Truth, **options: Any) -> Files:
    shared = inspect.signature(write_positions).parameters
    for_positions = {name: value for name, value in options.items() if name in shared}
    made: Files = {}
    for run in range(truth.runs):
        name = f"{run_name(truth, run, options.get('captured', CAPTURED))}_size_488"
        made[f"{name}.txt"] = write_size(truth, run=run, **options)
        made[f"{name}_11pos.txt"] = write_positions(truth, run=run, **for_positions)
    return made


def _zetaview_profile(truth: Truth, **options: Any) -> Files:
    captured = options.get("captured", CAPTURED)
    return {
        f"{run_name(truth, run, captured)}_prof_488.txt": write_profile(truth, run=run, **options)
        for run in range(truth.runs)
    }


def _markers(truth: Truth, **options: Any) -> Files:
    return write_markers(truth, **options)


def _protein(truth: Truth, **options: Any) -> Files:
    return write_protein(truth, **options)
