"""Commands by mail: help, join, leave, synthesis, get; in the subject, one a line in the body, or by address alone.

The answer is one mail with each answer in order; what changes a subscription is confirmed by an answer first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from config.addresses import parse_address
from config.render import Rendered
from handlers.also import ask_both
from handlers.context import Context, Incoming, Outcome
from handlers.mail.commands import Command, parse_commands
from handlers.mail.compose import is_deliverable
from handlers.mail.headers import parse_mailboxes
from handlers.mail.parts import PART, split_parts
from handlers.notices import (
    About,
    choose_language,
    enqueue_answer,
    language_of,
    may_answer,
    render_notice,
    shown_name,
    with_place,
)
from handlers.words import command_words, find_language, part_words
from store.sql import id_of

TOKEN_LIFETIME = timedelta(days=3)
ASK_AGAIN = timedelta(days=1)
"""While a request to confirm the same thing is not answered, it is not repeated within this time."""
TEXTS_A_DAY = 20
TEXTS_A_MAIL = 3
"""A small mail with a forged sender must not bring its victim a large one."""


@dataclass(frozen=True, slots=True)
class Request:
    """One command of one mail; `language` is the one to answer in."""

    command: Command
    incoming: Incoming
    language: str
    number: int | None
    part: int
    wanted: str | None
    """The forum's language that the command names."""


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Answer every command of a mail in one mail; an empty mail to the forum's address gets the help."""
    if not incoming.live:
        return Outcome("command", "archive")
    if not incoming.author_email or incoming.mail.author_count != 1:
        return Outcome("command", "no-author")
    commands = _commands(incoming, ctx)
    requests = [_request(command, incoming, ctx) for command in commands]
    texts = [request for request in requests if request.command.name in TEXTS]
    requests = [request for request in requests if request not in texts[TEXTS_A_MAIL:]]
    answers = [answer for request in requests if (answer := ANSWERS[request.command.name](request, ctx))]
    if answers:
        _answer(incoming, ctx, requests[0].language, answers, len(texts) > TEXTS_A_MAIL)
    return Outcome("command", requests[0].command.name or "unknown")


def _commands(incoming: Incoming, ctx: Context) -> tuple[Command, ...]:
    """By address alone whatever the mail says; else what it says; else help."""
    kind = incoming.to.kind if incoming.to else ""
    help_alone = Command("help", "", (), "")
    if kind in ("join", "leave", "help"):
        return (Command(kind, "", (), kind),)
    vocabulary = command_words(ctx.settings.languages)
    return parse_commands(incoming.mail.subject, incoming.text, vocabulary) or (help_alone,)


def _request(command: Command, incoming: Incoming, ctx: Context) -> Request:
    languages = ctx.settings.languages
    numbers: list[int] = []
    part, wanted, expects_part = 1, None, False
    for word in command.arguments:
        figures = word.lstrip("#")
        if figures.isascii() and figures.isdigit() and len(figures) <= 9:
            if expects_part:
                part = int(figures)
            else:
                numbers.append(int(figures))
            expects_part = False
        elif word in part_words(languages):
            expects_part = True
        else:
            wanted = wanted or find_language(word, languages)
    said = (incoming.to.language if incoming.to else None) or command.language or None
    return Request(
        command=command,
        incoming=incoming,
        language=language_of(ctx, incoming.author_email, said),
        number=numbers[0] if numbers else None,
        part=part,
        wanted=wanted,
    )


def _help(request: Request, ctx: Context) -> Rendered | None:
    if not may_answer(ctx, request.incoming.author_email, "help"):
        return None
    lists = tuple((item.language, item.address) for item in ctx.settings.lists)
    return render_notice(ctx, "help", request.language, lists=lists)


def _unknown(request: Request, ctx: Context) -> Rendered | None:
    if not may_answer(ctx, request.incoming.author_email, "error"):
        return None
    command = request.command
    return render_notice(ctx, "unknown", request.language, line=command.line, nearest=command.nearest)


