"""Files outgoing mail into a Maildir instead of sending it: one file a recipient, written to tmp and renamed.

A file's name follows from the Message-ID and the recipient, so that what a relay files again after a crash takes
the place of the first (https://cr.yp.to/proto/maildir.html asks for names that nobody else uses: a hash is one).
"""

import hashlib
import os
from pathlib import Path

from store.dispatch import Batch

FOLDERS = ("tmp", "new", "cur")


def file_batch(folder: Path, batch: Batch) -> None:
    """File a batch; OSError where that cannot be done, and then all of it can be filed again."""
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    read = {path.name.partition(":")[0] for path in (folder / "cur").iterdir()}
    for recipient in batch.recipients:
        name = _name(batch.message_id, recipient.email)
        # One that a reader has moved on already is not filed a second time.
        if name not in read:
            _write(folder / "tmp" / name, _trace(batch.mail_from, recipient.email) + batch.content)
            (folder / "tmp" / name).replace(folder / "new" / name)
    _sync(folder / "new")


def find_obstacle(folder: Path) -> str:
    """Why nothing could be filed here, or "" where it can; a folder that is not there yet can be made."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    if not there.is_dir():
        return f"{there}: is not a folder"
    paths = [there] if there != folder else [folder, *(folder / name for name in FOLDERS)]
    closed = [path for path in paths if path.exists() and not os.access(path, os.W_OK | os.X_OK)]
    return f"{closed[0]}: cannot be written to" if closed else ""


def _name(message_id: str, email: str) -> str:
    digest = hashlib.sha256(f"{message_id}\0{email}".encode("utf-8", "surrogateescape"))
    return f"{digest.hexdigest()[:32]}.manyvoices"


def _trace(mail_from: str, email: str) -> bytes:
    """What the last server on the way adds (RFC 5321 §4.4)."""
    return f"Return-Path: <{mail_from}>\r\nDelivered-To: {email}\r\n".encode()


def _write(path: Path, content: bytes) -> None:
    # Such a mail may carry a token: nobody else reads it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
