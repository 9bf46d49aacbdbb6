"""The words of each picture: title, caption with n and kind of replicate, and a text for those who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.model import Picture
from evqc.report.words import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.report.balance import FractionTable
    from evqc.report.shown import (
        CurveView,
        KineticView,
        PanelView,
        PurityPicture,
        RecoveryStep,
        RunRow,
        SizedSample,
        TracksView,
    )


def pictures(
    sizes: Sequence[SizedSample],
    panels: Sequence[PanelView],
    purity: PurityPicture | None,
    recovery: Sequence[RecoveryStep],
    floor_nm: float,
) -> tuple[Picture, ...]:
    """Every picture that the data allow, in the order in which the report shows them."""
    return (
        *(_size(place, sample, floor_nm) for place, sample in enumerate(sizes) if _drawable(sample)),
        *_concentration(sizes),
        *_agreement(sizes),
        *(_markers(place, panel) for place, panel in enumerate(panels)),
        *_purity(purity),
        *_recovery(recovery),
    )


def of_tracks(lists: Sequence[TracksView]) -> tuple[Picture, ...]:
    """A picture of the tracks of every sample whose lists were read."""
    return tuple(_tracks(place, each) for place, each in enumerate(lists))


def _tracks(place: int, of: TracksView) -> Picture:
    title = f"Sizes behind the tracks of {of.sample}"
    half = f"half of them with {of.median_steps:.0f} steps or more"
    basis = f"{of.tracks} tracks in {counted(len(of.files), 'video')}, {half}"
    raw = f"Grey: apparent sizes, each track counted once, {basis}."
    if of.why_missing:
        return Picture(
            id=f"tracks-{place + 1}",
            shows="tracks",
            index=place,
            title=title,
            caption=f"{raw} The broadening by short tracks was not taken out: {of.why_missing}.",
            alt=f"{title}. Nothing was taken out: {of.why_missing}.",
        )
    return Picture(
        id=f"tracks-{place + 1}",
        shows="tracks",
        index=place,
        title=title,
        caption=(
            f"{raw} Blue: the broadening that short tracks add taken out, each particle weighted by the frames that it "
            f"was seen in; {of.models}; shaded: {of.band}. May be concluded: {' '.join(of.may)} May not be concluded: "
            f"{' '.join(of.may_not)}"
        ),
        alt=(
            f"{title}, {basis}. D50 {of.raw_statistics['d50_nm'].text} apparent, {of.statistics['d50_nm'].text} with "
            f"the broadening taken out; SD {of.raw_statistics['sd_nm'].text} and {of.statistics['sd_nm'].text}."
        ),
    )


def of_fractions(tables: Sequence[FractionTable]) -> tuple[Picture, ...]:
    """A picture of every step that was collected in fractions, of which some amount is known."""
    return tuple(
        _fractions(place, table)
        for place, table in enumerate(tables)
        if any(row.particles.value is not None for row in table.rows)
    )


def _fractions(place: int, of: FractionTable) -> Picture:
    title = f"Fractions of step {of.step}, {of.method}"
    pooled = "Bar at the top: the fractions that were pooled. " if any(row.pooled for row in of.rows) else ""
    shown = ", ".join(f"{row.number} {row.particles.text} at {row.purity.text}" for row in of.rows)
    return Picture(
        id=f"fractions-{place + 1}",
        shows="fractions",
        index=place,
        title=title,
        caption=(
            f"{of.suggestion} Shaded: that pool; dashed: the least purity of a pool, by the rule {of.rule}. "
            f"{pooled}Bars and points with 95 % intervals where they are known; hollow, with an arrow: a bound; "
            "question mark: not known."
        ),
        alt=f"{title}. {of.suggestion} By fraction: {shown}.",
    )


def of_assays(curves: Sequence[CurveView], kinetics: Sequence[KineticView]) -> tuple[Picture, ...]:
    """A picture of every standard curve, and one of every plate with onset times."""
    return (
        *(_standard_curve(place, curve) for place, curve in enumerate(curves)),
        *(_kinetic(place, plate) for place, plate in enumerate(kinetics)),
    )


def _standard_curve(place: int, of: CurveView) -> Picture:
    title = f"Standard curve of {of.title} ({of.file})"
    left_out = [level.nominal.text for level in of.levels if not level.used]
    zero = of.logarithmic and any(level.nominal.value == 0 for level in of.levels)
    hollow = " The standard of 0 has no place on this axis." if zero else ""
    hollow += f" Hollow: standards left out of the fit ({listed(left_out)})." if left_out else ""
    blank = f"blank ({of.blank.text}) subtracted" if of.blank_subtracted else "blank not subtracted"
    correlation = f", r {of.correlation.text}" if of.correlation.value is not None else ""
    return Picture(
        id=f"standard-curve-{place + 1}",
        shows="standard curve",
        index=place,
        title=title,
        caption=(
            f"Signal: {of.signal}; model {of.model}, weights {of.weights}, {blank}. Points: wells of the standards; "
            f"line: the fit, drawn within the range of {of.lowest.text} to {of.highest.text} in which it is used "
            f"(R² {of.determination.text}{correlation}). Right: concentration read back from each standard, in per "
            f"cent of the nominal one.{hollow}"
        ),
        alt=f"{title}: " + ", ".join(f"{level.nominal.text} recovered {level.recovery.text}" for level in of.levels),
    )


def _kinetic(place: int, of: KineticView) -> Picture:
    title = f"Wells over time of {of.plate} ({of.file})"
    begun = [well for well in of.wells if well.onset.value is not None]
    return Picture(
        id=f"kinetics-{place + 1}",
        shows="kinetics",
        index=place,
        title=title,
        caption=(
            f"Each line a well, {of.signal} at {of.wavelength.text}; diamonds: onset time, of {len(begun)} of "
            f"{counted(len(of.wells), 'well')}. A well without a diamond did not react within the time of the run."
        ),
        alt=f"{title}: " + ", ".join(f"{well.well} {well.onset.text}" for well in of.wells),
    )


def _drawable(sample: SizedSample) -> bool:
    return bool(drawn_runs(sample))


def drawn_runs(sample: SizedSample) -> list[RunRow]:
    """The runs that the picture of the size distribution shows: those that count for the means."""
    return [row for row in sample.runs if row.used and row.density is not None]


def _size(place: int, sample: SizedSample, floor_nm: float) -> Picture:
    drawn = drawn_runs(sample)
    left = [row.label for row in sample.runs if row not in drawn]
    omitted = f" Not drawn: {listed(left)}, without usable data." if left else ""
    d_values = [f"D{p} {sample.summary[f'd{p}_nm'].text}" for p in (10, 50, 90)]
    title = f"Size distribution of {sample.label}"
    concentration = sample.summary["concentration"].text
    return Picture(
        id=f"size-{place + 1}",
        shows="size distribution",
        index=place,
        title=title,
        caption=(
            f"{sample.technique}, number-weighted, {_basis(sample)}. {_lines(sample, len(drawn))} "
            f"{_floor(floor_nm) if has_floor(sample) else ''}{omitted}"
        ),
        alt=f"{title}, {counted(len(drawn), 'run')}: {', '.join(d_values)}; concentration {concentration}.",
    )


def _lines(sample: SizedSample, drawn: int) -> str:
    if drawn == 1:
        return "Line: the only run (n = 1, no uncertainty). Diamonds: its D10, D50 and D90."
    curve = sample.curve
    runs = f"Thin lines: {drawn} runs of one sample (technical replicates)"
    if curve is None:
        return f"{runs}; no mean is drawn, since their bins differ. Diamonds: mean D10, D50 and D90 of the runs."
    band = f"shaded: {curve.band}" if curve.low is not None else curve.band
    bars = ", with the 95 % t interval as a bar"
    return f"{runs}; thick line: their mean; {band}. Diamonds: mean D10, D50 and D90 of the runs{bars}."


def has_floor(sample: SizedSample) -> bool:
    """Whether the visibility limit of scatter-based tracking of vesicles applies: not to beads nor to other methods."""
    return sample.technique == "NTA" and sample.bead_nm is None


def _floor(floor_nm: float) -> str:
    return (
        f"Hatched: below the usual visibility limit of scatter-based sizing for vesicles (literature, about "
        f"{floor_nm:g} nm); nothing is said of particles there."
    )


def _basis(sample: SizedSample) -> str:
    return {
        "undiluted sample": "particles per mL of the undiluted sample",
        "suspension as measured": "particles per mL of the suspension as measured (dilution not known)",
        "particles counted": "particles counted (no concentration in the file)",
        "nothing counted": "without any count",
    }[sample.basis]


def _concentration(sizes: Sequence[SizedSample]) -> Iterable[Picture]:
    bases = [b for b in ("undiluted sample", "suspension as measured") if any(with_concentration(sizes, b))]
    for place, basis in enumerate(bases):
        samples = with_concentration(sizes, basis)
        shown = [f"{s.label} {s.summary['concentration'].text}" for s in samples]
        of = "the undiluted sample" if basis == "undiluted sample" else "the suspension as measured, dilution not known"
        title = f"Particle concentration by run, {of}"
        yield Picture(
            id=f"concentration-{place + 1}",
            shows="concentration",
            index=("undiluted sample", "suspension as measured").index(basis),
            title=title,
            caption=(
                "Filled circles: runs used; hollow circles: runs that are not valid, left out of the mean, with the "
                "reason; diamond and line: mean of the runs used with its 95 % t interval on the logarithmic scale "
                "(technical replicates; none for a single run)."
            ),
            alt=f"{title}: {'; '.join(shown)}.",
        )


def with_concentration(sizes: Sequence[SizedSample], basis: str) -> list[SizedSample]:
    """Samples on one basis that state the concentration of at least one run."""
    return [s for s in sizes if s.basis == basis and any(r.concentration.value is not None for r in s.runs)]


def _markers(place: int, panel: PanelView) -> Picture:
    rows = [row for group in panel.groups for row in group.markers]
    title = f"Markers of {panel.sample} by {panel.technique}"
    return Picture(
        id=f"markers-{place + 1}",
        shows="markers",
        index=place,
        title=title,
        caption=(
            "By category of MISEV2018, table 3. ● positive, ○ negative, ◐ indeterminate, – not tested, × invalid. "
            "Where numbers were given: bar, signal; vertical tick, control; triangle, limit of detection. Not tested "
            "is not negative."
        ),
        alt=f"{title}: {', '.join(f'{row.name} {row.call.value}' for row in rows)}.",
    )


def _purity(purity: PurityPicture | None) -> Iterable[Picture]:
    if purity is None:
        return
    shown = [f"{p.sample}: {p.purity.text} at {p.yield_.text}" for p in purity.points]
    yield Picture(
        id="purity",
        shows="purity",
        index=0,
        title="Purity against yield",
        caption=(
            "Crosses: 95 % intervals where they are known; arrows: the value is a bound. Bands as generally quoted "
            "from Webber & Clayton 2013, with the gaps in which the paper names no band; a comparison with one paper, "
            "not a limit. Dashed: the most particles per µg that vesicles of the measured sizes can have, and the "
            "fewest, as if each were solid protein; below it, protein lies beside the particles. "
            f"{' '.join(purity.caveats)}"
        ),
        alt=f"Purity against yield. {'; '.join(shown)}.",
    )


def _recovery(steps: Sequence[RecoveryStep]) -> Iterable[Picture]:
    if not steps:
        return
    shown = [f"step {s.number} {s.method}: " + _recovered(s) for s in steps]
    yield Picture(
        id="recovery",
        shows="recovery",
        index=0,
        title="Recovery through the isolation",
        caption=(
            "Share of what entered a step that its product holds, with 95 % intervals where they are known. Dotted "
            "line: 100 %. Steps without a measurement on both sides are named and left empty."
        ),
        alt=f"Recovery by step. {'; '.join(shown)}.",
    )


def _recovered(step: RecoveryStep) -> str:
    return ", ".join(f"{what} {number.text}" for what, number in step.recovered.items()) or "not measured"


def _agreement(sizes: Sequence[SizedSample]) -> Iterable[Picture]:
    compared = [row for sample in sizes for row in sample.runs if row.compared]
    if not compared:
        return
    outside = [row for row in compared if row.within_rounding is False]
    agree = "agrees" if len(compared) == 1 else "agree"
    verdict = f"{len(compared) - len(outside)} of {counted(len(compared), 'run')} {agree} in every printed statistic"
    yield Picture(
        id="agreement",
        shows="agreement",
        index=0,
        title="The instrument's numbers recomputed",
        caption=(
            "Each mark is one statistic that the file prints: the difference between the value recomputed by the "
            "vendor's rule and the printed one, in units of the tolerance that rounding allows. Inside the two lines "
            f"they agree. {verdict}."
        ),
        alt=f"Vendor agreement: {verdict}.",
    )
