"""PAdES: the signed PDF opens, covers all of it, keeps its attachments, and says that it is not timestamped."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from evqc.errors import InputError
from evqc.release.certificate.signing import NOT_TIMESTAMPED, signed_pdf
from tests.release.releases import rich_release
from tests.release.test_certificate import drawn

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of its own maker, with its key, in a PKCS #12 file."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example laboratory, QA")])
    begins = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key()).serial_number(7)
        .not_valid_before(begins).not_valid_after(begins + dt.timedelta(days=36500))
        .add_extension(usage, critical=True).sign(private, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("key") / "qa.p12"
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(b"qa", private, made, None, BestAvailableEncryption(b"secret"))
    )
    return file


def status(content: bytes) -> tuple[bool, bool, str]:
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415  slow to load
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    trust = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    found = validate_pdf_signature(signature, trust)
    return found.intact, found.valid, str(found.coverage)


def test_the_signed_pdf_holds_and_one_flipped_bit_does_not(key: Path) -> None:
    made = signed_pdf(drawn(rich_release()), key, "secret")
    intact, valid, coverage = status(made)
    assert intact
    assert valid
    assert "ENTIRE_FILE" in coverage
    with pikepdf.open(io.BytesIO(made)) as document:
        assert len(document.attachments) == 3
    place = made.index(b"/Producer") if b"/Producer" in made else 200
    changed = made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :]
    assert not status(changed)[0]
    assert "not timestamped" in NOT_TIMESTAMPED


def test_a_wrong_password_is_refused(key: Path) -> None:
    with pytest.raises(InputError, match="KEY_UNUSABLE"):
        signed_pdf(b"%PDF", key, "wrong")
