"""The fields of one element of an instrument's XML: texts, amounts and printed numbers, each with its place."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments._amounts import SAID, Amount, amount_at
from evqc.instruments._marks import Marks
from evqc.instruments._rounded import Rounded, rounded
from evqc.instruments._xml import local

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from evqc.measurement import Scalar


@dataclass(frozen=True)
class Fields:
    """One element.

    Attributes:
        source: name of the file.
        element: the element; names of its children are taken without namespace.
        path: how messages call it.
        marks: of the file's numbers.
    """

    source: str
    element: ET.Element
    path: str
    marks: Marks

    def where(self, name: str) -> Where:
        """The place of a field."""
        return Where(field=f"{self.path} / {name}" if self.path else name)

    def child(self, name: str) -> ET.Element | None:
        """The first child of a name."""
        return next((e for e in self.element if local(e.tag) == name), None)

    def each(self, names: str, title: str) -> Iterator[Fields]:
        """The descendants at a path such as ``Peaks/Peak``, each called by ``title`` and its number.

        Raises:
            InputError: ``FIELD_NESTED`` for one inside another, of which only the outer one would be seen.
        """
        last = names.rpartition("/")[2]
        for number, element in enumerate(descend(self.element, names.split("/")), start=1):
            if sum(local(inner.tag) == last for inner in element.iter()) > 1:
                found, expected = f"'{last}' within '{last}'", "one behind the other"
                raise refusal(self.source, "FIELD_NESTED", self.where(f"{title} {number}"), found, expected)
            yield Fields(self.source, element, f"{self.path} / {title} {number}", self.marks)

    def at(self, names: str) -> Fields | None:
        """The first descendant at a path; None when there is none."""
        found = next(iter(descend(self.element, names.split("/"))), None)
        return None if found is None else Fields(self.source, found, f"{self.path} / {names}", self.marks)

    def text(self, name: str) -> str | None:
        """The text of a child; None when it is absent or blank. Raises InputError ``FIELD_TWICE``."""
        every = [child for child in self.element if local(child.tag) == name]
        if len(every) > 1:
            texts = " and ".join(f"'{(child.text or '').strip()}'" for child in every[:2])
            raise refusal(self.source, "FIELD_TWICE", self.where(name), texts, "each field once in its element")
        found = every[0] if every else None
        return None if found is None or found.text is None else found.text.strip() or None

    def amount(self, name: str, *, minimum: float | None = None) -> Amount:
        """What a number field says; raises InputError ``NOT_A_NUMBER``, ``OUT_OF_RANGE``."""
        return amount_at(self.text(name) or "", self.source, self.where(name), self.marks, SAID, minimum=minimum)

    def rounded(self, name: str, *, figures: int | None = None) -> Rounded | None:
        """A printed number with its rounding; None when there is none."""
        return rounded(self.text(name) or "", self.marks, figures=figures)

    def settings(self, names: dict[str, str]) -> dict[str, Scalar]:
        """Filled fields under the names that settings give them: numbers as numbers, the rest as text."""
        found = {key: self.text(name) for name, key in names.items()}
        values = {key: (text, self.marks.parse(text)) for key, text in found.items() if text is not None}
        return {key: text if value is None else value for key, (text, value) in values.items() if text != "-"}

    def texts(self, names: dict[str, str]) -> dict[str, Scalar]:
        """Filled fields as text."""
        return {key: text for name, key in names.items() if (text := self.text(name)) is not None}


def descend(element: ET.Element, names: list[str]) -> list[ET.Element]:
    """The descendants at a path of names without namespaces, in the order of the document."""
    found = [element]
    for name in names:
        found = [child for parent in found for child in parent if local(child.tag) == name]
    return found


def unread(top: ET.Element, read: Iterable[str]) -> tuple[str, ...]:
    """Names of elements with text that are not among ``read``, each once, in the order of the document."""
    known = set(read)
    filled = (local(e.tag) for e in top.iter() if not len(e) and (e.text or "").strip() not in {"", "-"})
    return tuple(dict.fromkeys(name for name in filled if name not in known))
