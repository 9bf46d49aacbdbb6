"""What the layout of a plate cannot say: wells of one group that hold different things, standards without amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from evqc.errors import Issue, Where
    from evqc.instruments._plate_wells import Content


def uneven_groups(
    layout: Mapping[str, Content], where: Callable[[str], Where], *, series: bool = False
) -> tuple[Issue, ...]:
    """Warnings for wells of one group with different concentrations or dilutions, and standards without any.

    A plate reader's software asks for the concentration or dilution of a group, so that all of its wells have it.

    Args:
        layout: what is in the wells.
        where: the place of a well.
        series: wells of one name may hold a series of dilutions, as those of a name of somebody's choice always may.
    """
    first: dict[str, str] = {}
    for name, content in layout.items():
        known = first.setdefault(content.group or name, name)
        free = series or content.role is None
        if _stated(content, free=free) != _stated(layout[known], free=free):
            found = f"{_shown(layout[known])} in {known} and {_shown(content)} in {name}, both {content.group}"
            expected = "one concentration or dilution in all wells of a group"
            return (problem("warning", "LAYOUT_DIFFERS", where(name), found, expected),)
    standards = {name: content.nominal for name, content in layout.items() if content.role == "standard"}
    lost = next((name for name, nominal in standards.items() if nominal is None), None)
    if lost is None or set(standards.values()) == {None}:
        return ()
    found, expected = f"no concentration of standard {layout[lost].group} in {lost}", "one, as of the other standards"
    return (problem("warning", "CONCENTRATION_MISSING", where(lost), found, expected),)


def _stated(content: Content, *, free: bool) -> tuple[object, ...]:
    """What a well is stated to hold; of a number that may differ, whether there is one."""
    numbers = {name: n for name, n in content.more.items() if isinstance(n, float)}
    if free:
        return content.nominal, content.dilution is None, tuple(numbers)
    return content.nominal, content.dilution, numbers


def _shown(content: Content) -> str:
    stated = next((n for n in (content.nominal, content.dilution, *content.more.values()) if n is not None), None)
    return "nothing" if stated is None else f"{stated:g}" if isinstance(stated, float) else str(stated)
