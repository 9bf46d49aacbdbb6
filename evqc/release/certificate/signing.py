"""Signs the PDF of a certificate (PAdES) for what leaves the building; the record has signatures of its own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal

if TYPE_CHECKING:
    from pathlib import Path

#: Said wherever a PDF was signed: no timestamp authority was asked.
NOT_TIMESTAMPED = "the PDF is signed and not timestamped: its time is that of this computer."
_FIELD = "Laboratory"


def signed_pdf(content: bytes, key: Path, password: str) -> bytes:
    """The PDF with a PAdES signature (baseline B-B) over all of it; unlike the unsigned one never the same bytes twice.

    Args:
        content: ``certificate.pdf``.
        key: PKCS #12 file with the private key and its certificate.
        password: that opens it.

    Raises:
        InputError: ``NOT_INSTALLED`` without the extra ``evqc[sign]``; ``KEY_UNUSABLE``, the file or password is wrong.

    Source:
        DEPENDENCIES 2: PAdES by pyHanko, without network; not timestamped is said.
    """
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415  an extra, slow to load
        from pyhanko.sign import signers  # noqa: PLC0415
        from pyhanko.sign.fields import SigSeedSubFilter  # noqa: PLC0415
    except ImportError as error:
        raise refusal("--sign", "NOT_INSTALLED", Where(), "no pyhanko", "pip install 'evqc[sign]'") from error
    signer = signers.SimpleSigner.load_pkcs12(str(key), passphrase=password.encode())  # type: ignore[no-untyped-call]  # pyhanko leaves it open
    if signer is None:
        raise refusal(
            str(key), "KEY_UNUSABLE", Where(), "a file that does not open", "a PKCS #12 file and its password"
        )
    said = signers.PdfSignatureMetadata(
        field_name=_FIELD, reason="Certificate of analysis", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    made = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), said, signer=signer)
    return bytes(made.getvalue())
