"""Signs what goes out for the forum's domain (DKIM, RFC 6376; Ed25519 after RFC 8463), relaxed/relaxed.

Every header that we write is signed when it is there, List-Unsubscribe and its -Post with them (RFC 8058 §4); From once
more than it is there, so that nobody can put a second one before it (RFC 6376 §8.15).
"""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dkim.canonicalization import Relaxed

from config.forum import Settings
from config.loading import ConfigError

SIGNED = (
    b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"in-reply-to", b"references",
    b"auto-submitted", b"mime-version", b"content-type", b"content-transfer-encoding", b"content-language",
    b"list-id", b"list-post", b"list-help", b"list-subscribe", b"list-unsubscribe", b"list-unsubscribe-post",
    b"list-archive", b"list-owner",
)  # fmt: skip
SHORTEST = 1024
"""Bits of an RSA key; no verifier takes less (RFC 8301 §3.2), and 2048 are better."""

Seal = Callable[[bytes], bytes]
"""From a mail to the same with its signature before it."""
_Sign = Callable[[bytes], bytes]


def open_seal(settings: Settings, now: Callable[[], datetime]) -> Seal | None:
    """The seal of a forum; None where no key is configured. ConfigError, in one line, for one that cannot be used."""
    server = settings.server
    if not server.dkim_key or not server.dkim_selector:
        return None
    path = settings.find_file(server.dkim_key)
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"server.dkim_key: {path}: cannot be read: {error.strerror}"]) from None
    try:
        key = load_pem_private_key(pem, password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        # TypeError: it is encrypted, and there is nobody to ask for its password.
        raise ConfigError(
            [f"server.dkim_key: {path}: is not a private key in PEM form, unencrypted"]
        ) from None
    found = _find_algorithm(key)
    if found is None:
        raise ConfigError(
            [f"server.dkim_key: {path}: is neither an RSA key of {SHORTEST} bits or more nor an Ed25519 key"]
        )
    algorithm, sign = found
    domain, selector = settings.forum.domain, server.dkim_selector
    return lambda content: seal(content, algorithm, sign, domain, selector, now())


def seal(content: bytes, algorithm: str, sign: _Sign, domain: str, selector: str, now: datetime) -> bytes:
    """A mail with CRLF line ends and each header once, behind its signature; `sign` is given what is to be signed."""
    head, _, body = content.partition(b"\r\n\r\n")
    headers = _split_headers(head)
    # The names in the order in which they are hashed; the second From is not there, and so is hashed as nothing.
    names = [name for name in SIGNED if name in headers]
    body_hash = base64.b64encode(hashlib.sha256(Relaxed.canonicalize_body(body)).digest()).decode("ascii")
    unsigned = (
        f"v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s={selector};\r\n"
        f" t={int(now.timestamp())};\r\n"
        f" h={_fold_names([*names, b'from'])};\r\n"
        f" bh={body_hash};\r\n"
        f" b="
    )
    signature = _canonicalize(b"dkim-signature", unsigned.encode("ascii")).removesuffix(b"\r\n")
    signed = sign(b"".join(_canonicalize(name, headers[name]) for name in names) + signature)
    return f"DKIM-Signature: {unsigned}{_fold(signed)}\r\n".encode("ascii") + content


def _find_algorithm(key: PrivateKeyTypes) -> tuple[str, _Sign] | None:
    """The algorithm and what signs with it."""
    if isinstance(key, Ed25519PrivateKey):
        ed25519 = key
        return "ed25519-sha256", lambda content: ed25519.sign(hashlib.sha256(content).digest())
    if isinstance(key, RSAPrivateKey) and key.key_size >= SHORTEST:
        rsa = key
        return "rsa-sha256", lambda content: rsa.sign(content, PKCS1v15(), hashes.SHA256())
    return None


def _split_headers(head: bytes) -> dict[bytes, bytes]:
    """Values by name in small letters, as folded as they are."""
    unfolded = head.replace(b"\r\n ", b"\n ").replace(b"\r\n\t", b"\n\t")
    pairs = (line.partition(b":") for line in unfolded.split(b"\r\n"))
    return {name.lower(): value for name, _, value in pairs}


def _canonicalize(name: bytes, value: bytes) -> bytes:
    ((name, value),) = Relaxed.canonicalize_headers([(name, value)])
    return bytes(name + b":" + value)


def _fold_names(names: list[bytes]) -> str:
    """Names with their colons, at most three a line."""
    groups = [b":".join(names[at : at + 3]).decode("ascii") for at in range(0, len(names), 3)]
    return ":\r\n  ".join(groups)


def _fold(signature: bytes) -> str:
    text = base64.b64encode(signature).decode("ascii")
    return "\r\n  ".join(text[at : at + 70] for at in range(0, len(text), 70))
