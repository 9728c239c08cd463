"""What is stored about whoever asks, told to nobody but their own address; and the language that they are written to in."""

from config.render import Rendered
from handlers.context import Context
from handlers.notices import language_of, may_answer, render_notice
from handlers.requests import Request, answer_once_a_day
from handlers.words import command_words
from store.known import Record

ANSWERS_A_DAY = 3
"""A forged sender brings their victim no more of it."""
MAX_SHOWN = 60
"""Numbers of contributions, and addresses, that are written out."""


def answer_status(request: Request, ctx: Context) -> Rendered | None:
    """Everything, in one answer of a few lines a kind."""
    emails = ctx.uow.people.list_addresses(request.email)
    if not ctx.uow.known.is_known(emails, request.incoming.delivery_id):
        return answer_once_a_day(request, ctx, "nothing_known", request.language)
    if not ctx.uow.people.allow(request.email, "status", ANSWERS_A_DAY):
        return None
    record, zone = ctx.uow.known.get_record(emails), ctx.settings.zone
    return render_notice(
        ctx,
        "status",
        request.language,
        record=record,
        writes_in=language_of(ctx, request.email),
        numbers=record.numbers[:MAX_SHOWN],
        more_numbers=len(record.numbers[MAX_SHOWN:]),
        addresses=record.addresses[:MAX_SHOWN],
        lists=tuple((one.language, one.state, one.since.astimezone(zone).date()) for one in record.lists),
        work=tuple(
            (one.number, one.synthesis, one.language, one.until.astimezone(zone).date())
            for one in record.work[:MAX_SHOWN]
        ),
        mode_until=_find_mode_end(record, ctx),
        forget_word=_find_word(ctx, request.language, "forget"),
    )


def answer_language(request: Request, ctx: Context) -> Rendered | None:
    """The language that is named is the person's from now on; they are told in it, which undoes what others ask for.

    Nothing is kept about an address that is on no list and had nothing published.
    """
    wanted = request.wanted
    if wanted is None:
        return _tell(request, ctx, "language_unclear", language_of(ctx, request.email), request.language)
    known = bool(ctx.uow.people.list_joined((request.email,)))
    known = known or ctx.uow.contributions.count_approved(request.email) > 0
    if not known:
        return _tell(request, ctx, "language_unknown", wanted, request.language)
    # What is not told is not done: it may be somebody else who asks.
    if not ctx.uow.people.allow(request.email, "language", ANSWERS_A_DAY):
        return None
    ctx.uow.people.set_language(request.email, wanted)
    ctx.uow.journal.write("language", "subscriber", f"language {wanted}")
    return render_notice(ctx, "language_set", wanted, **_examples(request, ctx, wanted, wanted))


def _tell(request: Request, ctx: Context, template: str, language: str, reader: str) -> Rendered | None:
    if not may_answer(ctx, request.email, template):
        return None
    return render_notice(ctx, template, reader, **_examples(request, ctx, language, reader))


def _examples(request: Request, ctx: Context, language: str, reader: str) -> dict[str, object]:
    """What to write, in the reader's own words."""
    others = [each for each in ctx.settings.languages if each != language] or [language]
    word = _find_word(ctx, reader, "language")
    return {
        "chosen": language,
        "examples": tuple(f"{word} {each}" for each in others[:MAX_SHOWN]),
        "join_line": f"{_find_word(ctx, reader, 'join')} {language}",
    }


def _find_mode_end(record: Record, ctx: Context) -> object:
    """The local day on which a mode ends, or None."""
    until = record.person.mode_until if record.person else None
    return until.astimezone(ctx.settings.zone).date() if until else None


def _find_word(ctx: Context, language: str, command: str) -> str:
    return command_words(ctx.settings.languages)[language][command][0]
