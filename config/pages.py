"""Renders HTML: a template, a language and values in; every value escaped, every word from the catalogues."""

from functools import lru_cache

from jinja2 import Environment

from config.flowing import flow
from config.i18n import get_catalogue
from config.render import make_environment


def render_page(name: str, language: str, **values: object) -> str:
    """Render `templates/NAME.html`, or a piece of it; UndefinedError for a value that it wants and is not given."""
    template = _environment(language).get_template(f"{name}.html")
    return template.render(catalogue=get_catalogue(language), direction_of=find_direction, **values)


def find_direction(language: str) -> str:
    """ "ltr", or "rtl" for a language that is written from right to left."""
    return "rtl" if get_catalogue(language).right_to_left else "ltr"


@lru_cache
def _environment(language: str) -> Environment:
    catalogue = get_catalogue(language)
    environment = make_environment(escape=True)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext,
        catalogue.ngettext,
        newstyle=True,
        pgettext=catalogue.pgettext,
        npgettext=catalogue.npgettext,
    )
    environment.filters["flow"] = flow
    return environment
