"""Checks that work everything out again: the specification, the findings from the raw files, and the certificate."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from evqc.assessment import assess
from evqc.batch.open import open_batch
from evqc.criteria.load import shipped, with_files
from evqc.errors import InputError
from evqc.records import to_plain
from evqc.release import bundle
from evqc.release.canonical import digest
from evqc.release.draft import draft
from evqc.release.specification import Specification
from evqc.release.verify.container import first_line
from evqc.release.verify.model import Check, check
from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evqc.release.record import ReleaseRecord
    from evqc.release.release import Release

_MOST_DIFFERENCES = 20


def of_specification(release: Release, members: Mapping[str, bytes]) -> Check:
    """Whether the specification has its hash, is the file beside the record, and was in force on the day."""
    used = release.record.specification
    words = f"{used.id}, version {used.version}, SHA-256 {used.sha256[:16]}…, in force on {release.record.judged_for}"
    return check(
        "specification", "The specification is as filed and in force", words, _specification_faults(release, members)
    )


def _specification_faults(release: Release, members: Mapping[str, bytes]) -> Iterator[str]:
    used, day = release.record.specification, release.record.judged_for
    if digest(used.content) != used.sha256:
        yield "release.json: record.specification.sha256 is not that of its content"
    if members.get(bundle.SPECIFICATION) != bundle.specification_json(release):
        yield f"{bundle.SPECIFICATION} is not the specification of the record"
    try:
        filed = Specification.model_validate(used.content)
    except ValidationError as error:
        yield f"release.json: record.specification.content: {first_line(error)}"
        return
    if (filed.id, filed.version, filed.title) != (used.id, used.version, used.title):
        yield "release.json: record.specification: id, version or title is not that of its content"
    if not filed.valid_from.isoformat() <= day <= (filed.valid_until.isoformat() if filed.valid_until else day):
        yield f"release.json: record.judged_for: the specification is not in force on {day}"


def of_findings(release: Release, members: Mapping[str, bytes]) -> Check:
    """Whether the raw files give the record that was signed, judged anew by this copy of evqc.

    Another version of evqc may judge otherwise, by rules that were added: then what differs is said, and the check
    does not decide; where nothing differs, it holds.
    """
    title = "The results follow from the raw files"
    try:
        again = _drafted(release, members)
    except (InputError, ValidationError, ValueError) as error:
        return check("findings", title, "", [f"the files cannot be judged anew: {first_line(error)}"])
    found = list(differences(to_plain(release.record), to_plain(again)))[:_MOST_DIFFERENCES]
    words = f"{len(again.results)} tests judged anew from {len(again.files)} files, with the same results"
    made_by = release.record.evqc_version
    if made_by != __version__ and (unlike := tuple(each for each in found if each != "record.evqc_version")):
        said = f"made by evqc {made_by}, which decides; judged anew by {__version__}: {len(unlike)} differences"
        return Check(id="findings", title=title, held="said", words=said, faults=unlike)
    if made_by != __version__:
        return check("findings", title, f"{words}, though made by evqc {made_by}")
    return check("findings", title, words, [f"release.json: {each} is not what the files give" for each in found])


def _drafted(release: Release, members: Mapping[str, bytes]) -> ReleaseRecord:
    record = release.record
    with tempfile.TemporaryDirectory(prefix="evqc-") as place:
        folder = Path(place) / "batch"
        folder.mkdir()
        for source in record.files:
            target = folder / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(members[f"{bundle.FILES}{source.name}"])
        batch = open_batch(folder)
        named = batch.record.batch.profiles if batch.record is not None else ()
        book, _ = with_files(shipped(), [folder / name for name in named if name.endswith(".toml")])
        day = date.fromisoformat(record.judged_for)
        assessment = assess(batch, rulebook=book, day=day)
        specification = Specification.model_validate(record.specification.content)
        return draft(batch, assessment, specification, day=day, files=record.files)


def differences(signed: Any, again: Any, where: str = "record") -> Iterator[str]:
    """The fields in which two plain documents differ, by their path, such as ``record.results.3.outcome``."""
    if isinstance(signed, dict) and isinstance(again, dict):
        for key in dict.fromkeys([*signed, *again]):
            yield from differences(signed.get(key), again.get(key), f"{where}.{key}")
    elif isinstance(signed, list) and isinstance(again, list) and len(signed) == len(again):
        for number, (one, other) in enumerate(zip(signed, again, strict=True)):
            yield from differences(one, other, f"{where}.{number}")
    elif signed != again or type(signed) is not type(again):
        yield where


#: What else but evqc decides on the bytes of each rendering.
_DECIDES = {"certificate.pdf": ("typst",), "certificate.xlsx": ("openpyxl", "zlib")}


def of_certificate(release: Release, members: Mapping[str, bytes], made_with: Mapping[str, str]) -> Check:
    """Whether the certificate and the README, made again from the release, are the same bytes.

    Args:
        release: what they show.
        members: files of the bundle.
        made_with: versions of what drew them, from the manifest, which nobody signs. Where another one draws here, a
            difference is said, and the bundle is not verified here.
    """
    title = "The certificate shows this release"
    raw = {each.sha256: members[f"{bundle.FILES}{each.name}"] for each in release.record.files}
    readme = bundle.read_me(release, made_with.get("evqc", "")).encode("utf-8")
    again = {bundle.README: readme, **bundle.certificates(release, raw, made_with)}
    unlike = [name for name, content in again.items() if members.get(name) != content]
    here = bundle.drawn_with()
    others = {name: each for name in unlike if (each := _others(name, made_with, here)) and name in members}
    wrong = [f"{name} is not what the release document gives" for name in unlike if name not in others]
    if others and not wrong:
        words = "; ".join(f"{name} cannot be compared: drawn by {each}" for name, each in others.items())
        return Check(id="certificate", title=title, held="said", words=f"{words}; verify with what drew it")
    return check("certificate", title, "PDF, HTML and XLSX made again are the same, byte for byte", wrong)


def _others(name: str, made_with: Mapping[str, str], here: Mapping[str, str]) -> str:
    unlike = [each for each in ("evqc", *_DECIDES.get(name, ())) if made_with.get(each) != here[each]]
    return ", ".join(f"{each} {made_with.get(each, 'unknown')}, here {here[each]}" for each in unlike)
