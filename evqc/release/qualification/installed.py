"""What is installed: versions of packages against what evqc asks for, and its files against their hashes."""

from __future__ import annotations

import base64
import hashlib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

import evqc
from evqc.release.canonical import digest
from evqc.release.qualification.model import Case, Component, InstalledFile, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = Path(evqc.__file__).parent
_NOT_INSTALLED = "run from a source folder: evqc is not installed as a package"


def files() -> tuple[InstalledFile, ...]:
    """Every file of evqc with its hash, by name; compiled files, which Python makes, aside."""
    found = sorted(p for p in _FOLDER.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return tuple(InstalledFile(name=p.relative_to(_FOLDER).as_posix(), sha256=_sha256(p)) for p in found)


def files_sha256(listed: tuple[InstalledFile, ...]) -> str:
    """One hash of all of them: the same for the same version of evqc on every machine."""
    return digest([[each.name, each.sha256] for each in listed])


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def components() -> tuple[Component, ...]:
    """Installed packages by name: evqc and every installed package that it needs, directly or not."""
    found: dict[str, Component] = {}
    waiting = ["evqc"]
    while waiting:
        name = waiting.pop()
        there = _distribution(name)
        if there is not None and there.name.casefold() not in found:
            found[there.name.casefold()] = Component(name=there.name, version=there.version)
            waiting += [each.name for each in _requirements(there)]
    return tuple(found[name] for name in sorted(found))


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _requirements(of: Distribution) -> Iterator[Requirement]:
    for text in of.requires or ():
        required = Requirement(text)
        if required.marker is None or required.marker.evaluate({"extra": ""}):
            yield required


def installation() -> Part:
    """Whether the packages are those that evqc asks for, and its files those that were delivered."""
    about = "Installation qualification: what is there is what was delivered, and what it needs is there."
    return Part(id="installation", title="Installation", about=about, cases=(_versions(), _delivered()))


def _versions() -> Case:
    title, expected = "Every package that evqc needs is there in a version it allows", "none missing or unfit"
    there = _distribution("evqc")
    if there is None:
        return Case(id="IQ-01", title=title, expected=expected, got=_NOT_INSTALLED, result="not assessed")
    unfit = [text for required in _requirements(there) if (text := _unfit(required))]
    return Case(
        id="IQ-01", title=title, expected=expected, got="; ".join(unfit) or expected, result="fail" if unfit else "pass"
    )


def _unfit(required: Requirement) -> str:
    there = _distribution(required.name)
    if there is None:
        return f"{required.name} is missing"
    fits = required.specifier.contains(there.version, prereleases=True)
    return "" if fits else f"{required.name} {there.version}, needed {required.specifier}"


def _delivered() -> Case:
    title, expected = "Every file of evqc has the SHA-256 that its package states", "none missing or changed"
    there = _distribution("evqc")
    stated = (
        [each for each in (there.files or ()) if each.hash is not None and each.parts[0] == "evqc"] if there else []
    )
    if not stated:
        got = _NOT_INSTALLED if there is None else "installed as a link to a source folder: no hashes were delivered"
        return Case(id="IQ-02", title=title, expected=expected, got=got, result="not assessed")
    wrong = [
        str(each) for each in stated if not _as_stated(Path(str(each.locate())), each.hash.value if each.hash else "")
    ]
    got = f"missing or changed: {', '.join(wrong[:20])}" if wrong else expected
    return Case(id="IQ-02", title=title, expected=expected, got=got, result="fail" if wrong else "pass")


def _as_stated(path: Path, stated: str) -> bool:
    """Whether a file has the hash of the package's RECORD: SHA-256 in URL-safe base 64 without filling."""
    if not path.is_file():
        return False
    found = base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest())
    return found.rstrip(b"=").decode() == stated
