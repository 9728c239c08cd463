"""Joins and leaves lists, brings two addresses together, forgets: asked for by a command, done once it is confirmed.

Whatever one mail asks for is one question. RFC 2142 §6 has the address of a list that another program keeps.
"""

from collections.abc import Callable, Mapping, Sequence

from config.render import Rendered
from handlers.also import ALSO, ask_other, find_other, may_name
from handlers.context import Context
from handlers.notices import may_answer, render_notice
from handlers.opt_in import FORGET, Wish, ask, is_asked_lately, list_unconfirmed, may_ask
from handlers.requests import Request, answer_once_a_day


def answer_join(request: Request, ctx: Context) -> Rendered | None:
    """Why there is nothing to confirm; None where there is, or where the address was told so today."""
    if _find_joins(request, ctx):
        return None
    languages = _find_lists(request)
    if external := _find_external(languages, ctx):
        return _say_external(request, ctx, external)
    return answer_once_a_day(request, ctx, "already_joined", languages[0])


def answer_leave(request: Request, ctx: Context) -> Rendered | None:
    """As `answer_join`; without a language a person leaves every list, and the one whose mail they answer."""
    if _find_leaves(request, ctx):
        return None
    languages = _find_lists(request)
    if external := _find_external(languages, ctx):
        return _say_external(request, ctx, external)
    return answer_once_a_day(request, ctx, "not_joined", languages[0])


def answer_also(request: Request, ctx: Context) -> Rendered | None:
    """How it is written, where no other address is named."""
    if find_other(request, ctx) is not None:
        return None
    return answer_once_a_day(request, ctx, "also_unclear", request.language)


def answer_forget(request: Request, ctx: Context) -> Rendered | None:
    """That nothing is stored; None where something is."""
    if _find_forgetting(request, ctx):
        return None
    return answer_once_a_day(request, ctx, "nothing_known", request.language)


def ask_to_confirm(requests: Sequence[Request], ctx: Context) -> None:
    """One question about all that the commands of a mail wish, unless the person was asked lately."""
    found = [wish for request in requests for wish in _find_wishes(request, ctx)]
    # Whoever is forgotten is on no list.
    wishes = [FORGET] if FORGET in found else list(dict.fromkeys(found))
    if not wishes:
        return
    first, email = requests[0], requests[0].email
    if not may_ask(ctx, email, wishes):
        return
    wishes = [wish for wish in wishes if wish.verb != ALSO or may_name(ctx, email, wish.what)]
    if wishes:
        ask(ctx, email, wishes, first.language, first.incoming)
    for wish in wishes:
        if wish.verb == ALSO:
            ask_other(ctx, email, wish.what, first.language)


def tell_if_asked(request: Request, ctx: Context) -> Rendered | None:
    """Once a day, beside other answers: that a question to the person who writes waits for theirs."""
    asked = [token for token in list_unconfirmed(ctx, request.email) if token.dead_at is None]
    if not is_asked_lately(ctx, asked) or not ctx.uow.people.allow(request.email, "asked", 1):
        return None
    return render_notice(ctx, "asked", request.language)


def _find_wishes(request: Request, ctx: Context) -> tuple[Wish, ...]:
    find = _WISHES.get(request.command.name)
    return find(request, ctx) if find else ()


def _find_joins(request: Request, ctx: Context) -> tuple[Wish, ...]:
    on = ctx.uow.people.languages(request.email)
    hosted = [each for each in _find_lists(request) if ctx.settings.list_for(each).hosted]
    return tuple(Wish("join", each) for each in hosted if each not in on)


def _find_leaves(request: Request, ctx: Context) -> tuple[Wish, ...]:
    """From whichever of their addresses the person is on them."""
    on = ctx.uow.people.list_joined(ctx.uow.people.list_addresses(request.email))
    to = request.incoming.to
    said = request.named or ((to.language,) if to and to.language else on)
    return tuple(Wish("leave", each) for each in said if each in on)


def _find_also(request: Request, ctx: Context) -> tuple[Wish, ...]:
    other = find_other(request, ctx)
    return (Wish(ALSO, other),) if other else ()


def _find_forgetting(request: Request, ctx: Context) -> tuple[Wish, ...]:
    emails = ctx.uow.people.list_addresses(request.email)
    return (FORGET,) if ctx.uow.known.is_known(emails, request.incoming.delivery_id) else ()


def _find_lists(request: Request) -> tuple[str, ...]:
    return request.named or (request.language,)


def _find_external(languages: Sequence[str], ctx: Context) -> str | None:
    return next((each for each in languages if not ctx.settings.list_for(each).hosted), None)


def _say_external(request: Request, ctx: Context, language: str) -> Rendered | None:
    """Another program keeps that list, and answers at an address of its own."""
    if not may_answer(ctx, request.email, "external_list"):
        return None
    local, _, domain = ctx.addresses.list(language).rpartition("@")
    return render_notice(
        ctx,
        "external_list",
        request.language,
        list_language=language,
        request_address=f"{local}-request@{domain}",
    )


_WISHES: Mapping[str, Callable[[Request, Context], tuple[Wish, ...]]] = {
    "join": _find_joins,
    "leave": _find_leaves,
    "also": _find_also,
    "forget": _find_forgetting,
}
