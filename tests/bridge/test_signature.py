"""What leaves is signed for the forum's domain, and another program than ours finds the signature good."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dkim
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.signature import Seal, open_seal
from bridge.stamp import make_stamp
from config.loading import ConfigError
from handlers.mail.compose import Enclosed, Letter, compose
from tests.bridge.test_stamp import LIST_HEADERS, SECRET, WEB, batch, letter, make_settings
from tests.outgoing import check_outgoing

NOW = datetime(2013, 9, 9, 7, tzinfo=UTC)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: Any, form: PrivateFormat = PrivateFormat.PKCS8, password: bytes | None = None) -> bytes:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return bytes(key.private_bytes(Encoding.PEM, form, encryption))


def open_with(folder: Path, key: bytes, **server: Any) -> Seal:
    (folder / "dkim.pem").write_bytes(key)
    configured = make_settings(dkim_key=str(folder / "dkim.pem"), dkim_selector="spring", **server)
    found = open_seal(configured, lambda: NOW)
    assert found is not None
    return found


def rsa_record(key: rsa.RSAPrivateKey) -> bytes:
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def look_up(record: bytes) -> Callable[..., bytes | None]:
    """A DNS that knows one record."""

    def find(name: bytes | str, timeout: int = 5) -> bytes | None:
        text = name.decode() if isinstance(name, bytes) else name
        return record if text == "spring._domainkey.forum.example.org." else None

    return find


def is_good(content: bytes, record: bytes) -> bool:
    return bool(dkim.verify(content, dnsfunc=look_up(record)))


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_an_rsa_signature_is_good(tmp_path: Path, form: PrivateFormat) -> None:
    sealed = open_with(tmp_path, pem(KEY, form))(letter("Été à Ávila\n\n  deux  espaces \n\n\n"))
    check_outgoing(sealed)
    assert sealed.startswith(
        b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=forum.example.org; s=spring;"
    )
    assert is_good(sealed, rsa_record(KEY))
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert not is_good(sealed, rsa_record(other))


class VerifyKey:
    """What dkimpy asks of PyNaCl for Ed25519, which is not installed here."""

    def __init__(self, key: bytes, encoder: object) -> None:
        self._key = ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(key))

    def verify(self, content: bytes, signature: bytes) -> None:
        self._key.verify(signature, content)


def test_an_ed25519_signature_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(dkim, "nacl"):
        encoding = SimpleNamespace(Base64Encoder=None)
        exceptions = SimpleNamespace(BadSignatureError=InvalidSignature, ValueError=ValueError)
        nacl = SimpleNamespace(
            signing=SimpleNamespace(VerifyKey=VerifyKey), encoding=encoding, exceptions=exceptions
        )
        monkeypatch.setattr(dkim, "nacl", nacl, raising=False)
    key = ed25519.Ed25519PrivateKey.generate()
    sealed = open_with(tmp_path, pem(key))(letter())
    check_outgoing(sealed)
    assert b"a=ed25519-sha256;" in sealed
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    record = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw)
    assert is_good(sealed, record)
    assert not is_good(sealed.replace(b"graines", b"Graines"), record)


def test_a_personal_copy_is_signed_with_its_own_way_out(tmp_path: Path) -> None:
    stamped = make_stamp(make_settings(**WEB), SECRET)(batch()).content
    sealed = open_with(tmp_path, pem(KEY))(stamped)
    check_outgoing(sealed)
    signed = sealed.partition(b" h=")[2].partition(b";")[0].replace(b"\r\n  ", b"").split(b":")
    names = {name.lower().encode() for name, _ in LIST_HEADERS if name.startswith("List-")}
    assert names | {b"list-unsubscribe-post"} <= set(signed)
    assert is_good(sealed, rsa_record(KEY))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: [#12] Des graines", b"Subject: [#12] Des armes"),
        (b"\r\nFrom: ", b"\r\nFrom: evil@example.net\r\nFrom: "),
        (b"/u/r", b"/u/s"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Clicks"),
        (b"Reply-To: sse", b"Reply-To: evil"),
        (b"graines.", b"graines!"),
        (b"d=forum.example.org", b"d=forum.example.net"),
    ],
)
def test_whatever_is_changed_on_the_way_spoils_it(tmp_path: Path, old: bytes, new: bytes) -> None:
    stamped = make_stamp(make_settings(**WEB), SECRET)(batch()).content
    stamped = stamped.replace(b"Date:", b"Reply-To: sse+c12-fr@forum.example.org\r\nDate:", 1)
    sealed = open_with(tmp_path, pem(KEY))(stamped)
    assert is_good(sealed, rsa_record(KEY))
    assert old in sealed
    assert not is_good(sealed.replace(old, new), rsa_record(KEY))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_signed_as_it_is_read(tmp_path: Path, text: str) -> None:
    sealed = open_with(tmp_path, pem(KEY))(letter(text))
    check_outgoing(sealed)
    assert is_good(sealed, rsa_record(KEY))


def test_without_a_key_nothing_is_signed() -> None:
    assert open_seal(make_settings(), lambda: NOW) is None


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "is not a private key in PEM form, unencrypted"),
        (rsa_record(KEY), "is not a private key in PEM form, unencrypted"),
        (pem(KEY, password=b"secret"), "is not a private key in PEM form, unencrypted"),
        (
            pem(ec.generate_private_key(ec.SECP256R1())),
            "is neither an RSA key of 1024 bits or more nor an Ed25519 key",
        ),
    ],
)
def test_a_key_that_cannot_be_used_is_one_clear_line(tmp_path: Path, key: bytes | None, reason: str) -> None:
    path = tmp_path / "dkim.pem"
    if key is not None:
        path.write_bytes(key)
    configured = make_settings(dkim_key=str(path), dkim_selector="spring")
    with pytest.raises(ConfigError) as caught:
        open_seal(configured, lambda: NOW)
    assert caught.value.lines == [f"server.dkim_key: {path}: {reason}"]


def test_a_mail_with_a_file_is_signed_as_a_whole(tmp_path: Path) -> None:
    file = Enclosed("no1-1.jpg", "image/jpeg", bytes(range(256)) * 40)
    raw = compose(
        Letter(
            from_name="Le forum",
            from_email="sse@forum.example.org",
            to="ana@example.org",
            subject="Pièce jointe",
            body="Voilà.\n",
            message_id="<attachment.k3j@forum.example.org>",
            date=NOW,
            auto_submitted="auto-replied",
            enclosed=(file,),
        )
    )
    sealed = open_with(tmp_path, pem(KEY))(raw)
    check_outgoing(sealed)
    assert is_good(sealed, rsa_record(KEY))
    assert not is_good(sealed.replace(b"no1-1.jpg", b"no1-1.exe"), rsa_record(KEY))
    assert not is_good(sealed.replace(b'boundary="=_', b'boundary="=-'), rsa_record(KEY))
