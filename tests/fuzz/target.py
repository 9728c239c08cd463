"""What is asked of every mail, whatever it is: it is read, soon, and nothing in what was read may harm who shows it."""

import re
import unicodedata

from handlers.mail.answers import parse_answer
from handlers.mail.headers import parse_date, parse_mailboxes
from handlers.mail.parse import ParsedMail, parse_mail
from handlers.mail.quotes import clean_reply
from handlers.mail.titles import find_title

WORDS = {"approve": ("ok", "approve"), "reject": ("no", "reject"), "discard": ("drop",), "undo": ("undo",)}
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
BOUND = 3 * 2_000_000
"""Characters: composed forms and lists may be a little longer than their bytes, no text many times."""


def check_reading(raw: bytes) -> ParsedMail:
    """Read a mail as the handlers do; AssertionError where what was read is harmful, any exception where it fails."""
    mail = parse_mail(raw)
    cleaned = clean_reply(mail.text, (mail.text[:500],)) if len(mail.text) % 2 else clean_reply(mail.text)
    parse_answer(cleaned.text, WORDS)  # type: ignore[arg-type]
    title = find_title(mail.subject, cleaned.text, answers_notice=False)
    names = [box.name for box in (mail.author, *mail.to) if box]
    for line in (
        mail.subject,
        mail.list_id,
        mail.translation_of,
        title,
        *names,
        *(a.name for a in mail.attachments),
    ):
        assert not HARMFUL.search(line), ascii(line)
        assert all(unicodedata.category(char) not in ("Cc", "Zl", "Zp") for char in line), ascii(line)
    for text in (mail.text, cleaned.text, cleaned.cut):
        assert not HARMFUL.search(text), ascii(HARMFUL.search(text))
        text.encode()
    assert len(mail.text) <= BOUND
    assert all(
        "@" in box.email and not re.search(r"[\s<>\",]", box.email) for box in (mail.author, *mail.to) if box
    )
    wanted = {line.strip() for line in mail.text.splitlines() if line.strip()}
    kept = {line.strip() for line in f"{cleaned.text}\n{cleaned.cut}".splitlines() if line.strip()}
    assert wanted == kept, ascii(sorted(wanted ^ kept)[:3])
    header = raw[:500].decode("ascii", "surrogateescape")
    parse_mailboxes(header)
    parse_date(header)
    return mail
