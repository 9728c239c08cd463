"""What the server that delivers our mail said: about one recipient, or about itself."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Result:
    """What the server said about one recipient; `reply` begins with its code."""

    kind: Literal["sent", "temporary", "permanent"]
    reply: str = ""


class SmarthostError(Exception):
    """The smarthost cannot be used now; the text is one clear line without an address in it."""
