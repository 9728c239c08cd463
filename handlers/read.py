"""From a spooled delivery to `Incoming`: parsed, its quotes cut, and what it answers found in the store."""

import re
from collections.abc import Iterable

from config.addresses import TOKEN_LENGTH, LocalAddress, parse_address
from handlers.abstracting import find_brought
from handlers.attached import ATTACHMENT
from handlers.belonging import DIGEST, PUBLICATIONS, Thread, find_belonging
from handlers.classify import Clues, Kind, classify
from handlers.context import Context, Incoming
from handlers.external import find_route, get_list_address, is_own_copy, undo_route
from handlers.linking.signals import find_code
from handlers.mail.edited import read_edited
from handlers.mail.parse import ParsedMail, parse_mail
from handlers.mail.quotes import Cleaned, clean_reply
from handlers.notices import language_of
from handlers.own import EDIT_TEXT
from handlers.requests import FREE, is_command, is_command_alone, is_commands_only
from handlers.versions import CARRIED, find_review
from handlers.written import NO_DOCUMENTS, Documents, Written, find_written
from store.tables import Delivery, Outgoing, Token

ANNOUNCEMENTS = ("opening", "closing", "reminder", "synthesis_published")
"""Kinds of our list mail whose answer is a contribution."""
RECEIPTS = ("receipt_held", "receipt_published", "receipt_returned", "receipt_rejected", EDIT_TEXT)
REVIEWED = (*PUBLICATIONS, "receipt_published")
"""Kinds of our mail in answer to which somebody may say that they have reread a machine translation."""

TEXTS = (Kind.TRANSLATION, Kind.CORRECTION, Kind.COMMENT, Kind.CONTRIBUTION)
"""Kinds of mail that bring a text for the forum."""

MAX_IDS = 20
"""Message-IDs of a thread that are looked up, the nearest first."""

_CODE = re.compile(rf"\[m-([a-z2-7]{{{TOKEN_LENGTH}}})\]", re.IGNORECASE)


def read_delivery(
    delivery: Delivery, raw: bytes, ctx: Context, documents: Documents = NO_DOCUMENTS
) -> Incoming:
    """Everything that a handler wants to know of a mail. Total, as parsing is.

    Where `wanted` of the result names documents, it is to be read again with what they say.
    """
    mail = parse_mail(raw)
    addressed = parse_address(ctx.settings, delivery.recipient)
    route = find_route(ctx.settings, addressed, delivery.edge, mail)
    mail = undo_route(ctx.settings, addressed, route, delivery, raw, mail)
    own_copy = is_own_copy(ctx, mail, route)
    ids = (*mail.in_reply_to, *reversed(mail.references))[:MAX_IDS]
    answered = ctx.uow.outbox.find(ids) if ids else None
    cleaned = _clean(mail, answered)
    to = _effective_address(get_list_address(addressed), mail, cleaned.text, answered, ctx)
    token = _find_token(mail, to, answered, ctx)
    written = _find_written(mail, cleaned, to, token, answered, documents, ctx)
    mail = written.mail
    post = ctx.uow.contributions.find_post_by_message(ids) if ids else None
    belonging = find_belonging(mail, written.text, to, Thread(ids, post, answered), ctx)
    brought = None if token else find_brought(ctx, mail, written.text, to, answered, belonging.contribution)
    clues = Clues(
        mail_from=delivery.mail_from,
        archive=not delivery.live,
        answered_kind=answered.kind if answered else None,
        token_purpose=token.purpose if token else None,
        abstract=brought is not None,
        reviews=bool(find_review(ctx, written.text, to, answered, REVIEWED)),
        command=_is_command(delivery, mail, cleaned.text, answered, ctx),
        translates=belonging.signal is not None,
        answers_contribution=belonging.contribution is not None,
        distributed=route.distributed,
        administrative=route.administrative,
        own_copy=own_copy,
        pressed=to is not None and to.kind == "separate" and delivery.edge == "web",
    )
    kind = classify(mail, to, clues, ctx.settings.forum.domain)
    return Incoming(
        delivery=delivery,
        mail=mail,
        to=to,
        kind=kind,
        text=written.text,
        cut=written.cut,
        size=len(written.text.encode()),
        answered=answered,
        token=token,
        signal=belonging.signal,
        subject_of=belonging.contribution,
        match=belonging.match,
        named=belonging.named,
        by=written.by,
        source=written.source,
        wanted=written.wanted if kind in TEXTS else (),
        unread=written.unread,
        distributed=route.distributed,
        past_list=route.past_list,
        own_copy=own_copy,
    )


