"""The command "help": what one can do, in short; or with a command's word behind it, what that one does."""

from functools import partial

from config.render import Rendered
from handlers.context import Context
from handlers.notices import may_answer, render_notice
from handlers.requests import Request
from handlers.words import get_lexicon, teach_command


def answer_help(request: Request, ctx: Context) -> Rendered | None:
    """Each help once a day: the whole, or that of one command in two to four lines with examples."""
    name = _find_named(request, ctx)
    if not may_answer(ctx, request.email, f"help {name}".strip()):
        return None
    language = request.language
    values = {"teach": partial(teach_command, language=language), "other": _find_other(ctx, language)}
    if name:
        return render_notice(ctx, "help_command", language, about=name, **values)
    lists = tuple((item.language, item.address) for item in ctx.settings.lists)
    return render_notice(ctx, "help", language, lists=lists, **values)


def _find_named(request: Request, ctx: Context) -> str:
    """The command that is named behind "help", by any of its words; "" for none, and for help itself."""
    names, arguments = get_lexicon(ctx.settings.languages).names, request.command.arguments
    found = (
        names[arguments[:count]][0] for count in range(len(arguments), 0, -1) if arguments[:count] in names
    )
    name = next(found, "")
    return "" if name == "help" else name


def _find_other(ctx: Context, language: str) -> str:
    """A language for the examples: one of the forum's that is not the reader's, where there is one."""
    return next((other for other in ctx.settings.languages if other != language), language)
