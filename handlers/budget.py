"""The command "budget": how many bytes a week may be sent to somebody who does not ask for them.

A week begins on Monday in the forum's time zone. What is asked for does not count; announcements count, and always go.
"""

from config.render import Rendered
from handlers.context import Context
from handlers.list_mail import find_week
from handlers.mail.modes import LEAST_BUDGET, UnclearError, parse_budget
from handlers.modes import ANSWERS_A_DAY, CHANGES_A_DAY, find_reader
from handlers.notices import render_notice
from handlers.requests import Request, answer_once_a_day, is_proven
from handlers.wish_words import wish_words
from handlers.words import command_words
from store.sql import id_of
from store.tables import Person


def answer_budget(request: Request, ctx: Context) -> Rendered | None:
    """What is set and used; or what is set from now on. What is not understood changes nothing."""
    person = find_reader(request, ctx)
    if person is None:
        return answer_once_a_day(request, ctx, "mode_refused", request.language)
    if not request.command.arguments:
        return _render(request, ctx, person, "budget_shown", "budget")
    try:
        budget = parse_budget(request.command.arguments, wish_words(ctx.settings.languages))
    except UnclearError as error:
        return _render(request, ctx, person, "budget_unclear", "unclear budget", words=error.words)
    allowed = ctx.uow.people.allow(request.email, "changed budget", CHANGES_A_DAY)
    if not allowed and not is_proven(request, ctx):
        return None
    former, person.budget = person.budget, budget
    ctx.uow.wishes.keep(person)
    return _render(request, ctx, person, "budget_changed", former=former)


def _render(
    request: Request, ctx: Context, person: Person, template: str, kind: str = "", **values: object
) -> Rendered | None:
    if kind and not ctx.uow.people.allow(request.email, kind, ANSWERS_A_DAY):
        return None
    language, person_id = request.language, id_of(person)
    return render_notice(
        ctx,
        template,
        language,
        budget=person.budget,
        used=ctx.uow.budgets.count_used([person_id], find_week(ctx)).get(person_id, 0),
        waiting=ctx.uow.digests.count_waiting(person_id),
        least=LEAST_BUDGET,
        command=command_words((language,))[language]["budget"][0],
        **values,
    )
