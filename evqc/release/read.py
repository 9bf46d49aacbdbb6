"""Reads a release document from its file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from evqc.errors import Where, refusal
from evqc.records import from_plain
from evqc.release.release import Release

if TYPE_CHECKING:
    from pathlib import Path


def read_release(path: Path) -> Release:
    """The release document of a file.

    Raises:
        InputError: ``CANNOT_READ`` or ``NOT_A_RELEASE``, with the first field at fault.
    """
    try:
        return from_plain(Release, json.loads(path.read_bytes()))
    except OSError as error:
        raise refusal(
            str(path), "CANNOT_READ", Where(), error.strerror or str(error), "a file that can be read"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = Where(field=".".join(map(str, first["loc"])))
        raise refusal(str(path), "NOT_A_RELEASE", place, first["msg"], "a document evqc.release/1") from error
    except (ValueError, RecursionError) as error:
        raise refusal(str(path), "NOT_A_RELEASE", Where(), str(error), "a document evqc.release/1") from error
