"""XML documents of instruments: read without entities, without a network, and not deeper than they are."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, cast

from evqc.errors import Where, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.instruments._export import ExportFile

#: The deepest real file (a FlowJo workspace) nests below 40 levels.
DEEPEST = 200
#: The largest real file, of traces, unpacks to 3 MB; a tree of elements takes ten times the memory of its text.
LARGEST_TEXT = 32 * 1024 * 1024
_DECLARATION = ("<!doctype", "<!entity")


def root(file: ExportFile) -> ET.Element:
    """The root element of an XML file.

    Document type declarations are refused as a whole: entities, external files and their expansion start there.

    Raises:
        InputError: ``FILE_TOO_LARGE``, ``XML_DECLARATION``, ``XML_TOO_DEEP``, ``XML_TEXT_BETWEEN``,
            ``XML_BROKEN``, or what ``ExportFile.text`` refuses.
    """
    if len(file.content) > LARGEST_TEXT:
        found, limit = f"{len(file.content) / 2**20:.0f} MiB of XML", f"at most {LARGEST_TEXT / 2**20:.0f} MiB"
        raise refusal(file.name, "FILE_TOO_LARGE", Where(), found, limit)
    text = file.text()
    folded = text.casefold()
    if any(mark in folded for mark in _DECLARATION):
        raise refusal(file.name, "XML_DECLARATION", Where(), "a document type declaration", "plain XML without one")
    body = text[text.find("?>") + 2 :] if text.lstrip().startswith("<?xml") else text
    parser: ET.XMLPullParser[ET.Element] = ET.XMLPullParser(events=("start", "end"))
    try:
        parser.feed(body)
        parser.close()
        return _walked(file, parser)
    except ET.ParseError as error:
        line = error.position[0]
        raise refusal(file.name, "XML_BROKEN", Where(line=line), str(error), "a whole XML document") from None


def _walked(file: ExportFile, parser: ET.XMLPullParser[ET.Element]) -> ET.Element:
    depth, top = 0, None
    for event, element in cast("Iterator[tuple[str, ET.Element]]", parser.read_events()):
        depth += 1 if event == "start" else -1
        top = element if top is None else top
        if depth > DEEPEST:
            raise refusal(file.name, "XML_TOO_DEEP", Where(), f"more than {DEEPEST} levels", "an instrument's export")
        if event == "end" and len(element) and (stray := _between(element)):
            where, found = Where(field=local(element.tag)), f"'{stray[:40]}' between elements"
            raise refusal(file.name, "XML_TEXT_BETWEEN", where, found, "elements only: something was torn out here")
    if top is None:
        raise refusal(file.name, "XML_BROKEN", Where(), "no element", "a whole XML document")
    return top


def _between(element: ET.Element) -> str:
    """Text between the elements within an element, which no instrument writes."""
    return " ".join(" ".join((element.text or "", *(inner.tail or "" for inner in element))).split())


def local(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]
