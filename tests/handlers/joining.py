"""Joins and separates by numbers, and looks at what came of it; short steps that stories about that are told in."""

from collections.abc import Callable

from handlers.context import Context
from handlers.decide import Status
from handlers.joining import link, merge, restore, unlink, withdraw
from store.links import SUGGESTED
from store.posts import Post
from store.tables import Contribution
from tests.handlers.steps import hold, publish
from tests.house import Sent, TestHouse

BY = "moderator-en@example.org"
LANGUAGES = ("en", "es", "fr")


class Joining:
    """Joins and separates by numbers, each in a unit of work of its own, and looks at what came of it."""

    def __init__(self, house: TestHouse) -> None:
        self.house = house

    def link(self, revision_id: int, number: int) -> Status:
        return self._do(
            lambda ctx: link(ctx, get_post(ctx, revision_id), at(ctx, number), by=BY, how="command line")
        )

    def unlink(self, revision_id: int) -> Status:
        return self._do(lambda ctx: unlink(ctx, get_post(ctx, revision_id), by=BY, how="command line"))

    def merge(self, one: int, other: int) -> Status:
        return self._do(lambda ctx: merge(ctx, at(ctx, one), at(ctx, other), by=BY, how="command line"))

    def withdraw(self, number: int) -> Status:
        return self._do(lambda ctx: withdraw(ctx, at(ctx, number), by=BY, how="command line"))

    def restore(self, number: int) -> Status:
        return self._do(lambda ctx: restore(ctx, at(ctx, number), by=BY, how="command line"))

    def _do(self, act: Callable[[Context], Status]) -> Status:
        with self.house.house.unit() as ctx:
            status = act(ctx)
            ctx.uow.commit()
        return status

    def suggest(self, revision_id: int, number: int, choice: int = 1, **values: object) -> None:
        with self.house.house.unit() as ctx:
            ctx.uow.links.keep(
                revision_id,
                at(ctx, number).id or 0,
                state=SUGGESTED,
                signal="content",
                choice=choice,
                **values,  # type: ignore[arg-type]
            )
            ctx.uow.commit()

    def where(self, revision_id: int) -> tuple[int | None, str, str]:
        """Number, language and role of what a text belongs to."""
        with self.house.house.unit() as ctx:
            post = get_post(ctx, revision_id)
            return post.contribution.number, post.version.language, post.version.role

    def state(self, revision_id: int) -> str:
        with self.house.house.unit() as ctx:
            return get_post(ctx, revision_id).revision.state

    def read_in(self, number: int) -> list[str]:
        """The languages that a number, or what it leads to, can be read in; the original's first."""
        with self.house.house.unit() as ctx:
            found = ctx.uow.contributions.find_by_number(number)
            return [
                post.version.language
                for post in ctx.uow.contributions.list_published(found.id or 0 if found else 0)
            ]

    def leads_to(self, number: int) -> int | None:
        with self.house.house.unit() as ctx:
            return at(ctx, number).number

    def lines(self) -> tuple[int, dict[tuple[str, ...], int], int]:
        """Total, lines of the partition, and comments of the theme; the lines always add up."""
        with self.house.house.unit() as ctx:
            (_, phase), *_ = ctx.uow.phases.list_phases()
            found = ctx.uow.phases.count(phase, LANGUAGES, phase.closes_at)
        counts = found["theme"]
        assert counts["total"] == sum(number for _, number in counts["lines"])
        return counts["total"], {tuple(each): n for each, n in counts["lines"]}, found["comments"]

    def source(self, revision_id: int) -> int | None:
        with self.house.house.unit() as ctx:
            return get_post(ctx, revision_id).revision.source_revision_id

    def parent_of(self, number: int) -> int | None:
        with self.house.house.unit() as ctx:
            parent = ctx.uow.contributions.find_contribution(at(ctx, number).parent_id)
            return parent.number if parent else None

    def are_separated(self, one: int, other: int) -> bool:
        with self.house.house.unit() as ctx:
            ids = [
                row.id or 0 if (row := ctx.uow.contributions.find_numbered(n)) else 0 for n in (one, other)
            ]
            return ctx.uow.links.are_separated(*ids)


def get_post(ctx: Context, revision_id: int) -> Post:
    post = ctx.uow.contributions.find_post(revision_id)
    assert post is not None
    return post


def at(ctx: Context, number: int) -> Contribution:
    found = ctx.uow.contributions.find_by_number(number)
    assert found is not None
    return found


def write(
    house: TestHouse, language: str, text: str = "", *, sender: str = "", approve: bool = True, **headers: str
) -> list[Sent]:
    """A text on the list of a language, published or left to wait; each by somebody else, and the mail it led to."""
    to = headers.pop("to", f"sse-{language}@forum.example.org")
    said = text or f"We keep seeds in our village, and share them each spring: {language}."
    author = sender or f"author-{language}@example.org"
    write = publish if approve else hold
    sent = write(house, said, to=to, sender=author, **headers)
    return sent if approve else sent[1]  # type: ignore[return-value]
