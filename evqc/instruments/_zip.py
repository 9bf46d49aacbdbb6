"""Members of zip containers, unpacked as far as their directory says and never further."""

from __future__ import annotations

import io
import zipfile


def member(container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The content of one member, at most as many bytes as the directory states.

    ``ZipFile.read`` unpacks all of a member before it looks at the stated size, so that a member that lies about it
    fills the memory.

    Raises:
        zipfile.BadZipFile, zlib.error, OSError: the member is damaged, or larger than stated.
    """
    with container.open(entry) as packed:
        return packed.read(entry.file_size)


def rewritten(data: bytes) -> bytes:
    """The same container with its members as ``member`` gives them, for a library that unpacks them by itself.

    Raises:
        zipfile.BadZipFile, zlib.error, OSError: as ``member``.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as container, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as plain:
        for entry in container.infolist():
            plain.writestr(zipfile.ZipInfo(entry.filename), member(container, entry))
    return made.getvalue()
