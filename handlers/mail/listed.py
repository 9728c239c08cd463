"""Undoes what a list server did to a post on its way: subject prefix, footer, rewritten From, the mail around the mail.

Mailman, Sympa, Google Groups and Groups.io, as their mail shows. Pure. What the list surely added is taken away; what
may be the author's stays, because a line too many is better than a lost one.
"""

import re
from dataclasses import replace
from email.message import Message

from handlers.mail.list_headers import ListName
from handlers.mail.parse import ParsedMail, open_message, read_message
from handlers.mail.programs import fold
from handlers.mail.rewritten import find_author, is_named, is_the_lists
from handlers.mail.titles import PREFIX

MAX_FOOTER = 20
"""Lines at the end of a text among which a footer begins."""
MAX_FOOTER_CHARS = 4_000
MAX_FOOTERS = 8
"""A text with more of them one below the other is nobody's, and left as it is."""
MAX_NESTED = 3

_TAG = re.compile(r"\s*\[([^\[\]]{1,80})\]\s*")
_CODE = re.compile(r"\s*\[\s*(?:[#t]\s*\d{1,9}|m-[a-z2-7]+)\s*\]\s*", re.IGNORECASE)
_COUNTED = re.compile(r"[\s:#/,.-]*\d{1,9}\s*$")
_RULE = re.compile(r"\s*(?:[_=*#~-]{4,}|--|---|(?:-=){3,}-?)\s*")
_LEAVING = re.compile(
    r"mailing list|listinfo|unsubscri|you (?:are|were) subscribed|google ?groups|groups\.io|desinscri|desabonn|"
    r"vous (?:etes|avez ete) (?:abonne|inscrit)|liste de (?:diffusion|discussion)|resilier|"
    r"desuscri|darse de baja|cancelar|suscrit|lista de (?:correo|distribucion|distribuicao|discussao|e-?mails)|inscrito|subscreveu|descadastr|"
    r"mailingliste|abmelden|abbestell|abonniert|القائمة البريدية|الغاء الاشتراك"
)


def undo_list(raw: bytes, mail: ParsedMail, listed: ListName) -> ParsedMail:
    """A mail as its author sent it to the list, as far as that can be known; `mail` is `raw` as it was parsed.

    A mail that the list wrapped keeps the Message-ID that the readers of the list know, and the marks of both.
    """
    message, defects = open_message(raw)
    opened = mail
    if without := _open_parts(message, listed):
        message, opened = without, read_message(without, defects)
    if is_the_lists(mail.author, listed) and (wrapped := _find_wrapped(message)):
        inner = read_message(_open_parts(wrapped, listed) or wrapped, defects)
        if inner.author and not is_the_lists(inner.author, listed):
            opened = _merge(mail, inner)
    return clean_listed(opened, listed)


def clean_listed(mail: ParsedMail, listed: ListName) -> ParsedMail:
    """A mail without the list's marks in subject, author and text. Twice is the same as once."""
    return replace(
        mail,
        subject=clean_prefix(mail.subject, listed),
        author=find_author(mail, listed),
        text=clean_footer(mail.text, listed),
    )


def clean_prefix(subject: str, listed: ListName) -> str:
    """The subject without "[sse-fr]" or "[sse-fr 123]", in front or behind "Re:"; other brackets stay."""
    kept, rest, found = "", subject, False
    while rest:
        tag = _TAG.match(rest)
        if match := PREFIX.match(rest) or _CODE.match(rest):
            kept += match[0]
        elif tag and (is_named(tag[1], listed) or is_named(_COUNTED.sub("", tag[1]), listed)):
            match, found = tag, True
        else:
            break
        rest = rest[match.end() :]
    return (kept + rest).strip() if found else subject


def clean_footer(text: str, listed: ListName) -> str:
    """The text without what the list added below a rule: it names the list, and says how to leave it."""
    lines = text.rstrip().split("\n")
    end = len(lines)
    for footers in range(MAX_FOOTERS):
        while end and not lines[end - 1].strip():
            end -= 1
        rules = [p for p in range(max(0, end - MAX_FOOTER), end) if _RULE.fullmatch(lines[p])]
        found = next((p for p in reversed(rules) if _is_footer("\n".join(lines[p:end]), listed)), None)
        if found is None:
            return "\n".join(lines[:end]) if footers else text
        end = found
    return text


def _open_parts(message: Message, listed: ListName) -> Message | None:
    """The mail without the parts that hold nothing but the list's header or footer; None where there are none."""
    parts = _list_parts(message) if message.get_content_type() == "multipart/mixed" else []
    kept = [part for part in parts if not _is_footer_part(part, listed)]
    if not kept or len(kept) == len(parts):
        return None
    if len(kept) > 1:
        message.set_payload([*kept])
        return message
    # What the list put into a mixed mail, to hang its footer on, is the mail itself again.
    only = kept[0]
    for name, _ in list(only.raw_items()):
        if not name.lower().startswith("content-"):
            del only[name]
    for name, value in message.raw_items():
        if not name.lower().startswith("content-"):
            only[name] = value
    return only


def _list_parts(message: Message) -> list[Message]:
    """The parts of a mail; asked for what is no part, compat32 decodes, and raises on some charsets."""
    parts = message.get_payload() if message.is_multipart() else []
    return [part for part in parts if isinstance(part, Message)]


def _is_footer_part(part: Message, listed: ListName) -> bool:
    if part.is_multipart() or part.get_content_type() != "text/plain":
        return False
    read = read_message(part)
    block = read.text.strip()
    return not read.attachments and block.count("\n") < MAX_FOOTER and _is_footer(block, listed)


def _is_footer(block: str, listed: ListName) -> bool:
    if len(block) > MAX_FOOTER_CHARS:
        return False
    local, domain = re.escape(listed.local), re.escape(listed.domain)
    names_it = re.search(
        rf"\b{local}(?:[-+][\w-]+)*(?:@|%40){domain}|@{domain}\S*\b{local}\b|https?://\S*\b{local}\b"
        rf"|https?://(?:[\w-]+\.)*{domain}(?![\w-])",
        block,
        re.IGNORECASE,
    )
    return bool(names_it and _LEAVING.search(fold(block)))


def _find_wrapped(message: Message) -> Message | None:
    """The mail that is all that a mail holds, beside words of the list above it."""
    for _ in range(MAX_NESTED):
        parts = _list_parts(message)
        if not parts:
            return None
        if message.get_content_type() == "message/rfc822":
            return parts[-1]
        if message.get_content_type() != "multipart/mixed" or len(parts) > 2:
            return None
        message = parts[-1]
    return None


def _merge(outer: ParsedMail, inner: ParsedMail) -> ParsedMail:
    return replace(
        inner,
        message_id=outer.message_id or inner.message_id,
        in_reply_to=inner.in_reply_to or outer.in_reply_to,
        references=inner.references or outer.references,
        auto_submitted=outer.auto_submitted or inner.auto_submitted,
        list_id=outer.list_id,
        received_count=outer.received_count + inner.received_count,
        spam=outer.spam or inner.spam,
        loop=(*outer.loop, *inner.loop),
        defects=(*outer.defects, *inner.defects),
    )
