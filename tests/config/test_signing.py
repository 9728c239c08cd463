"""What we sign fits into an address of ours, comes back whole, and cannot be made or changed without the secret."""

import string

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from config.addresses import Addresses, parse_address
from config.forum import Settings
from config.signing import PAYLOAD_LENGTH, sign, verify

SECRET = b"0123456789abcdef"
OTHER = b"fedcba9876543210"
ALPHABET = string.ascii_lowercase + string.digits + "=._-"

payloads = st.text(ALPHABET, min_size=1, max_size=PAYLOAD_LENGTH)
purposes = st.text(string.ascii_lowercase, min_size=1, max_size=10)
secrets = st.binary(min_size=16, max_size=64)


@given(secrets, purposes, payloads)
@example(SECRET, "bounce", "-")
@example(SECRET, "bounce", "17-abcdefghijklmnop")
def test_what_was_signed_comes_back_in_any_case(secret: bytes, purpose: str, payload: str) -> None:
    signed = sign(secret, purpose, payload)
    assert verify(secret, purpose, signed) == payload
    assert verify(secret, purpose, signed.upper()) == payload


@given(payloads)
def test_a_return_path_is_read_by_the_grammar_of_our_addresses(payload: str) -> None:
    settings = Settings.model_validate(
        {
            "server": {"smarthost": "smtp://127.0.0.1:2525"},
            "forum": {
                "name": "sse",
                "domain": "forum.example.org",
                "default_language": "en",
                "organizers": ["organizer@example.org"],
                "title": {"en": "Territories"},
            },
            "lists": [{"language": "en", "address": "sse-en@forum.example.org"}],
            "path": "/nowhere/forum.toml",
        },
        strict=False,
    )
    address = Addresses(settings).bounce(sign(SECRET, "bounce", payload))
    found = parse_address(settings, address)
    assert found is not None
    assert found.kind == "bounce"
    assert verify(SECRET, "bounce", found.token or "") == payload


def test_the_return_path_of_the_largest_number_fits_a_local_part() -> None:
    assert len(f"sse+b-{sign(SECRET, 'bounce', str(2**63))}") <= 64


@given(secrets, secrets, purposes, purposes, payloads)
def test_another_secret_or_purpose_does_not_verify(
    secret: bytes, other: bytes, purpose: str, wanted: str, payload: str
) -> None:
    # HMAC fills a short key up with NULs, so that keys which differ only in those are one key.
    assume(secret.rstrip(b"\0") != other.rstrip(b"\0"))
    assert verify(other, purpose, sign(secret, purpose, payload)) is None
    assume(purpose != wanted)
    assert verify(secret, wanted, sign(secret, purpose, payload)) is None


@given(payloads, st.data())
def test_one_changed_character_does_not_verify(payload: str, data: st.DataObject) -> None:
    signed = sign(SECRET, "bounce", payload)
    at = data.draw(st.integers(0, len(signed) - 1))
    letter = data.draw(st.sampled_from([letter for letter in ALPHABET if letter != signed[at]]))
    assert verify(SECRET, "bounce", signed[:at] + letter + signed[at + 1 :]) is None


@given(st.text(max_size=80))
@example("17-ABCDEFGHIJKLMNO\u212a")
@example("17-abcdefghijklmnop\n")
@example("-abcdefghijklmnop")
@example("")
def test_whatever_comes_in_is_answered_and_never_raises(signed: str) -> None:
    assert verify(SECRET, "bounce", signed) is None


@pytest.mark.parametrize("payload", ["", "A", "a b", "a@b", "a\n", "\u00e9", "a" * (PAYLOAD_LENGTH + 1)])
def test_what_cannot_stand_in_an_address_is_not_signed(payload: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in an address"):
        sign(SECRET, "bounce", payload)


def test_a_signature_is_the_same_today_and_in_the_next_release() -> None:
    """Mail that is out keeps its return path: a change here would lose its bounces."""
    assert sign(SECRET, "bounce", "17") == "17-zi2mygtjmmshfyh6"
