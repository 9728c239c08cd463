"""What came along with texts: kept once by the hash of its content, under a name that nobody outside has chosen."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from store.sql import insert_into
from store.tables import Attachment

_EXTENSIONS = {
    "application/msword": "doc",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/plain": "txt",
    "text/rtf": "rtf",
    "video/mp4": "mp4",
}
"""Nothing that a system would run, or a browser show as a page; whatever else there is ends in `bin`."""


_OBEYED = ("message/rfc822", "text/calendar")
"""A mail program takes these for a mail of its own, which may not be in base64, and for an invitation."""


def hash_content(content: bytes) -> str:
    """The name of a content: SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def make_file_name(name: str, content_type: str) -> str:
    """What a file may be called on a disk: the hash and a harmless extension, never what its sender called it."""
    if len(name) != 64 or not all(digit in "0123456789abcdef" for digit in name):
        raise ValueError("not a hash")
    return f"{name}.{_EXTENSIONS.get(content_type.lower(), 'bin')}"


def find_safe_type(content_type: str) -> str:
    """The type that a file may be sent on with: its own where nothing would run it, show it as a page or obey it."""
    kind = content_type.lower()
    return kind if kind in _EXTENSIONS and kind not in _OBEYED else "application/octet-stream"


class Attachments:
    """Contents by their hash."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def keep(self, contents: Iterable[bytes]) -> tuple[str, ...]:
        """Keep each content that is not there yet; the hashes of all, in order."""
        names = []
        for content in contents:
            names.append(hash_content(content))
            statement = insert_into(self._session, Attachment.__table__).values(  # type: ignore[attr-defined]
                hash=names[-1], content=content, size=len(content), first_seen_at=self._now
            )
            self._session.execute(statement.on_conflict_do_nothing(index_elements=["hash"]))
        return tuple(names)

    def get_content(self, name: str) -> bytes:
        """The bytes of a hash. KeyError where nothing is kept by it."""
        query = select(col(Attachment.content)).where(col(Attachment.hash) == name)
        content = self._session.execute(query).scalar_one_or_none()
        if content is None:
            raise KeyError(name)
        return bytes(content)
