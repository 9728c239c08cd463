"""What people are told about an abstract: its moderators are asked, its sender hears what became of it."""

from dataclasses import dataclass
from datetime import timedelta

from config.render import Rendered
from handlers.abstracting import Brought
from handlers.context import Context, Incoming
from handlers.mail.abstracts import MAX_TEXT
from handlers.mail.parts import cut_text
from handlers.notices import (
    RECEIPTS_A_DAY,
    About,
    enqueue_answer,
    enqueue_notice,
    may_answer,
    render_notice,
    shown_name,
)
from handlers.requests import Request, answer_once_a_day
from store.sql import id_of
from store.tables import Abstract, Contribution, Token

ABSTRACT = "abstract"
"""What the tokens of its moderators are for."""
RECEIPT = "abstract_receipt"
TOKEN_LIFETIME = timedelta(days=30)
ANSWERS_A_DAY = 20
"""To one moderator, about answers that decided nothing."""
BEGINNING = 600
"""Bytes of the contribution that its moderators are shown."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """What somebody is told about an abstract; `status` is "received", "published", "returned", or why it is none."""

    status: str
    number: int
    language: str
    title: str = ""
    words: str = ""
    length: int = 0


def ask_about_abstract(ctx: Context, abstract: Abstract, contribution: Contribution, email: str) -> None:
    """One mail to a moderator of its list, with a token of their own."""
    secret, language = ctx.new_token(), abstract.language
    token = ctx.uow.tokens.issue(secret, ABSTRACT, email, language, TOKEN_LIFETIME, about=str(abstract.id))
    original = ctx.uow.contributions.find_original(contribution)
    beginning, whole = cut_text(original.revision.text if original else "", BEGINNING)
    rendered = render_notice(
        ctx,
        "abstract_held",
        language,
        number=contribution.number,
        title=abstract.title,
        text=abstract.text,
        machine=abstract.machine,
        sender_name=abstract.author_name,
        sender_email=abstract.author_email,
        abstract_language=language,
        replaces=ctx.uow.abstracts.find_published(id_of(contribution), language) is not None,
        contribution_title=original.revision.title if original else contribution.title,
        author_name=shown_name(contribution.author_name, language),
        text_language=contribution.language,
        beginning=beginning,
        whole=whole,
        token=secret,
    )
    enqueue_notice(
        ctx,
        "abstract_held",
        f"{abstract.id}.{id_of(token)}",
        email,
        language,
        rendered,
        reply_to=ctx.addresses.token("answer", secret),
        about=About(contribution.id, token_id=token.id),
    )


def answer_abstract(request: Request, ctx: Context) -> Rendered | None:
    """The command's word where nothing says of which contribution, or among other commands: how it is done."""
    number, code = request.number or 12, request.wanted or request.language
    return answer_once_a_day(
        request, ctx, "abstract_how", request.language, number=number, code=code, limit=MAX_TEXT
    )


def confirm_abstract(ctx: Context, incoming: Incoming, brought: Brought, status: str) -> None:
    """A receipt. Spam forges its sender: an answer would go to somebody who never wrote."""
    if incoming.mail.spam or not may_answer(ctx, incoming.author_email, "receipt"):
        return
    letter = _Letter(status, brought.number, brought.language, brought.title, length=len(brought.text))
    enqueue_answer(
        ctx,
        incoming,
        RECEIPT,
        f"d{incoming.delivery_id}",
        brought.language,
        _render(ctx, letter),
        reply_to=_reply_to(ctx, letter),
        about=About(brought.contribution.id if brought.contribution else None),
    )


def tell_what_became(ctx: Context, abstract: Abstract, status: str, words: str = "") -> None:
    """What was decided about an abstract: "published" or "returned". An answer to the second goes to the moderators."""
    # A stranger, too, hears what a moderator said.
    if not ctx.uow.people.allow(abstract.author_email, "receipt", RECEIPTS_A_DAY):
        return
    letter = _Letter(status, find_number(ctx, abstract), abstract.language, abstract.title, words)
    returned = status == "returned"
    enqueue_notice(
        ctx,
        "receipt_rejected" if returned else RECEIPT,
        f"abstract.{abstract.id}.{status}",
        abstract.author_email,
        abstract.language,
        _render(ctx, letter),
        reply_to=ctx.addresses.answers(abstract.language) if returned else _reply_to(ctx, letter),
        automatic="auto-replied",
        about=About(abstract.contribution_id),
    )


def tell_moderator(ctx: Context, incoming: Incoming, token: Token, abstract: Abstract, status: str) -> None:
    """Nothing was decided: why, and what stands. At most twenty a day."""
    if not ctx.uow.people.allow(token.email, "decision", ANSWERS_A_DAY):
        return
    rendered = render_notice(
        ctx,
        "abstract_decision",
        token.language,
        status=status,
        state=abstract.state,
        number=find_number(ctx, abstract),
        title=abstract.title,
    )
    enqueue_answer(
        ctx,
        incoming,
        "abstract_decision",
        f"{incoming.delivery_id}",
        token.language,
        rendered,
        about=About(abstract.contribution_id, token_id=token.id),
    )


def find_number(ctx: Context, abstract: Abstract) -> int:
    """The number that readers know it by: of what its contribution was merged into, where it was."""
    named = ctx.uow.contributions.find_contribution(abstract.contribution_id)
    kept = ctx.uow.merges.find_kept(named) if named is not None else None
    return (kept.number if kept else None) or 0


def _reply_to(ctx: Context, letter: _Letter) -> str:
    """Where an answer finds the contribution again."""
    return ctx.addresses.reply(letter.number, letter.language)


def _render(ctx: Context, letter: _Letter) -> Rendered:
    return render_notice(
        ctx,
        "abstract_receipt",
        letter.language,
        status=letter.status,
        number=letter.number,
        title=letter.title,
        words=letter.words,
        length=letter.length,
        limit=MAX_TEXT,
        abstract_language=letter.language,
        example=next(iter(one for one in ctx.settings.languages if one != letter.language), letter.language),
    )
