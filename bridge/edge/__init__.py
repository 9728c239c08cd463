"""The edges: the doors through which mail comes in. What an edge answers for is in the spool before it says so."""

from typing import Protocol


class EdgeError(Exception):
    """The edge cannot begin; the text is one clear line."""


class Edge(Protocol):
    """One door, which the daemon opens and shuts."""

    @property
    def name(self) -> str:
        """What the log calls it, such as "smtp"."""

    async def start(self) -> str:
        """Begin; where it listens or reads, for the log. EdgeError where it cannot: then nothing of it runs."""

    async def stop(self) -> None:
        """Accept no more; what it has accepted is stored when this returns."""
