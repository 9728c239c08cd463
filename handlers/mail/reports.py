"""Reads delivery reports: whom a mail did not reach, for good or for now (RFC 3464, RFC 3463); abuse reports (RFC 5965).

First the fields that RFC 3464 defines, then the many programs that flufl.bounce knows, last the addresses that the
words of the report itself name. Total: a report that says nothing is a value too. Only mail that came to a return
path of ours is worth reading so, because a person may quote such a report.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Literal

from flufl.bounce import all_failures

from handlers.mail.body import read_parts
from handlers.mail.headers import decode_header_value, parse_mailboxes
from handlers.mail.parse import open_message

Kind = Literal["bounce", "delay", "abuse", "automatic", "other"]

MAX_REPORT = 300_000
"""Bytes of a report that are read; what is behind is the mail that comes back."""
MAX_FAILURES = 100
"""Recipients of one transaction of ours."""
MAX_WORDS = 20_000
"""Characters of the words of a report."""

PERMANENT, PASSING = 1.0, 0.5

_ROBOTS = re.compile(
    r"mailer[-_. ]?daemon|post-?master|mail ?delivery|bounces?\b|daemon|mdaemon|mail ?system", re.I
)
_REPORTING = re.compile(
    r"undeliver|non.?deliver|not delivered|returned mail|return(?:ed)? to sender|delivery.{0,30}(?:fail|status|notif"
    r"|error|problem|report)|fail(?:ure|ed).{0,20}(?:notice|deliver|mail|send|message)|mail.{0,20}(?:fail|error|status"
    r"|reject)|unzustellbar|mail delivery|non remis|échec|no entregad|devuelto|não entregue|devolvid|não foi entregue"
    r"|could not (?:be )?(?:send|sent|deliver)|can(?:no|')t (?:send|deliver)|rejected|notificaci[oó]n de estado",
    re.I,
)
_AUTOMATIC = re.compile(
    r"auto.{0,3}(?:reply|response|m[aá]ti[cq]|answer)|vacation|out of (?:the )?office|abwesen|absence"
    r"|aus[eê]ncia|fora do escrit[oó]rio",
    re.I,
)
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
)
_ORIGINAL = re.compile(
    r"^[ \t>*=_-]{0,80}(?:(?:returned|original|unsent|undelivered|your|below|copy|the body of|here is)\b.{0,40}"
    r"(?:message|mail|copy|text|header|line)|received: (?:from|by|\()|return-path:|-{3,60} ?begin|message headers? follow)",
    re.I | re.M,
)
_SPEAKS_OF = re.compile(
    r"\b[45]\d\d\b|recipient|unknown|deliver|no such|does(?:n't| not) exist|not found|mailbox|quota|full|reject|denied"
    r"|fail|invalid|unable|undeliver|disabled|relay|error|rcpt to|refused|timed out|user|address",
    re.I,
)
_ALONE = re.compile(rf"^[\s>*|]*(?:to:?\s*)?<?({_ADDRESS.pattern})>?[\s:;,.]*(?:$|[:(\[])", re.I | re.M)
_NOT_A_READER = re.compile(
    r"(?:mailer-daemon|post-?master|abuse|support|noreply|no-reply|help(?:desk)?|admin|root)@", re.I
)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([45])\d\d[ -]")
_RECIPIENT_FIELD = re.compile(
    r"^(?:[^;]{0,40};)?\s*(?:\"[^\"]*\"\s*)?<?\s*([^\s<>;]{1,254}@[^\s<>;]{1,253}?)>?\s*$"
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient (small letters) that was not reached; `weight` 1.0 for good, 0.5 for now; RFC 3463 status or ""."""

    email: str
    weight: float
    status: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is, and whom it is about; a "bounce" without failures names nobody."""

    kind: Kind
    failures: tuple[Failure, ...] = ()


def parse_report(raw: bytes, *, null_sender: bool = False) -> Report:
    """Read a mail that came to a return path; `null_sender` where its envelope had none, as reports do (RFC 5321 §4.5.5)."""
    message, _ = open_message(raw[:MAX_REPORT])
    types = {part.get_content_type() for part in message.walk()}
    if (
        "message/feedback-report" in types
        or "feedback-report" in str(message.get("Content-Type", "")).lower()
    ):
        return Report("abuse")
    fields = _read_fields(message)
    if fields is not None:
        return fields
    if _is_automatic(message):
        return Report("automatic")
    if not (null_sender or _looks_like_a_report(message)):
        return Report("other")
    text = _read_words(message)
    failures = _ask_library(message) or _read_named(message, text)
    if failures:
        return Report("bounce", tuple(failures[:MAX_FAILURES]))
    return Report("bounce" if _looks_like_a_report(message) else "other")


def _read_fields(message: Message) -> Report | None:
    """The per-recipient fields of a message/delivery-status part (RFC 3464 §2.3); None where there are none."""
    failures: dict[str, Failure] = {}
    delayed = found = False
    for block in _status_blocks(message):
        email = _recipient(block)
        if not email:
            continue
        found = True
        action = str(block.get("Action", "")).strip().lower()
        status = _find_status(f"{block.get('Status', '')} {block.get('Diagnostic-Code', '')}")
        if action in ("delivered", "relayed", "expanded") or status.startswith("2."):
            continue
        if action == "delayed":
            delayed = True
            continue
        failures[email] = Failure(email, PASSING if _is_passing(status) else PERMANENT, status)
    if failures:
        return Report("bounce", tuple(failures.values())[:MAX_FAILURES])
    if found:
        return Report("delay" if delayed else "other")
    return None


def _status_blocks(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list):
            yield from (block for block in part.get_payload() if isinstance(block, Message))


def _recipient(block: Message) -> str:
    """The address that we wrote to, else the one that it became on the way."""
    for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"):
        value = decode_header_value(str(block.get(name, "")))
        if match := _RECIPIENT_FIELD.match(value):
            return match[1].lower()
    return ""


def _ask_library(message: Message) -> list[Failure]:
    # It logs a traceback for each report that one of its detectors stumbles over.
    logging.getLogger("flufl.bounce").disabled = True
    try:
        passing, permanent = all_failures(message)
    except Exception:  # its detectors raise what they like on broken reports; the words are read instead
        return []
    found = {_address(email): PASSING for email in passing} | {
        _address(email): PERMANENT for email in permanent
    }
    return [Failure(email, weight) for email, weight in sorted(found.items()) if email]


def _read_named(message: Message, text: str) -> list[Failure]:
    """The addresses that the report's own words name: beside a reason, else alone on a line."""
    own = {
        box.email
        for name in ("From", "To", "Reply-To", "Sender")
        for value in message.get_all(name, [])
        for box in parse_mailboxes(str(value))
    }
    lines = text.splitlines()
    beside = [line for line in lines if _SPEAKS_OF.search(_ADDRESS.sub(" ", line))]
    named = [
        [match[1] for match in _ALONE.finditer(text)],
        [email for line in beside for email in _ADDRESS.findall(line)],
        _ADDRESS.findall(text),
    ]
    for emails in named:
        wanted = [email.lower() for email in emails if not _NOT_A_READER.match(email)]
        if failed := [email for email in dict.fromkeys(wanted) if email not in own]:
            status = _find_status(text)
            code = _CODE.search(text)
            passing = _is_passing(status) or (not status and code is not None and code[1] == "4")
            return [Failure(email, PASSING if passing else PERMANENT, status) for email in failed[:10]]
    return []


