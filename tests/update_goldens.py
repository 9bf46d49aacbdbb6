"""Writes the goldens of the instrument samples: ``python -m tests.update_goldens [NAME...] [--drop]``; all by default.

It prints every field that changes and refuses to drop one unless ``--drop`` is given. Read what it prints: a golden is
reviewed, and one value of each is checked by hand against the file (noted as ``checked`` in ``ORIGIN.toml``).
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from evqc.instruments._registry import known
from evqc.records import to_plain
from tests.samples import joined, readable, samples

if TYPE_CHECKING:
    from collections.abc import Iterator


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{i}]")
    else:
        yield path, value


def main() -> int:
    """Compares and writes; returns 1 when a field would be dropped without leave."""
    dropped = 0
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")] or list(known())
    for instrument in wanted:
        readings = joined(instrument)
        for sample in samples():
            if sample.instrument != instrument or sample.rejects:
                continue
            new = readable(to_plain(readings[sample.path.name]))
            old = json.loads(sample.golden.read_text("utf-8")) if sample.golden.exists() else {}
            before, after = dict(leaves(old)), dict(leaves(new))
            for path in sorted(before.keys() | after.keys()):
                if path not in after:
                    dropped += 1
                    print(f"{sample}: {path} dropped (was {before[path]!r})")
                elif before and before.get(path) != after[path]:
                    print(f"{sample}: {path}: {before.get(path)!r} -> {after[path]!r}")
            if not dropped or "--drop" in sys.argv:
                sample.golden.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if dropped and "--drop" not in sys.argv:
        print(f"{dropped} fields would be dropped; nothing more is written without --drop")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
