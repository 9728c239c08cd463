"""A mail on its way in, from the answer to DATA to the lone dot (RFC 5321 §4.1.1.4), and the memory that it takes."""

from dataclasses import dataclass

TOO_LARGE = "552 5.3.4 The message is too large"
TOO_MUCH = "452 4.3.1 Too much mail at once, please try again later"

_END = b"\r\n.\r\n"


@dataclass(slots=True)
class Memory:
    """What the unfinished mails of all connections may hold together, and do hold; bytes."""

    limit: int
    held: int = 0


class Content:
    """Fed with pieces until the last; `refusal` is the answer to a mail over a limit, of which nothing is kept."""

    def __init__(self, limit: int, memory: Memory) -> None:
        self.refusal = ""
        self.rest = b""
        """What came behind the end: the next commands."""
        # The line end of DATA itself belongs to a dot that comes at once.
        self._received = bytearray(b"\r\n")
        self._limit = limit
        self._memory = memory
        self._size = 0
        self._held = 0
        self._end = -1

    @property
    def is_endless(self) -> bool:
        """Nobody who means well sends so much after SIZE told the limit."""
        return self._size >= 2 * self._limit

    def feed(self, piece: bytes) -> bool:
        """Another piece; True when it was the last."""
        searched = max(0, len(self._received) - len(_END))
        self._received += piece
        self._size += len(piece)
        self._hold(len(piece))
        self._end = self._received.find(_END, searched)
        if self._end >= 0:
            self.rest = bytes(self._received[self._end + len(_END) :])
        size = self._end if self._end >= 0 else self._size - len(_END)
        if size > self._limit:
            self.refusal = TOO_LARGE
        elif self._end < 0 and self._memory.held > self._memory.limit:
            self.refusal = self.refusal or TOO_MUCH
        if self.refusal:
            # The end may have begun in what came last.
            del self._received[: -len(_END)]
            self.forget()
        return self._end >= 0

    def take(self) -> bytes:
        """The whole mail, its leading dots as they were before they were doubled (RFC 5321 §4.5.2)."""
        content = bytes(self._received[: self._end + 2])
        self._received.clear()
        if b"\r\n." in content:
            content = content.replace(b"\r\n.", b"\r\n")
        return content[2:]

    def forget(self) -> None:
        """It takes no memory any more."""
        self._hold(-self._held)

    def _hold(self, size: int) -> None:
        self._held += size
        self._memory.held += size
