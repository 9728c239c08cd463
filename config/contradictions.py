"""What only the whole of `forum.toml` shows to be wrong: each mistake with its place."""

from typing import TYPE_CHECKING

from config.dates import PhaseDates
from config.loading import Place

if TYPE_CHECKING:
    from config.forum import Settings


def find_contradictions(settings: "Settings") -> list[tuple[Place, str]]:
    """Mistakes that only the whole shows: things named twice, questions that are not there, phases that overlap."""
    return [*_find_in_lists(settings), *_find_in_server(settings), *_find_in_themes(settings)]


def _find_in_lists(settings: "Settings") -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    for key, values in (
        ("language", [item.language for item in settings.lists]),
        ("address", [item.address for item in settings.lists]),
    ):
        found += [(("lists", i, key), f'"{v}" stands twice') for i, v in enumerate(values) if v in values[:i]]
    if settings.forum.default_language not in settings.languages:
        found.append((("forum", "default_language"), f'no list is in "{settings.forum.default_language}"'))
    commands = f"{settings.forum.name}@{settings.forum.domain}"
    for i, item in enumerate(settings.lists):
        local, _, domain = item.address.rpartition("@")
        if item.address == commands:
            found.append((("lists", i, "address"), f'"{commands}" is where commands go'))
        elif domain == settings.forum.domain and settings.server.subaddress_delimiter in local:
            found.append((("lists", i, "address"), f'"{local}" holds the subaddress_delimiter'))
    taken = {commands, *(item.address for item in settings.lists)}
    for i, item in enumerate(settings.lists):
        if item.subscribed_as and item.hosted:
            found.append((("lists", i, "subscribed_as"), "a hosted list is subscribed to by nobody of ours"))
        elif item.subscribed_as in taken:
            found.append((("lists", i, "subscribed_as"), f'"{item.subscribed_as}" stands twice'))
        taken |= {item.subscribed_as} if item.subscribed_as else set()
    return found


def _find_in_server(settings: "Settings") -> list[tuple[Place, str]]:
    pairs = (("tls_certificate", "tls_key"), ("dkim_selector", "dkim_key"))
    return [
        (("server",), f"{one} and {other} go together")
        for one, other in pairs
        if bool(getattr(settings.server, one)) != bool(getattr(settings.server, other))
    ]


def _find_in_themes(settings: "Settings") -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    numbers = [theme.number for theme in settings.themes]
    found += [
        (("themes", i, "number"), f"theme {n} stands twice")
        for i, n in enumerate(numbers)
        if n in numbers[:i]
    ]
    spans: list[tuple[PhaseDates, str]] = []
    for t, theme in enumerate(settings.themes):
        questions = [question.number for question in theme.questions]
        phases = [phase.number for phase in theme.phases]
        found += [
            (("themes", t, "questions", i, "number"), f"question {n} stands twice")
            for i, n in enumerate(questions)
            if n in questions[:i]
        ]
        for p, phase in enumerate(theme.phases):
            place: Place = ("themes", t, "phases", p)
            name = f"phase {theme.number}.{phase.number}"
            if phase.number in phases[:p]:
                found.append(((*place, "number"), f"{name} stands twice"))
            if missing := [str(n) for n in phase.questions if n not in questions]:
                found.append(
                    ((*place, "questions"), f"theme {theme.number} has no question {', '.join(missing)}")
                )
            dates = phase.dates(settings.forum)
            if dates.closes_at <= dates.opens_at:
                found.append(((*place, "closes"), f"{name} closes before it opens"))
            found += [
                ((*place, "opens"), f"{name} overlaps {other}")
                for span, other in spans
                if dates.opens_at < span.closes_at and span.opens_at < dates.closes_at
            ]
            spans.append((dates, name))
    return found
