"""What a mail says as a text for the forum: its author's own words, those it passes on, or those of an attachment."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from config.forum import Settings
from handlers.attribution import Attribution, find_attribution
from handlers.mail.body import Attachment
from handlers.mail.documents import Document, find_documents, is_covering
from handlers.mail.parse import ParsedMail
from handlers.mail.quotes import Cleaned
from store.attachments import hash_content

Documents = Mapping[str, Document]
"""What documents say, by the hash of their content."""
NO_DOCUMENTS: Documents = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Written:
    """The mail as it counts, the text, and what was taken out.

    `by` is the author where the sender is another; `source` the name of the attachment that the text was read from;
    `wanted` are documents that have to be read first; `unread`: nothing but attachments, and none has a text.
    """

    mail: ParsedMail
    text: str
    cut: str
    by: Attribution | None = None
    source: str = ""
    wanted: tuple[Attachment, ...] = ()
    unread: bool = False


def find_written(
    mail: ParsedMail, cleaned: Cleaned, settings: Settings, *, answers: bool, documents: Documents
) -> Written:
    """The text of a mail. `answers`: a few words are an answer, and cover no document."""
    by = None
    text, cut = cleaned.text, cleaned.cut
    if attributed := find_attribution(mail, text, cut, settings):
        mail, text, cut, by = attributed.mail, attributed.text, attributed.cut, attributed.by
    if not is_covering(text, mail.attachments, answers=answers):
        return Written(mail, text, cut, by)
    candidates = find_documents(mail.attachments)
    for item in candidates:
        found = documents.get(hash_content(item.content))
        if found is None:
            return Written(mail, text, cut, by, wanted=candidates)
        if found.text:
            cut = "\n\n".join(piece for piece in (text, cut) if piece.strip())
            return Written(mail, found.text, cut, by, source=item.name)
    return Written(mail, text, cut, by, unread=True)
