"""Short signatures for what comes back to us in an address: the return path `b-<id>-<mac>` of list mail.

HMAC-SHA-256 cut to 80 bits, the floor of RFC 2104 §5 (it advises half of the hash, which a local part of 64 octets
has no room for; a forged one could only report a bounce), in the base32 of RFC 4648 without regard to case.
"""

import base64
import hmac
import re

MAC_BYTES = 10
MAC_LENGTH = 16
"""Base32 characters of ten bytes; they fill it exactly, so that no second spelling is valid."""
PAYLOAD_LENGTH = 43
"""With the dash and the MAC, the 60 characters that `config.addresses` reads after `b-`."""

_PAYLOAD = re.compile(rf"[a-z0-9=._-]{{1,{PAYLOAD_LENGTH}}}")
_SIGNED = re.compile(rf"({_PAYLOAD.pattern})-([a-z2-7]{{{MAC_LENGTH}}})")


def sign(secret: bytes, purpose: str, payload: str) -> str:
    """`<payload>-<mac>`; ValueError for a payload that could not stand in an address of ours."""
    if not _PAYLOAD.fullmatch(payload):
        raise ValueError(f"{payload!r} cannot stand in an address")
    return f"{payload}-{_mac(secret, purpose, payload)}"


def verify(secret: bytes, purpose: str, signed: str) -> str | None:
    """The payload, or None where this secret did not sign it for this purpose; without regard to case."""
    found = _SIGNED.fullmatch(signed.lower()) if signed.isascii() else None
    if found is None or not hmac.compare_digest(_mac(secret, purpose, found[1]), found[2]):
        return None
    return found[1]


def _mac(secret: bytes, purpose: str, payload: str) -> str:
    # A payload holds no NUL, so that purpose and payload cannot be cut in two ways.
    digest = hmac.digest(secret, f"{purpose}\0{payload}".encode(), "sha256")
    return base64.b32encode(digest[:MAC_BYTES]).decode("ascii").lower()
