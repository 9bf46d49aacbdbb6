"""ZetaView size file: header and linear table to one size distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._numbers import whole
from evqc.instruments.zetaview._comparisons import compared_with_table, disagreements, printed_median
from evqc.instruments.zetaview._header import Header, header, text_of, torn, unread, version
from evqc.instruments.zetaview._settings import READ, acquired_at, run_name, settings
from evqc.instruments.zetaview._statistics import RULE, Classes
from evqc.instruments.zetaview._tables import (
    AREA,
    CONCENTRATION,
    NUMBER,
    SIZE,
    VOLUME,
    SizeTable,
    check_log_sizes,
    class_width,
    column_issues,
    parted,
    resaved,
    tables,
)
from evqc.instruments.zetaview._validity import validity
from evqc.measurement import (
    Agreement,
    Bins,
    Dilution,
    SizeDistribution,
    SizeStatistics,
    Statistics,
    TotalConcentration,
    Weighting,
    agreement,
)
from evqc.reading import Reading, accepted
from evqc.records import array

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile

#: Software families whose rules were verified on real files.
VERIFIED = ("8.05", "8.06")
#: Larger than any dilution or correction that makes sense.
_LARGEST_FACTOR = 1e12
_READ = READ | {
    "software", "sample", "type of measurement", "number of traces", "average number of particles", "dilution",
    "concentration correction factor", "median number (d50)", "median concentration (d50)", "median volume (d50)",
    "particle drift checked", "particle drift check result", "cell checked", "cell check result",
}  # fmt: skip


def read(file: ExportFile) -> Reading:
    """The reading of a ZetaView size file.

    Raises:
        InputError: what the header and the tables raise, ``MEASUREMENT_TYPE``, ``UNSUPPORTED_VERSION``.
    """
    text = parted(file.name, text_of(file))
    head = header(file.name, text.above[:-1], [(text.first_line, text.below)])
    _check_type(head)
    software, _ = version(head)
    linear, log = tables(text, head.decimal)
    run, issues = _distribution(head, linear, log)
    printed = () if linear.native else resaved(text)
    issues = (*_version_issues(head, run.agreement), *torn(head), *printed, *issues)
    return accepted(
        file.source,
        instrument="zetaview",
        software_version=software,
        file_kind="size distribution",
        measurements=(run,),
        issues=tuple(sorted(issues, key=lambda issue: issue.where.line or 0)),
        unread=(*unread(head, _READ, "Size Distribution"), AREA),
    )


def _check_type(head: Header) -> None:
    field = head.required("type of measurement")
    if field.value != "Size Distribution":
        raise refusal(head.source, "MEASUREMENT_TYPE", field.where, f"'{field.value}'", "Size Distribution")


def _version_issues(head: Header, compared: Agreement) -> tuple[Issue, ...]:
    """A warning for a version whose rules were not verified; a refusal when its D50 do not follow them either."""
    software, family = version(head)
    analysed = head.text("analyze")
    if family in VERIFIED and (analysed is None or analysed.startswith(VERIFIED)):
        return ()
    where, found = head.required("software").where, f"version {software}, analysed by {analysed or 'the same'}"
    expected = f"version {' or '.join(VERIFIED)}, whose rules are verified"
    if compared.largest_difference_nm is None or not compared.within_rounding:
        raise refusal(head.source, "UNSUPPORTED_VERSION", where, found, expected)
    return (problem("warning", "UNVERIFIED_VERSION", where, found, expected),)


def _distribution(head: Header, linear: SizeTable, log: SizeTable) -> tuple[SizeDistribution, tuple[Issue, ...]]:
    classes = Classes(linear, class_width(head.source, linear)) if len(linear) else None
    check_log_sizes(head.source, log)
    contradictions = column_issues(head.source, linear, classes.centre) if classes else ()
    traces = _traces(head, linear)
    compared, printed_issues = compared_with_table(head, classes, log, traces)
    judged, run_issues = validity(head, traces, int(linear.total[NUMBER]))
    dilution, dilution_issues = _dilution(head)
    stated, setting_issues = settings(head)
    acquired, time_issues = acquired_at(head)
    width = classes.width if classes else None
    edges = np.arange(len(linear) + 1) * (width or 0.0)
    run = SizeDistribution(
        technique="NTA",
        sample=head.text("sample"),
        run=run_name(head),
        acquired_at=acquired,
        diameter_nm=Bins(lower=array(edges[:-1]), upper=array(edges[1:])),
        count=linear.value(NUMBER),
        concentration_per_ml=linear.value(CONCENTRATION),
        dilution=dilution,
        concentration_total_per_ml=_total(linear, dilution),
        statistics=_three_rules(head, classes),
        agreement=agreement(RULE, compared),
        validity=judged,
        settings=stated | {"nm_per_class": width},
        other_weightings=_volume_weighting(head, classes),
        where=head.required("number of traces").where,
    )
    return run, (
        *contradictions, *printed_issues, *run_issues, *dilution_issues, *setting_issues, *time_issues,
        *disagreements(head, compared),
    )  # fmt: skip


def _traces(head: Header, linear: SizeTable) -> int:
    field = head.required("number of traces")
    traces = whole(field.value, head.source, field.where, decimal=head.decimal)
    if traces and not len(linear):
        where = Where(line=linear.first_line, column=SIZE)
        raise refusal(
            head.source, "TRUNCATED", where, "no class before the row of -1", f"the classes of {traces} traces"
        )
    return traces


def _three_rules(head: Header, classes: Classes | None) -> Statistics:
    if classes is None or not classes.table.total[NUMBER] > 0:
        return Statistics(reported=SizeStatistics(), vendor=SizeStatistics(), standard=SizeStatistics())
    printed = printed_median(head, "number")
    reported = SizeStatistics(d50_nm=printed[0] if printed else None)
    return Statistics(reported=reported, vendor=classes.vendor, standard=classes.standard)


def _volume_weighting(head: Header, classes: Classes | None) -> tuple[Weighting, ...]:
    """The Volume column with its printed D50 beside the vendor's rules."""
    if classes is None or not classes.table.total[VOLUME] > 0:
        return ()
    mean, sd, _ = classes.mean_and_sds(VOLUME)
    d10, d50, d90 = classes.d_values(VOLUME)
    printed = printed_median(head, "volume")
    return (
        Weighting(
            of="diameter",
            by="volume",
            unit="nm",
            lower=array(classes.lower),
            upper=array(classes.upper),
            value=classes.table.value(VOLUME),
            value_unit="nm3",
            reported={"d50": printed[0]} if printed else {},
            vendor={"mean": mean, "sd": sd, "d10": d10, "d50": d50, "d90": d90},
        ),
    )