def _read_words(message: Message) -> str:
    """What the reporting program says, without the mail that it returns."""
    text, _, _ = read_parts(message)
    text = text[:MAX_WORDS]
    original = _ORIGINAL.search(text)
    # A report may begin with such a line; then there is nothing before it.
    if original and _ADDRESS.search(text[: original.start()]):
        return text[: original.start()]
    return text


def _looks_like_a_report(message: Message) -> bool:
    """A machine wrote it: by its sender, its type or its subject."""
    sender = decode_header_value(str(message.get("From", "")))
    subject = decode_header_value(str(message.get("Subject", "")))
    return (
        message.get_content_type() == "multipart/report"
        or str(message.get("Return-Path", "")).strip() == "<>"
        or "X-Failed-Recipients" in message
        or bool(_ROBOTS.search(sender))
        or bool(_REPORTING.search(subject))
    )


def _is_automatic(message: Message) -> bool:
    """A vacation note or the like: sent to the return path too (RFC 3834 §4), and no bounce."""
    subject = decode_header_value(str(message.get("Subject", "")))
    sender = decode_header_value(str(message.get("From", "")))
    replied = str(message.get("Auto-Submitted", "")).strip().lower().startswith("auto-replied")
    if _ROBOTS.search(sender) or message.get_content_type() == "multipart/report":
        return False
    return (replied and not _REPORTING.search(subject)) or bool(_AUTOMATIC.search(subject))


def _find_status(text: str) -> str:
    match = _STATUS.search(text[:4_000])
    return match[1] if match else ""


def _is_passing(status: str) -> bool:
    """Not for good: a class of 4, or a mailbox that is full (RFC 3463 §3.3)."""
    return status.startswith("4.") or status == "5.2.2"


def _address(email: bytes) -> str:
    text = email.decode("utf-8", "replace").strip().lower()
    return text if _ADDRESS.fullmatch(text) else ""
