"""The one form of a document that is hashed and signed: the same bytes for the same content, on every machine."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from evqc.records import to_plain

#: Version of the canonical form; stands in whatever holds a hash, so that a later form does not void older ones.
HASH_VERSION = 1


def canonical(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys, no spaces and shortest floats; of a record, a model or plain data.

    Raises:
        ValueError: a number is NaN or infinite.

    Source:
        DEPENDENCIES 4: canonical form before hashing.
    """
    plain = to_plain(value) if not isinstance(value, (dict, list, tuple, str, int, float, bool, type(None))) else value
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