def _join(request: Request, ctx: Context) -> Rendered | None:
    language = request.wanted or request.language
    if language in ctx.uow.people.languages(request.incoming.author_email):
        return _once_a_day(request, ctx, "already_joined", language)
    _ask(request, ctx, "join", language)
    return None


def _leave(request: Request, ctx: Context) -> Rendered | None:
    on = ctx.uow.people.languages(request.incoming.author_email)
    said = request.wanted or (request.incoming.to.language if request.incoming.to else None)
    language = said or (on[0] if on else request.language)
    if language not in on:
        return _once_a_day(request, ctx, "not_joined", language)
    _ask(request, ctx, "leave", language)
    return None


def _also(request: Request, ctx: Context) -> Rendered | None:
    """Another address of the same person; both are asked."""
    # As it was written: what is compared has lost its accents.
    boxes = [
        box for word in request.command.line.split() for box in parse_mailboxes(word.strip("<>()«»\"'.,;"))
    ]
    own = request.incoming.author_email
    other = next((box.email for box in boxes if box.email != own and is_deliverable(box.email)), None)
    if other is None or parse_address(ctx.settings, other) is not None:
        return _once_a_day(request, ctx, "also_unclear", request.language)
    if may_answer(ctx, own, "also"):
        ask_both(ctx, request.incoming, other, request.language)
    return None


def _synthesis(request: Request, ctx: Context) -> Rendered | None:
    """The synthesis of a phase, in the language asked for, else the reader's, else the forum's, else any."""
    phase = ctx.uow.phases.find_latest(request.number) if request.number is not None else None
    syntheses = ctx.uow.phases.list_syntheses(phase.id) if phase else {}
    synthesis = choose_language(syntheses, request.wanted, request.language, ctx.forum_language, *syntheses)
    if phase is None or synthesis is None:
        return _once_a_day(request, ctx, "no_synthesis", request.language)
    return _text(request, ctx, "synthesis_text", synthesis.text, synthesis.language, number=phase.number)


def _get(request: Request, ctx: Context) -> Rendered | None:
    """A published text in the language asked for, else the reader's, else its own."""
    number = request.number or 0
    found = ctx.uow.contributions.find_by_number(number)
    posts = (
        {post.version.language: post for post in ctx.uow.contributions.list_published(id_of(found))}
        if found
        else {}
    )
    post = choose_language(posts, request.wanted, request.language, *posts)
    if found is None or post is None:
        return _once_a_day(request, ctx, "no_contribution", request.language)
    return _text(
        request,
        ctx,
        "contribution_text",
        post.revision.text,
        post.version.language,
        number=number,
        title=post.revision.title,
        author_name=with_place(shown_name(post.revision.author_name, request.language), post.revision.place),
        day=post.revision.received_at.astimezone(ctx.settings.zone).date(),
    )


def _text(
    request: Request, ctx: Context, template: str, text: str, text_language: str, **values: object
) -> Rendered | None:
    if not ctx.uow.people.allow(request.incoming.author_email, "text", TEXTS_A_DAY):
        return None
    parts = split_parts(text, PART)
    part = min(max(request.part, 1), max(len(parts), 1))
    return render_notice(
        ctx,
        template,
        request.language,
        text=parts[part - 1] if parts else "",
        part=part,
        parts=len(parts),
        text_language=text_language,
        **values,
    )


def _once_a_day(request: Request, ctx: Context, template: str, language: str) -> Rendered | None:
    if not may_answer(ctx, request.incoming.author_email, template):
        return None
    return render_notice(
        ctx,
        template,
        request.language,
        list_language=language,
    )


def _ask(request: Request, ctx: Context, purpose: str, language: str) -> None:
    """One unanswered request at a time, whoever asks: a thousand forged ones make one mail."""
    email = request.incoming.author_email
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


TEXTS = ("synthesis", "get")

ANSWERS: Mapping[str, Callable[[Request, Context], Rendered | None]] = {
    "": _unknown,
    "help": _help,
    "join": _join,
    "leave": _leave,
    "synthesis": _synthesis,
    "get": _get,
    "also": _also,
}
