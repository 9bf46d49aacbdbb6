"""FlowJo workspaces (``.wsp``, FlowJo 10): the population counts of every sample, and the statistics that stand there.

A workspace holds counts and gates, not events. Shares of the parent are computed from the counts, and frequencies that
the workspace holds are compared with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments._xml import local, root
from evqc.instruments.flowjo._populations import measured
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

    from evqc.instruments._export import ExportFile

__all__ = ["NAME", "READS", "STATUS", "TITLE", "read", "recognises"]

NAME = "flowjo"
TITLE = "FlowJo workspace"
FAMILY = "markers"
STATUS: Literal["verified"] = "verified"
READS = ("Workspaces of FlowJo 10 (.wsp): event counts of nested populations, shares of the parent, statistics",)
MENTIONS = "flowjoversion="

_LAYOUT = ("WindowPosition", "TextTraits", "Columns", "Graph")


def recognises(file: ExportFile) -> bool:
    """Whether the document is a ``Workspace`` that names its version of FlowJo."""
    return not file.is_workbook and file.holds("<Workspace", "flowJoVersion=")


def read(file: ExportFile) -> Reading:
    """The whole reading of a workspace.

    Raises:
        InputError: ``XML_BROKEN`` and the like, ``NO_SAMPLES``, ``SAMPLE_LOST``, ``POPULATION_LOST``,
            ``MISSING_FIELD``, ``NOT_A_NUMBER`` for a count that is none.
    """
    top = root(file)
    samples = [node for node in top.iterfind("SampleList/Sample") if node.find("SampleNode") is not None]
    if local(top.tag) != "Workspace" or not samples:
        raise refusal(file.name, "NO_SAMPLES", Where(field="SampleList"), "no sample", "a workspace with samples")
    every = sum(local(node.tag) == "SampleNode" for node in top.iter())
    if every != len(samples):
        shown, expected = f"{every - len(samples)} elsewhere", "each 'SampleNode' in a 'Sample' of the list"
        raise refusal(file.name, "SAMPLE_LOST", Where(field="SampleList"), shown, expected)
    found = [measured(sample, file.name) for sample in samples]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=top.get("flowJoVersion"),
        file_kind="workspace",
        measurements=tuple(m for part in found for m in part.quantities),
        issues=tuple(issue for part in found for issue in part.issues),
        unread=(*_unread(top), *dict.fromkeys(name for part in found for name in part.unread)),
    )


def _unread(top: ET.Element) -> tuple[str, ...]:
    """Parts of the workspace, beside the samples, that hold something."""
    parts = (local(node.tag) for node in top if len(node) and local(node.tag) not in ("SampleList", *_LAYOUT))
    return tuple(dict.fromkeys(parts))
