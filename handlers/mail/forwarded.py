"""Finds the text that somebody passes on: who wrote it, when and under what subject, and what was written above it.

Mail programs show it below a line of their own ("Forwarded message") or only below the header block that they also
put above an answer; then the subject must say so ("Fwd:", "TR :"). Pure; what it finds is a claim and proves nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.mail.headers import clean_name, decode_header_value
from handlers.mail.programs import find_headers, fold, is_forward, is_rule, is_separator, read_label

MAX_LOOKED = 400
"""Lines above a forwarded text; further down it is what somebody quotes."""
MAX_HEADERS = 30
"""Lines of a header block, with a long list of recipients."""
MAX_NESTED = 5
"""Forwards of forwards that are followed."""

_SAYS_FORWARD = re.compile(
    r"forwarded|reenviad|transfer|reexpedi|encaminhad|reencaminhad|weitergeleitet|inoltrat|doorgestuurd|معاد توجيه|المعاد"
)
_END = re.compile(
    r"\W*-{2,}\s*(?:end (?:of )?(?:the )?forwarded message|fin d(?:el|u) (?:mensaje reenviado|message (?:transfere|reexpedie))|"
    r"fim da mensagem (?:re)?encaminhada|ende der weitergeleiteten nachricht|نهاية الرسالة المعاد توجيهها)\s*-{2,}\W*"
)
_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|fw|tr|rv|wg|enc|rvd|i|vb|doorst|إعادة توجيه|تحويل)\s{0,2}(?:\[\d+\])?\s?[:：]", re.IGNORECASE
)  # fmt: skip
_MARK = re.compile(r"^[ \u200e\u200f]{0,2}[>\uff1e] ?")
_EMAIL = re.compile(r"[^\s<>@,;:\"()\[\]*]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")

_BRACKETED = re.compile(r"[<\[](?:mailto:)?([^<>\[\]]{1,300}@[^<>\[\]]{1,300})[>\]]")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A text that was passed on. `above` is what stood over it, `headers` the lines that name its author.

    `email` is in small letters, or empty; `date` as the mail program wrote it.
    """

    name: str
    email: str
    date: str
    subject: str
    text: str
    above: str = ""
    headers: str = ""


def find_forward(text: str, subject: str) -> Forwarded | None:
    """What a mail forwards; a forward of a forward leads to the one who wrote it."""
    says_so = _SUBJECT.match(subject) is not None
    found = _find_one(text, says_so)
    for _ in range(MAX_NESTED):
        inner = _find_one(found.text, says_so=False) if found else None
        if found is None or inner is None or inner.above.strip():
            break
        found = replace(inner, above=found.above, headers=f"{found.headers}\n{inner.headers}")
    return found


def _find_one(text: str, says_so: bool) -> Forwarded | None:
    lines = text.replace("\r\n", "\n").split("\n")
    for place, line in enumerate(lines[:MAX_LOOKED]):
        if _MARK.match(line):
            continue  # a forward inside a quote was not sent to us
        explicit = is_forward(line) or (is_separator(line) and _SAYS_FORWARD.search(fold(line)) is not None)
        if explicit or (says_so and (is_separator(line) or is_rule(line))):
            start = place + 1
        elif says_so and read_label(line):
            start = place
        else:
            continue
        if found := _read_block(_unmark(lines[start : start + MAX_HEADERS]), sure=explicit):
            headers, end = found
            below = _unmark(lines[start:])
            head = "\n".join([*lines[place:start], *below[:end]]).strip("\n")
            return _forwarded(headers, _body(below[end:]), "\n".join(lines[:place]).strip("\n"), head)
    return None


def _read_block(lines: Sequence[str], *, sure: bool) -> tuple[dict[str, str], int] | None:
    """The headers by kind, and where the text begins.

    Below a line that says "forwarded" two headers are enough, elsewhere what makes a block of any mail program.
    """
    start = 0
    while start < min(len(lines), 3) and not lines[start].strip():
        start += 1
    if not sure and not find_headers(lines[start : start + MAX_HEADERS]):
        return None
    headers: dict[str, str] = {}
    last, end = "", start
    for place in range(start, min(len(lines), start + MAX_HEADERS)):
        line = lines[place]
        label = read_label(line)
        if label and (label[0] not in headers or label[0] == "other"):
            last = label[0]
            headers[last] = label[1]
        elif not line.strip() or not last or {"from", "date", "to", "subject"} <= headers.keys():
            if line.strip() or len(headers) > 1:
                break
            continue
        else:
            headers[last] = f"{headers[last]} {line.strip()}".strip()
        end = place + 1
    return (headers, end) if "from" in headers and len(headers) > 1 else None


def _body(lines: Sequence[str]) -> str:
    """Up to the line that some programs end a forward with."""
    places = range(max(0, len(lines) - MAX_HEADERS), len(lines))
    end = next((p for p in places if "--" in lines[p] and _END.fullmatch(fold(lines[p]))), len(lines))
    return "\n".join(lines[:end]).strip("\n")


def _unmark(lines: Sequence[str]) -> list[str]:
    """Lines without the ">" that Apple's programs put before each; only where the first has one."""
    first = next((line for line in lines if line.strip()), "")
    return [_MARK.sub("", line, count=1) for line in lines] if _MARK.match(first) else list(lines)


def _forwarded(headers: dict[str, str], text: str, above: str, block: str) -> Forwarded:
    """With a name that is safe to show; an address is no name."""
    sender = decode_header_value(headers["from"]).replace("*", "")
    bracketed = _BRACKETED.findall(sender)
    address = _EMAIL.search(bracketed[-1] if bracketed else sender)
    email = address[0].lower() if address else ""
    name = re.split(r"[<\[(]", sender.replace("mailto:", ""), maxsplit=1)[0]
    name = "" if _EMAIL.search(name) else clean_name(name, email)
    subject = decode_header_value(headers.get("subject", "")).replace("*", "").strip()
    return Forwarded(
        name=name.strip(" \t,;"),
        email=email,
        date=decode_header_value(headers.get("date", "")).strip(" *"),
        subject=subject,
        text=text,
        above=above,
        headers=block,
    )
