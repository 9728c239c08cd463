"""The command "next": the part that follows, of the long text which an address had last.

It is the command that asked for that text once more, with the number of the next part: there is no second way of
answering.
"""

from dataclasses import replace

from config.render import Rendered
from handlers.belonging import PUBLICATIONS
from handlers.context import Context
from handlers.mail.commands import parse_commands
from handlers.mail.parts import PART, split_parts
from handlers.notices import render_notice
from handlers.requests import FREE, Request, may_have_text, read_request
from handlers.words import get_lexicon
from store.readings import Place

NEXT = "next"


def follow(request: Request, ctx: Context) -> Request:
    """The request for the next part, where one says "next" and there is one; any other request as it is."""
    if request.command.name != NEXT:
        return request
    place = _find_place(request, ctx)
    if place is None or place.part >= place.parts:
        return request
    (command,) = parse_commands("", f"{place.command} part {place.part + 1}", get_lexicon(("en",)))
    if command.name not in FREE:
        command = replace(command, line=request.command.line)
    again = read_request(command, request.incoming, ctx)
    return replace(again, language=request.language)


def answer_next(request: Request, ctx: Context) -> Rendered | None:
    """There is no next part: why."""
    if not may_have_text(request, ctx):
        return None
    return render_notice(ctx, "no_next", request.language, ended=_find_place(request, ctx) is not None)


def _find_place(request: Request, ctx: Context) -> Place | None:
    """Where the address is: in the text that this answers, or in the one that it had last, asked for or from a list."""
    asked = ctx.uow.readings.find(request.email)
    answered = request.incoming.answered
    if answered is not None and answered.kind in PUBLICATIONS:
        post = ctx.uow.contributions.find_post(answered.revision_id)
        if post is not None and post.contribution.number is not None:
            line = f"get {post.contribution.number} {post.version.language}"
            if asked is None or asked.command != line:
                return Place(line, 1, len(split_parts(post.revision.text, PART)), answered.created_at)
            return asked
    pushed = ctx.uow.readings.find_pushed(request.email, PUBLICATIONS, PART, asked.read_at if asked else None)
    if pushed is None:
        return asked
    return Place(f"get {pushed.number} {pushed.language}", 1, 2, ctx.now)
