"""The answers to the commands of one mail, as many as fit a small mail; what does not is named and not lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from config.render import Rendered
from handlers.context import Context
from handlers.mail.parts import clip
from handlers.requests import Request

ROOM = 6_600
"""Bytes of all answers of a mail: with its headers and closing lines, in any script, it stays under 8 kB."""
_MAX_LINE = 40
"""Characters of a command that is named, and bytes half as many again."""

Answer = Callable[[Request, Context], Rendered | None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The answers that go out, and the lines of the commands that are to be sent by themselves."""

    answers: tuple[Rendered, ...]
    left: tuple[str, ...]


def answer_within(requests: Sequence[tuple[Request, Answer]], ctx: Context) -> Fitted:
    """Answer in order what there is room for; the first answer always goes out.

    What is left for another mail has not been answered: it counts for nothing, and "next" knows nothing of it.
    """
    answers: list[Rendered] = []
    left: list[str] = []
    room = ROOM
    for request, answer in requests:

        def fits(rendered: Rendered | None, room: int = room) -> bool:
            return rendered is None or not answers or _size(rendered) <= room

        rendered = ctx.uow.attempt(partial(answer, request, ctx), fits)
        if rendered is None:
            continue
        if fits(rendered):
            answers.append(rendered)
            room -= _size(rendered)
        else:
            left.append(clip(request.command.line, _MAX_LINE, _MAX_LINE * 3 // 2))
            room -= len(left[-1].encode()) + 4
    return Fitted(tuple(answers), tuple(left))


def _size(rendered: Rendered) -> int:
    """Bytes with the blank line below it."""
    return len(rendered.body.encode()) + 2
