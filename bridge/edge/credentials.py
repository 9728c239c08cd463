"""What the SMTP edge is given beside its port: a certificate for STARTTLS, a login for a local program."""

import binascii
import hmac
import ssl
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.forum import Settings
from config.loading import ConfigError

MECHANISMS = ("PLAIN", "LOGIN")


class CredentialsError(Exception):
    """A login that cannot be read; the text is the answer to it."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who may log in."""

    name: bytes
    password: bytes = field(repr=False)

    def is_right(self, name: bytes, password: bytes) -> bool:
        """Compares both in a time that tells nothing."""
        right_name = hmac.compare_digest(name, self.name)
        return hmac.compare_digest(password, self.password) and right_name


def find_login(settings: Settings, environ: Mapping[str, str]) -> Login | None:
    """The login of forum.toml with its password; None where it names none. ConfigError for one without a password."""
    server = settings.server
    if not server.smtp_login:
        return None
    password = environ.get(server.smtp_password_env, "")
    if not password:
        raise ConfigError(
            [
                f"server.smtp_login: {server.smtp_login} needs a password, and {server.smtp_password_env} is not set"
            ]
        )
    return Login(server.smtp_login.encode(), password.encode("utf-8", "surrogateescape"))


def load_certificate(settings: Settings) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with the certificate of forum.toml; None where it names none. ConfigError: one clear line."""
    server = settings.server
    if not server.tls_certificate or not server.tls_key:
        return None
    certificate, key = settings.find_file(server.tls_certificate), settings.find_file(server.tls_key)
    for name, path in (("tls_certificate", certificate), ("tls_key", key)):
        _read(name, path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    try:
        # Without a password of ours OpenSSL would ask for one at the terminal.
        context.load_cert_chain(certificate, key, password=b"")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise ConfigError([f"server.tls_key: {key}: it does not belong to {certificate}"]) from None
        wrong = "is no certificate and key in PEM, or the key has a passphrase"
        raise ConfigError([f"server.tls_certificate: {certificate} with {key}: {wrong}"]) from None
    return context


async def read_credentials(arg: str, challenge: Callable[[str], Awaitable[bytes]]) -> tuple[bytes, bytes]:
    """Name and password, as AUTH says them (RFC 4616; LOGIN is draft-murchison-sasl-login).

    `challenge` asks for another line, in base64 both. CredentialsError where it is none.
    """
    mechanism, _, initial = arg.partition(" ")
    first = initial.strip().encode("utf-8", "replace")
    match mechanism.upper():
        case "PLAIN":
            parts = _decode(first or await challenge("")).split(b"\0")
            if len(parts) != 3:
                raise CredentialsError("501 5.5.2 That is no name and password")
            return parts[1], parts[2]
        case "LOGIN":
            # What old programs expect to be asked: "Username:" and "Password:".
            name = _decode(first or await challenge("VXNlcm5hbWU6"))
            return name, _decode(await challenge("UGFzc3dvcmQ6"))
    raise CredentialsError("504 5.5.4 There is no such mechanism here")


def _decode(text: bytes) -> bytes:
    if text == b"*":
        raise CredentialsError("501 5.7.0 As you like")
    try:
        return b64decode(text, validate=True) if text != b"=" else b""
    except binascii.Error:
        raise CredentialsError("501 5.5.2 That is no base64") from None


def _read(name: str, path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        raise ConfigError([f"server.{name}: {path}: {error.strerror}"]) from None
