"""Reads the text of an attached document in a child process with little memory, little time and no rights.

A document from a stranger is a program for the library that reads it: what it does wrong, it does to the child. The
child's own side, and its limits, are in `documents_child.py`.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from bridge import documents_child as child
from handlers.mail.documents import Document, clean_document

SECONDS = 15.0
"""By the clock on the wall, from the start of the child to its last byte."""
MAX_DOCUMENT = 10_000_000
"""Bytes of a document that is tried at all."""

_FAILURES = {
    child.PASSWORD: "password",
    child.TOO_LARGE: "too-large",
    child.NO_TEXT: "no-text",
    child.UNREADABLE: "unreadable",
    -signal.SIGXCPU: "time",
    -signal.SIGKILL: "time",
}


def read_document(content: bytes, *, seconds: float = SECONDS) -> Document:
    """The text of a document, or why it has none.

    password, too-large, no-text, time, unreadable; crashed, no-process: the child ended by itself, or never began.
    """
    if len(content) > MAX_DOCUMENT:
        return Document("", "too-large")
    if (refusal := child.find_refusal(content)) is not None:
        return Document("", _FAILURES[refusal])
    try:
        status, output = _run(content, seconds)
    except OSError:
        # The machine has no room for another process: the post is held and its author asked, nothing is lost.
        return Document("", "no-process")
    if len(output) > child.MAX_TEXT:
        return Document("", "too-large")
    if status != 0:
        return Document("", _FAILURES.get(status, "crashed"))
    text = clean_document(output.decode("utf-8", "replace"), laid_out=content.startswith(b"%PDF-"))
    return Document(text, "" if text else "no-text")


def _run(content: bytes, seconds: float) -> tuple[int, bytes]:
    """Exit status (negative: the signal that ended it) and at most one byte more of output than is allowed."""
    with tempfile.TemporaryFile() as stdin:
        stdin.write(content)
        stdin.seek(0)
        process = subprocess.Popen(  # noqa: S603 our own interpreter and our own file
            [sys.executable, "-I", "-B", str(Path(child.__file__))],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
    with process:
        timer = threading.Timer(seconds, _kill, (process.pid,))
        timer.start()
        try:
            output = process.stdout.read(child.MAX_TEXT + 1) if process.stdout else b""
            if len(output) > child.MAX_TEXT:
                _kill(process.pid)
            # Ended, and not yet given back: as long as the timer may kill, the number is still the child's own.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        finally:
            timer.cancel()
            timer.join()
        status = process.wait()
    return status, output


def _kill(pid: int) -> None:
    """The child with whatever it may have started, which could keep its output open."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
