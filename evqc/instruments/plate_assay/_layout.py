"""Which well holds what: standards, blanks and samples, as the mapping, the export or a layout file states them."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evqc.errors import Where, problem, refusal
from evqc.instruments.plate_assay.mapping import place
from evqc.measurands import UnknownUnitError, factor

if TYPE_CHECKING:
    from evqc.errors import Issue
    from evqc.instruments.plate_assay.mapping import PlateMapping
    from evqc.measurement import Quantity

#: How plate readers name what is in a well, at the beginning of its content or group.
_ROLES = (
    ("standard", re.compile(r"std|standard|cal", re.IGNORECASE)),
    ("blank", re.compile(r"blk|blank|buffer", re.IGNORECASE)),
    ("sample", re.compile(r"spl|smp|sample|unk", re.IGNORECASE)),
)


@dataclass(frozen=True, kw_only=True)
class SampleWells:
    """The wells of one sample at one dilution.

    Attributes:
        name: of the sample.
        wells: its replicates.
        dilution: None when nothing states it.
        spiked_wells, spike: product positive control, and what was added to it in the plate's unit.
        stated: what else the layout says of these wells, such as the protein in them.
    """

    name: str
    wells: tuple[str, ...]
    dilution: float | None = None
    spiked_wells: tuple[str, ...] = ()
    spike: float | None = None
    stated: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What is in the wells of a plate.

    Attributes:
        standards: wells of each concentration, in the plate's unit.
        blank: wells without analyte.
        samples: in the order in which they are stated.
    """

    standards: Mapping[float, tuple[str, ...]]
    blank: tuple[str, ...]
    samples: tuple[SampleWells, ...]

    @property
    def wells(self) -> frozenset[str]:
        """Every well that means something."""
        of_samples = (w for sample in self.samples for w in (*sample.wells, *sample.spiked_wells))
        return frozenset((*self.blank, *of_samples, *(w for wells in self.standards.values() for w in wells)))


def of_mapping(mapping: PlateMapping) -> Layout | None:
    """The layout that the mapping itself states; None when it leaves it to the export."""
    if not mapping.standard:
        return None
    return Layout(
        standards={standard.concentration: standard.wells for standard in mapping.standard},
        blank=mapping.plate.blank,
        samples=tuple(
            SampleWells(name=s.name, wells=s.wells, dilution=s.dilution, spiked_wells=s.spiked_wells, spike=s.spike)
            for s in mapping.sample
        ),
    )


def of_export(mapping: PlateMapping, wells: Mapping[str, Quantity], source: str) -> Layout:
    """The layout that the export states of its wells, in their settings ``content``, ``group`` and what goes with them.

    A well with a nominal concentration is a standard unless its content says otherwise. What is neither standard, blank
    nor sample, such as a control, is left out.

    Args:
        mapping: of the plate.
        wells: what was read, by well.
        source: name of the file, for messages.

    Raises:
        InputError: ``LAYOUT_MISSING`` when the export states no standards or no samples, ``UNIT`` when their unit does
            not convert to that of the mapping, ``DILUTION_NOT_STATED`` for a dilution that is no factor.
    """
    standards: dict[float, list[str]] = defaultdict(list)
    samples: dict[tuple[str, object, float | None], list[str]] = defaultdict(list)
    blank = list(mapping.plate.blank)
    for name in sorted(wells, key=place):
        one = wells[name]
        role = _role(one)
        if role == "standard":
            standards[_nominal(mapping, one, source)].append(name)
        elif role == "blank" and name not in blank:
            blank.append(name)
        elif role == "sample":
            samples[(_name(one), one.settings.get("group"), _dilution(one, source))].append(name)
    if not standards or not samples:
        found = f"{len(standards)} standards and {len(samples)} samples"
        expected = "an export that states its layout, or [[standard]] and [[sample]] in the mapping"
        raise refusal(source, "LAYOUT_MISSING", Where(), found, expected)
    read = tuple(SampleWells(name=n, wells=tuple(own), dilution=d) for (n, _, d), own in samples.items())
    fixed = {concentration: tuple(own) for concentration, own in standards.items()}
    return Layout(standards=fixed, blank=tuple(blank), samples=read)


