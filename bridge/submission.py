"""One SMTP connection to the server that delivers our mail (RFC 5321), kept open from mail to mail.

What is signed is what leaves: a server that takes seven bits only gets the text quoted first, and then the signature.
"""

import asyncio
import os
import re
from collections.abc import Callable
from ssl import SSLError
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTP

from bridge.eightbit import quote_body
from bridge.results import Result, SmarthostError
from bridge.signature import Seal
from store.dispatch import Batch

DATA_SECONDS = 180.0
SEND_SECONDS = 300.0
"""For a whole batch: far below the lease, or another relay would send it too."""
GOODBYE_SECONDS = 5.0

_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\\x00-\x20\x7f]+@[^\s<>@,;:\"()\[\]\\\x00-\x20\x7f]+")
_UNUSABLE = {421, 530}
"""Answers to MAIL that are about the server: it is closing, or wants a login."""
_TEMPORARY_AT_RCPT = {503, 530, 552}
"""About the transaction and not the recipient; 552 is how some say 452, too many (RFC 5321 §4.5.3.1.10)."""


class SmtpSmarthost:
    """One connection, kept open from mail to mail and opened again when it has died."""

    def __init__(self, place: str, make_client: Callable[[], SMTP], seal: Seal | None = None) -> None:
        self._place = place
        self._make_client = make_client
        self._seal = seal
        self._client = make_client()
        self._handing_over = False

    async def send(self, batch: Batch) -> dict[str, Result]:
        """One transaction; whoever has no answer when it breaks off is to be tried again.

        Cancelled before anything was handed over, no mail is in doubt: a SmarthostError.
        """
        answers: dict[str, Result] = {}
        rest = Result("temporary")
        broken = True
        self._handing_over = False
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._transact(batch, answers)
            broken = False
        except asyncio.CancelledError:
            if self._handing_over:
                raise
            raise SmarthostError(f"{self._place}: did not answer before the end") from None
        except aiosmtplib.SMTPSenderRefused as error:
            rest = Result("temporary", f"{error.code} {error.message}")
        except (aiosmtplib.SMTPException, OSError) as error:
            rest = Result("temporary", f"{self._place}: {_cause(error)}")
        finally:
            if broken:
                # Its next answer might belong to a command of this transaction.
                self._client.close()
        return answers | {one.email: rest for one in batch.recipients if one.email not in answers}

    async def check(self) -> str:
        """Connect as for sending, with a connection of its own."""
        client = self._make_client()
        try:
            await self._connect(client)
        except SmarthostError as error:
            return str(error)
        await _say_goodbye(client)
        return ""

    async def close(self) -> None:
        """QUIT, where it is connected."""
        await _say_goodbye(self._client)

    async def _transact(self, batch: Batch, answers: dict[str, Result]) -> None:
        accents = any(not one.email.isascii() for one in batch.recipients)
        await self._begin(batch.mail_from, accents=accents, eight_bit=not batch.content.isascii())
        client = self._client
        utf8 = accents and client.supports_extension("smtputf8")
        accepted = []
        for recipient in batch.recipients:
            refusal = await self._offer(recipient.email, utf8=utf8)
            if refusal:
                answers[recipient.email] = refusal
            else:
                accepted.append(recipient.email)
        result = None
        if accepted:
            eight_bit = client.supports_extension("8bitmime")
            content = batch.content if eight_bit else quote_body(batch.content)
            result = await self._hand_over(self._seal(content) if self._seal else content)
            answers.update(dict.fromkeys(accepted, result))
        if result is None or result.kind != "sent":
            await client.rset()

    async def _begin(self, mail_from: str, *, accents: bool, eight_bit: bool) -> None:
        """MAIL, over the open connection or, where the server has closed it meanwhile, over a new one."""
        if self._client.is_connected:
            try:
                return await self._mail(mail_from, accents=accents, eight_bit=eight_bit)
            except aiosmtplib.SMTPServerDisconnected:
                self._client.close()
            except aiosmtplib.SMTPSenderRefused as error:
                if error.code not in _UNUSABLE:
                    raise
                self._client.close()
        await self._connect(self._client)
        try:
            await self._mail(mail_from, accents=accents, eight_bit=eight_bit)
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code in _UNUSABLE:
                raise SmarthostError(f"{self._place}: {error.code} {_one_line(error.message)}") from error
            raise

    async def _mail(self, mail_from: str, *, accents: bool, eight_bit: bool) -> None:
        # No SIZE: a mail that is too large is refused after DATA, where it is known to be the mail's fault.
        offers = {"BODY=8BITMIME": eight_bit and self._client.supports_extension("8bitmime")}
        offers["SMTPUTF8"] = accents and self._client.supports_extension("smtputf8")
        await self._client.mail(mail_from, options=[option for option, given in offers.items() if given])

    async def _offer(self, email: str, *, utf8: bool) -> Result | None:
        """RCPT; the result for a recipient that is refused."""
        if not _ADDRESS.fullmatch(email):
            return Result("permanent", "553 5.1.3 Not an address")
        if not email.isascii() and not utf8:
            return Result("permanent", "553 5.6.7 The smarthost takes no address with accents")
        try:
            await self._client.rcpt(email, encoding="utf-8" if utf8 else "ascii")
        except aiosmtplib.SMTPRecipientRefused as error:
            permanent = error.code >= 500 and error.code not in _TEMPORARY_AT_RCPT
            return Result("permanent" if permanent else "temporary", f"{error.code} {error.message}")
        return None

    async def _hand_over(self, content: bytes) -> Result:
        self._handing_over = True
        try:
            reply = await self._client.data(content, timeout=DATA_SECONDS)
        except aiosmtplib.SMTPDataError as error:
            kind: Literal["permanent", "temporary"] = "permanent" if error.code >= 500 else "temporary"
            return Result(kind, f"{error.code} {error.message}")
        return Result("sent", f"{reply.code} {reply.message}")

    async def _connect(self, client: SMTP) -> None:
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                try:
                    await client.ehlo()
                except aiosmtplib.SMTPHeloError:
                    await client.helo()
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise SmarthostError(f"{self._place}: {_cause(error)}") from error


async def _say_goodbye(client: SMTP) -> None:
    if client.is_connected:
        try:
            await client.quit(timeout=GOODBYE_SECONDS)
        except (aiosmtplib.SMTPException, OSError):
            # Nothing is owed any more: every answer that matters came before.
            client.close()


def _cause(error: Exception) -> str:
    """One line without an address: a refused login would name the account."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"{error.code} the login was refused"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {_one_line(error.message)}"
    root = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(root, SSLError):
        return f"TLS: {getattr(root, 'verify_message', '') or root.reason or root}"
    if isinstance(root, OSError) and root.errno and root.errno > 0:
        return os.strerror(root.errno)
    return _one_line(str(error)) or type(error).__name__


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
