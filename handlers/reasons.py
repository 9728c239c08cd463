"""Says in a reader's language why a text was taken for a version of a contribution: the named reasons of the matcher."""

from collections.abc import Callable, Mapping, Sequence

from babel.lists import format_list

from config.i18n import Catalogue, get_catalogue
from handlers.mail.compose import clean_header
from handlers.mail.parts import clip

MOST_VALUES = 5
MAX_VALUE = 40
"""Characters, and bytes, of a figure or a name that is shown: they are out of people's texts."""

_Describe = Callable[[Catalogue, tuple[str, ...]], str]


def describe_reasons(reasons: Sequence[Sequence[str]], language: str) -> str:
    """ "same figures: 29, 2013; sentences 2, 4 and 7 match; about as long", from `[name, value, …]` as links keep them.

    A reason whose name is not known here, as another matcher may give, is left out.
    """
    catalogue = get_catalogue(language)
    said = ""
    for name, *values in reasons:
        describe = _DESCRIPTIONS.get(name)
        one = describe(catalogue, _clean(values)) if describe else ""
        if not one:
            continue
        both = {"one": said, "other": one}
        said = catalogue.pgettext("two reasons in a row", "%(one)s; %(other)s") % both if said else one
    return said


def _clean(values: Sequence[str]) -> tuple[str, ...]:
    """The first few values, each on one line and without characters that nobody sees."""
    cleaned = (" ".join(clean_header(str(value)).split()) for value in values[:MOST_VALUES])
    found = (clip(value, MAX_VALUE, MAX_VALUE) for value in cleaned)
    return tuple(value for value in found if value)


def _describe_sentences(catalogue: Catalogue, values: tuple[str, ...]) -> str:
    if not values:
        return catalogue.gettext("sentences match")
    text = catalogue.ngettext("sentence %(numbers)s matches", "sentences %(numbers)s match", len(values))
    return text % {"numbers": str(format_list(values, locale=catalogue.locale))}


def _join(catalogue: Catalogue, values: tuple[str, ...]) -> str:
    return catalogue.pgettext("between details", ", ").join(values)


def _describe_figures(catalogue: Catalogue, values: tuple[str, ...]) -> str:
    return (
        catalogue.gettext("same figures: %(values)s") % {"values": _join(catalogue, values)} if values else ""
    )


def _describe_names(catalogue: Catalogue, values: tuple[str, ...]) -> str:
    return (
        catalogue.gettext("same names: %(values)s") % {"values": _join(catalogue, values)} if values else ""
    )


def _describe_other_figures(catalogue: Catalogue, values: tuple[str, ...]) -> str:
    text = catalogue.gettext("but figures that only one of the two has: %(values)s")
    return text % {"values": _join(catalogue, values)} if values else ""


def _describe_shared_words(catalogue: Catalogue, values: tuple[str, ...]) -> str:
    if not values or not values[0].isdecimal():
        return catalogue.gettext("many of the same words")
    return catalogue.gettext("%(percent)s of the words are the same") % {
        "percent": catalogue.percent(int(values[0]) / 100)
    }


_DESCRIPTIONS: Mapping[str, _Describe] = {
    "sentences": _describe_sentences,
    "figures": _describe_figures,
    "names": _describe_names,
    "length": lambda catalogue, _: catalogue.gettext("about as long"),
    "only-one": lambda catalogue, _: catalogue.gettext("nothing else is like it"),
    "template": lambda catalogue, _: catalogue.gettext("but another contribution is nearly the same"),
    "short": lambda catalogue, _: catalogue.gettext("but too short to be sure"),
    "part": lambda catalogue, _: catalogue.gettext("but only a part of it"),
    "summary": lambda catalogue, _: catalogue.gettext("but it may be a summary"),
    "other-figures": _describe_other_figures,
    "older": lambda catalogue, _: catalogue.gettext("but it is from another phase"),
    "shared-words": _describe_shared_words,
    "quotes": lambda catalogue, _: catalogue.gettext("but it quotes much of the original"),
}
"""The names of `handlers/linking/reasons.py`."""
