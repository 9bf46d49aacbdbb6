"""Passwords and the keys under them: argon2id, and Ed25519 keys that only the right password opens."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import HashingError, InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from evqc.errors import Where, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

SHORTEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one guess of a password costs.

    Attributes:
        memory_kib: memory of one hash.
        passes: over that memory.
        lanes: threads.

    Source:
        RFC 9106, second recommended option: 64 MiB, 3 passes, 4 lanes.
    """

    memory_kib: int = 65536
    passes: int = 3
    lanes: int = 4


def acceptable(password: str, user: str, printed_name: str) -> None:
    """Refuses what is no password.

    Raises:
        InputError: ``WEAK_PASSWORD``; shorter than 12 characters, one character only, or holding the user's own name.
    """
    held = [name for name in (user, *printed_name.split()) if len(name) > 2 and name.casefold() in password.casefold()]
    if len(password) < SHORTEST or len(set(password)) < 5 or held:
        raise refusal(user, "WEAK_PASSWORD", Where(field="password"), "a password that is easily guessed",
                      f"{SHORTEST} characters or more, not the same few, and no name of yours in it")  # fmt: skip


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def hash_password(password: str, cost: Cost, random: Callable[[int], bytes]) -> str:
    """The argon2id hash, in its usual text form with its parameters and salt."""
    hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID)
    return hasher.hash(_bytes(password), salt=random(16))


def matches(stored: str, password: str) -> bool:
    """Whether this is the password of that hash."""
    try:
        return PasswordHasher().verify(stored, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def new_key(password: str, owner: str, cost: Cost, random: Callable[[int], bytes]) -> tuple[str, str]:
    """A new key pair: the public key in hexadecimal, and the private key sealed under the password."""
    secret = random(32)
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw().hex()
    return public, seal(secret, password, owner, cost, random)


def seal(secret: bytes, password: str, owner: str, cost: Cost, random: Callable[[int], bytes]) -> str:
    """A private key encrypted and bound to its owner: ChaCha20-Poly1305 under a key that argon2id makes."""
    salt, nonce = random(16), random(12)
    key = _derived(password, salt, cost)
    sealed = ChaCha20Poly1305(key).encrypt(nonce, secret, owner.encode("utf-8"))
    parameters = f"m={cost.memory_kib},t={cost.passes},p={cost.lanes}"
    return f"argon2id-chacha20poly1305${parameters}${salt.hex()}${nonce.hex()}${sealed.hex()}"


def unseal(sealed: str, password: str, owner: str) -> bytes | None:
    """The private key; None where the password is wrong, the owner another one, or the text was changed."""
    try:
        _, parameters, salt, nonce, content = sealed.split("$")
        memory, passes, lanes = (int(each.split("=")[1]) for each in parameters.split(","))
        key = _derived(password, bytes.fromhex(salt), Cost(memory_kib=memory, passes=passes, lanes=lanes))
        return ChaCha20Poly1305(key).decrypt(bytes.fromhex(nonce), bytes.fromhex(content), owner.encode("utf-8"))
    except (ValueError, IndexError, InvalidTag, HashingError):
        return None


def _derived(password: str, salt: bytes, cost: Cost) -> bytes:
    return hash_secret_raw(_bytes(password), salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)
