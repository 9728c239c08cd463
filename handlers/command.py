"""Commands by mail: in the subject, one a line in the body, or by address alone; here those about lists and addresses.

The answer is one mail with each answer in order; what changes a subscription is confirmed by an answer first, and a
text to translate comes in a mail of its own. What is read or translated is answered in modules of their own.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from config.addresses import parse_address
from config.render import Rendered
from handlers.also import ask_both
from handlers.claims import answer_release
from handlers.context import Context, Incoming, Outcome
from handlers.handout import answer_translate
from handlers.mail.commands import Command, parse_commands
from handlers.mail.compose import is_deliverable
from handlers.mail.headers import parse_mailboxes
from handlers.notices import About, enqueue_answer, may_answer, render_notice
from handlers.reading import answer_get, answer_synthesis
from handlers.requests import TEXTS_A_MAIL, Request, answer_once_a_day, read_request
from handlers.wanted import WEEKLY, answer_wanted
from handlers.words import command_words

TOKEN_LIFETIME = timedelta(days=3)
ASK_AGAIN = timedelta(days=1)
"""While a request to confirm the same thing is not answered, it is not repeated within this time."""


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Answer every command of a mail in one mail; an empty mail to the forum's address gets the help."""
    if not incoming.live:
        return Outcome("command", "archive")
    if not incoming.author_email or incoming.mail.author_count != 1:
        return Outcome("command", "no-author")
    commands = _commands(incoming, ctx)
    requests = [read_request(command, incoming, ctx) for command in commands]
    texts = [request for request in requests if request.command.name in TEXTS]
    requests = [request for request in requests if request not in texts[TEXTS_A_MAIL:]]
    answers = [answer for request in requests if (answer := ANSWERS[request.command.name](request, ctx))]
    too_many = len(texts) > TEXTS_A_MAIL
    # What is translated has come in mails of its own: that there were too many is to be said all the same.
    if answers or (too_many and may_answer(ctx, incoming.author_email, "limit")):
        _answer(incoming, ctx, requests[0].language, answers, too_many)
    return Outcome("command", requests[0].command.name or "unknown")


def _commands(incoming: Incoming, ctx: Context) -> tuple[Command, ...]:
    """By address alone whatever the mail says; else what it says; else help."""
    kind = incoming.to.kind if incoming.to else ""
    help_alone = Command("help", "", (), "")
    if kind in ("join", "leave", "help"):
        return (Command(kind, "", (), kind),)
    vocabulary = command_words(ctx.settings.languages)
    commands = parse_commands(incoming.mail.subject, incoming.text, vocabulary) or (help_alone,)
    if incoming.answered is not None and incoming.answered.kind == WEEKLY:
        # "stop" in answer to the weekly list is meant for that list alone.
        return tuple(_as_stop(command) for command in commands)
    return commands


def _as_stop(command: Command) -> Command:
    alone = command.name == "leave" and not command.arguments
    return replace(command, name="wanted", arguments=("stop",)) if alone else command


def _help(request: Request, ctx: Context) -> Rendered | None:
    if not may_answer(ctx, request.email, "help"):
        return None
    lists = tuple((item.language, item.address) for item in ctx.settings.lists)
    return render_notice(ctx, "help", request.language, lists=lists)


def _unknown(request: Request, ctx: Context) -> Rendered | None:
    if not may_answer(ctx, request.email, "error"):
        return None
    command = request.command
    return render_notice(ctx, "unknown", request.language, line=command.line, nearest=command.nearest)


def _join(request: Request, ctx: Context) -> Rendered | None:
    language = request.wanted or request.language
    if language in ctx.uow.people.languages(request.email):
        return answer_once_a_day(request, ctx, "already_joined", language)
    _ask(request, ctx, "join", language)
    return None


def _leave(request: Request, ctx: Context) -> Rendered | None:
    on = ctx.uow.people.languages(request.email)
    said = request.wanted or (request.incoming.to.language if request.incoming.to else None)
    language = said or (on[0] if on else request.language)
    if language not in on:
        return answer_once_a_day(request, ctx, "not_joined", language)
    _ask(request, ctx, "leave", language)
    return None


def _also(request: Request, ctx: Context) -> Rendered | None:
    """Another address of the same person; both are asked."""
    # As it was written: what is compared has lost its accents.
    boxes = [
        box for word in request.command.line.split() for box in parse_mailboxes(word.strip("<>()«»\"'.,;"))
    ]
    own = request.email
    other = next((box.email for box in boxes if box.email != own and is_deliverable(box.email)), None)
    if other is None or parse_address(ctx.settings, other) is not None:
        return answer_once_a_day(request, ctx, "also_unclear", request.language)
    if may_answer(ctx, own, "also"):
        ask_both(ctx, request.incoming, other, request.language)
    return None


def _ask(request: Request, ctx: Context, purpose: str, language: str) -> None:
    """One unanswered request at a time, whoever asks: a thousand forged ones make one mail."""
    email = request.email
    if ctx.uow.tokens.has_pending(purpose, email, language, ctx.now - ASK_AGAIN):
        return
    secret = ctx.new_token()
    token = ctx.uow.tokens.issue(secret, purpose, email, language, TOKEN_LIFETIME)
    rendered = render_notice(
        ctx, f"confirm_{purpose}", request.language, list_language=language, token=secret
    )
    enqueue_answer(
        ctx,
        request.incoming,
        f"confirm_{purpose}",
        f"{token.id}",
        request.language,
        rendered,
        reply_to=ctx.addresses.token("answer", secret),
        about=About(token_id=token.id),
    )


def _answer(
    incoming: Incoming, ctx: Context, language: str, answers: list[Rendered], asked_too_much: bool
) -> None:
    bodies = tuple(answer.body.strip("\n") for answer in answers)
    subject = answers[0].subject if len(answers) == 1 else ""
    rendered = render_notice(
        ctx, "answers", language, bodies=bodies, subject=subject, limit=TEXTS_A_MAIL if asked_too_much else 0
    )
    enqueue_answer(ctx, incoming, "answers", f"{incoming.delivery_id}", language, rendered)


TEXTS = ("synthesis", "get", "wanted", "translate")
"""What is answered with a text."""

ANSWERS: Mapping[str, Callable[[Request, Context], Rendered | None]] = {
    "": _unknown,
    "help": _help,
    "join": _join,
    "leave": _leave,
    "synthesis": answer_synthesis,
    "get": answer_get,
    "wanted": answer_wanted,
    "translate": answer_translate,
    "release": answer_release,
    "also": _also,
}