def _dilution(head: Header) -> tuple[Dilution, tuple[Issue, ...]]:
    """The stated dilution, which the file's numbers do not include; None when it is absent or below 1.

    Source:
        Original concentration = sum of the bins x Dilution x Concentration Correction Factor, as 11pos files and PDF
        reports print it.
    """
    correction = _correction(head)
    factor = head.number("dilution")
    if factor is not None and 1 <= factor <= _LARGEST_FACTOR:
        return Dilution(factor=factor, source="file", already_applied=False, correction=correction), ()
    field = head.find("dilution")
    found = f"'{field.value}'" if field else "no dilution"
    where = field.where if field else Where(field="Dilution")
    issue = problem("warning", "DILUTION_NOT_STATED", where, found, f"a dilution factor from 1 to {_LARGEST_FACTOR:g}")
    return Dilution(factor=None, source="not stated", already_applied=False, correction=correction), (issue,)


def _correction(head: Header) -> float:
    key = "concentration correction factor"
    factor = head.number(key)
    if factor is None:
        return 1.0
    if not 0 < factor <= _LARGEST_FACTOR:
        raise refusal(
            head.source,
            "OUT_OF_RANGE",
            head.required(key).where,
            f"{factor:g}",
            f"above 0, at most {_LARGEST_FACTOR:g}",
        )
    return factor


def _total(linear: SizeTable, dilution: Dilution) -> TotalConcentration:
    """Totals of the suspension as measured and of the sample; none without traces. The file prints none itself."""
    if not linear.total[NUMBER] > 0:
        return TotalConcentration(reported=None, recomputed=None, undiluted=None)
    total = linear.total[CONCENTRATION]
    undiluted = None if dilution.factor is None else total * dilution.factor * dilution.correction
    return TotalConcentration(reported=None, recomputed=total, undiluted=undiluted)