def _role(well: Quantity) -> str | None:
    """What a well is: what its content says; without one its group or a nominal concentration."""
    content = well.settings.get("content")
    said = str(content or well.settings.get("group") or "")
    role = next((role for role, pattern in _ROLES if pattern.match(said)), None)
    if role is None and content is None and well.settings.get("nominal_concentration") is not None:
        return "standard"
    return role


def _name(well: Quantity) -> str:
    """The sample's own name; that of its group, or the well itself, when the export states none."""
    return str(well.sample or well.settings.get("group") or well.settings["well"])


def _nominal(mapping: PlateMapping, well: Quantity, source: str) -> float:
    """Nominal concentration of a standard well in the plate's unit; an export without unit means that unit."""
    stated, unit = well.settings.get("nominal_concentration"), well.settings.get("concentration_unit")
    name = str(well.settings.get("well"))
    if isinstance(stated, (bool, str)) or stated is None or not stated >= 0:
        raise refusal(source, "LAYOUT_MISSING", well.where, f"well {name}: {stated}", "the concentration of a standard")
    try:
        return float(stated) * (factor(str(unit), mapping.plate.unit) if unit else 1.0)
    except UnknownUnitError as error:
        raise refusal(source, "UNIT", well.where, str(error), f"a unit that converts to {mapping.plate.unit}") from None


def _dilution(well: Quantity, source: str) -> float | None:
    """The dilution factor that the export states; refuses one that is stated as a share, which may mean two things."""
    stated, share = well.settings.get("dilution"), well.settings.get("diluted_share")
    if stated is None and share is not None:
        expected = "a factor of at least 1, or the wells and their 'dilution' in the mapping"
        raise refusal(source, "DILUTION_NOT_STATED", well.where, f"a dilution of {share}", expected)
    return float(stated) if isinstance(stated, (int, float)) and stated >= 1 else None


def contradictions(
    mapping: PlateMapping, layout: Layout, wells: Mapping[str, Quantity], source: str
) -> tuple[Issue, ...]:
    """A warning for each well of which the export says something else than the layout that is used.

    Args:
        mapping: of the plate.
        layout: that is used.
        wells: what was read, by well.
        source: name of the file, for messages.
    """
    meant: dict[str, tuple[str, float | None]] = {
        w: ("standard", float(x)) for x, own in layout.standards.items() for w in own
    }
    meant |= {w: ("blank", None) for w in layout.blank if w not in meant}
    meant |= {w: ("sample", s.dilution) for s in layout.samples for w in s.wells}
    issues = []
    for name in sorted(meant.keys() & wells.keys(), key=place):
        used, said = meant[name], _said(mapping, wells[name], source)
        if said[0] is not None and (said[0] != used[0] or not _same(said[1], used[1])):
            found, expected = f"well {name} is {_shown(said)} in the export", f"{_shown(used)}, as in the layout used"
            issues.append(problem("warning", "LAYOUT_DISAGREES", wells[name].where, found, expected))
    return tuple(issues)


def _said(mapping: PlateMapping, well: Quantity, source: str) -> tuple[str | None, float | None]:
    """Role of a well by its content, with its concentration or dilution, as the export states them."""
    role = _role(well) if well.settings.get("content") else None
    if role == "standard" and well.settings.get("nominal_concentration") is not None:
        return role, _nominal(mapping, well, source)
    stated = well.settings.get("dilution") if role == "sample" else None
    return role, float(stated) if isinstance(stated, (int, float)) else None


def _same(one: float | None, other: float | None) -> bool:
    return one is None or other is None or math.isclose(one, other, rel_tol=1e-9)


def _shown(role: tuple[str | None, float | None]) -> str:
    return f"a {role[0]}" if role[1] is None else f"a {role[0]} of {role[1]:g}"
