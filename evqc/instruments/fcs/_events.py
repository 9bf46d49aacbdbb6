"""The events of an FCS file as an array (flowio decodes integers), and what each channel's values are summed up as."""

from __future__ import annotations

import io
import struct
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from evqc.errors import InputError, Where, refusal
from evqc.numerics.elementary import ten_to

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evqc.instruments._export import ExportFile
    from evqc.instruments.fcs._layout import Channel, Layout

PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)
#: flowio unpacks integers of different widths one by one into a list; more than this would take gigabytes.
_MOST_MIXED = 20_000_000
#: What flowio is known to raise on files that are damaged inside, beside its own errors.
_BROKEN = (
    struct.error, ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, TypeError, ValueError,
)  # fmt: skip


def events(file: ExportFile, found: Layout, *, lenient: bool) -> NDArray[np.float64]:
    """Every event as stored, shape (events, channels).

    Args:
        file: the file, whose size was checked against ``found``.
        found: where the events stand.
        lenient: a last byte that is one too far is known.

    Raises:
        InputError: for integers ``EXTRA_MISSING`` when flowio is not installed, ``FILE_TOO_LARGE``, ``FCS_UNREADABLE``.
    """
    count = found.events * len(found.channels)
    if found.floats is not None:
        # Not by flowio, which reads no FCS 3.2 without $MODE.
        stored = np.frombuffer(file.content, dtype=found.floats, count=count, offset=found.data.begin)
        with np.errstate(invalid="ignore"):  # a signalling NaN is not a number either, and is counted as such
            return stored.astype(np.float64).reshape(found.events, len(found.channels))
    if count > _MOST_MIXED and len({channel.bits for channel in found.channels}) > 1:
        expected = f"at most {_MOST_MIXED} of different widths"
        raise refusal(file.name, "FILE_TOO_LARGE", Where(field="DATA"), f"{count} values", expected)
    if not count:
        return np.empty((0, len(found.channels)))
    decoded = _decoded(file, by_header=found.by_header, lenient=lenient)
    values = np.asarray(decoded, dtype=np.float64)
    if values.shape != (count,):
        raise _unreadable(file, f"{values.size} values", f"{count} values")
    return values.reshape(found.events, len(found.channels))


def _decoded(file: ExportFile, *, by_header: bool, lenient: bool) -> Any:
    try:
        from flowio import FlowData  # noqa: PLC0415  an extra, which loads only for FCS files
        from flowio.exceptions import FlowIOException  # noqa: PLC0415
    except ImportError:
        expected = "the package flowio: pip install 'evqc[fcs]'"
        raise refusal(file.name, "EXTRA_MISSING", Where(), "an FCS file", expected) from None
    options = {"ignore_offset_error": lenient, "ignore_offset_discrepancy": lenient, "use_header_offsets": by_header}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it warns of was checked before
        try:
            return FlowData(io.BytesIO(file.content), **options).events
        except (FlowIOException, *_BROKEN) as error:
            raise _unreadable(file, f"{type(error).__name__}: {error}", "events") from None


def _unreadable(file: ExportFile, found: str, expected: str) -> InputError:
    return refusal(file.name, "FCS_UNREADABLE", Where(field="DATA"), found, expected)


def linear(values: NDArray[np.float64], channel: Channel) -> NDArray[np.float64]:
    """Values of a logarithmic amplifier on the linear scale; others as they are. Shape (n,) to (n,).

    Source: FCS 3.1, ``$PnE``: offset · 10 ^ (decades · value / range).
    """
    if not channel.decades:
        return values
    steps, at = np.unique(values, return_inverse=True)  # of a converter, and so a thousand for a million events
    with np.errstate(over="ignore"):  # what is beyond every number is refused a median below
        return np.asarray((channel.offset * ten_to(channel.decades * steps / channel.range))[at])


def summary(values: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Percentiles 5, 25, 50, 75 and 95 by linear interpolation of the order statistics, shape (5,).

    None for no events and for values of which one is not finite: a percentile of the others would leave them out.
    """
    if not values.size or not np.isfinite(values).all():
        return None
    return np.asarray(np.percentile(values, PERCENTILES))