def _clean(mail: ParsedMail, answered: Outgoing | None) -> Cleaned:
    """What its author wrote; in answer to a text to be corrected, also where that was done inside the quote."""
    bodies = _sent_bodies(answered)
    cleaned = clean_reply(mail.text, bodies)
    if answered is None or answered.kind != EDIT_TEXT:
        return cleaned
    return read_edited(mail.text, "\n".join(bodies), cleaned)


def _find_written(
    mail: ParsedMail,
    cleaned: Cleaned,
    to: LocalAddress | None,
    token: Token | None,
    answered: Outgoing | None,
    documents: Documents,
    ctx: Context,
) -> Written:
    """The text; a decision, a command or a synthesis is what its sender wrote, whatever it forwards or attaches."""
    if to is None or to.kind not in ("list", "reply", "translation") or token is not None:
        return Written(mail, cleaned.text, cleaned.cut)
    answers = to.kind == "reply" or (answered is not None and answered.kind in PUBLICATIONS)
    return find_written(mail, cleaned, ctx.settings, answers=answers, documents=documents)


def _effective_address(
    to: LocalAddress | None, mail: ParsedMail, text: str, answered: Outgoing | None, ctx: Context
) -> LocalAddress | None:
    """An answer that lost its plus-address, and is no command, belongs to the list that our mail came from.

    Where only `[#12]` is left of it, to the list that its author is on, else to that of the contribution.
    """
    if to is None or to.kind != "commands" or is_commands_only(text, ctx, free=FREE):
        return to
    if answered:
        lists = (*PUBLICATIONS, DIGEST, *ANNOUNCEMENTS, *RECEIPTS, *CARRIED)
        return LocalAddress("list", language=answered.language) if answered.kind in lists else to
    if is_command(mail.subject, ctx):
        return to  # "translate [#12]" asks for something
    number = find_code(mail.subject)
    contribution = ctx.uow.contributions.find_by_number(number) if number is not None else None
    if contribution is None:
        return to
    email = mail.author.email if mail.author else ""
    # Whoever took it to translate it sends it in that language.
    taken = ctx.uow.claims.find_language(email, contribution.id) if "[t" in mail.subject.lower() else None
    said = taken or (None if ctx.uow.people.languages(email) else contribution.language)
    return LocalAddress("list", language=language_of(ctx, email, said))


def _is_command(
    delivery: Delivery, mail: ParsedMail, text: str, answered: Outgoing | None, ctx: Context
) -> bool:
    """Whether an answer to a mail of ours asks for something, and says nothing else."""
    return delivery.live and answered is not None and not mail.attachments and is_command_alone(text, ctx)


def _sent_bodies(answered: Outgoing | None) -> tuple[str, ...]:
    if answered is None:
        return ()
    # A file that was sent along is nothing that somebody quotes.
    if answered.content is None or answered.kind == ATTACHMENT:
        return (answered.wording,)
    return (answered.content.partition(b"\r\n\r\n")[2].decode("utf-8", "replace").replace("\r\n", "\n"),)


def _find_token(
    mail: ParsedMail, to: LocalAddress | None, answered: Outgoing | None, ctx: Context
) -> Token | None:
    """The token in the address, of the notice that is answered, or in a `[m-…]` of the subject or text."""
    if to and to.kind in ("answer", "approve", "reject", "discard", "separate") and to.token:
        return ctx.uow.tokens.find(to.token)
    if answered and answered.token_id is not None:
        return ctx.uow.tokens.find_by_id(answered.token_id)
    codes: Iterable[str] = _CODE.findall(f"{mail.subject}\n{mail.text[:20_000]}")
    return next((token for code in codes if (token := ctx.uow.tokens.find(code))), None)
