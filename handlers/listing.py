"""What a digest tells of each text: once for each contribution, in a language that its reader knows where there is one.

What was left by the last digest comes first, then one's own language, then the newest conversation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from handlers.context import Context
from handlers.distribution import find_first_lines
from handlers.mail.parts import clip
from handlers.notices import shown_name, with_place
from store.posts import ORIGINAL, TRANSLATION, Post
from store.tables import Abstract

Kind = Literal["contribution", "comment", "translation", "correction"]
KINDS: tuple[Kind, ...] = ("contribution", "comment", "translation", "correction")
"""What a text is to its reader; each is counted as one of these."""


@dataclass(frozen=True, slots=True)
class Item:
    """One contribution as it is told, with the `revisions` (ids) that waited; `own`: in a language of its reader.

    `title` and `beginnings` are those of that text, else of its abstract, else the title alone; `size` is in bytes.
    """

    kind: Kind
    number: int
    title: str
    author_name: str
    day: date
    language: str
    languages: tuple[str, ...]
    own: bool
    size: int
    beginnings: tuple[str, ...]
    parent_number: int | None
    revisions: tuple[int, ...]


class Texts:
    """What a number of digests tell of, read once for all of them."""

    def __init__(self, ctx: Context, revisions: Sequence[int]) -> None:
        self._ctx = ctx
        self._posts = {post.revision_id: post for post in ctx.uow.digests.list_texts(revisions)}
        self._current: dict[int, dict[str, Post]] = {}
        owners = {post.contribution_id for post in self._posts.values()}
        for post in ctx.uow.digests.list_current(owners):
            self._current.setdefault(post.contribution_id, {})[post.version.language] = post

    def list_items(
        self, waiting: Mapping[int, datetime], languages: Sequence[str], since: datetime
    ) -> list[Item]:
        """In the order in which they are told; what was withdrawn meanwhile is not among them.

        `languages` are those of the reader, the one to write in first; what waits since before `since` comes first.
        """
        together: dict[int, list[Post]] = {}
        for revision_id in waiting:
            if (post := self._posts.get(revision_id)) and self._is_there(post):
                together.setdefault(post.contribution_id, []).append(post)
        abstracts = self._ctx.uow.abstracts.list_published(together, languages[0]) if together else {}
        newest: dict[int, datetime] = {}
        for posts in together.values():
            root = posts[0].contribution.parent_id or posts[0].contribution_id
            came = max(post.revision.published_at or post.revision.received_at for post in posts)
            newest[root] = max(newest.get(root, came), came)
        items = []
        for contribution_id, posts in together.items():
            item = self._tell(posts, languages, abstracts.get(contribution_id))
            root = posts[0].contribution.parent_id or contribution_id
            left = min(waiting[revision_id] for revision_id in item.revisions) <= since
            items.append(((not left, not item.own, -newest[root].timestamp(), root, item.number), item))
        return [item for _, item in sorted(items, key=lambda each: each[0])]

    def _is_there(self, post: Post) -> bool:
        contribution = post.contribution
        return (
            contribution.number is not None
            and contribution.withdrawn_at is None
            and contribution.language in self._current.get(post.contribution_id, {})
        )

    def _tell(self, posts: Sequence[Post], languages: Sequence[str], abstract: Abstract | None) -> Item:
        contribution = posts[0].contribution
        current = self._current[posts[0].contribution_id]
        original = current[contribution.language]
        own = next((current[language] for language in languages if language in current), None)
        shown = own or original
        title, beginnings = shown.revision.title, _cut(shown)
        if own is None:
            title = abstract.title if abstract else title
            beginnings = (abstract.text, clip(abstract.text, 100, 200)) if abstract else ()
        parent = self._ctx.uow.contributions.find_contribution(contribution.parent_id)
        return Item(
            kind=_find_kind(posts),
            number=contribution.number or 0,
            title=title,
            author_name=with_place(
                shown_name(contribution.author_name, languages[0]), original.revision.place
            ),
            day=shown.revision.received_at.astimezone(self._ctx.settings.zone).date(),
            language=contribution.language,
            languages=tuple(current),
            own=own is not None,
            size=len(shown.revision.text.encode()),
            beginnings=tuple(text for text in beginnings if text),
            parent_number=parent.number if parent else None,
            revisions=tuple(post.revision_id for post in posts),
        )


def _find_kind(posts: Sequence[Post]) -> Kind:
    """What is new about a contribution, whatever else changed: itself, a translation, or its text."""
    contribution = posts[0].contribution
    if any(post.version.role == ORIGINAL and _is_first(post) for post in posts):
        return "comment" if contribution.parent_id is not None else "contribution"
    return "translation" if any(post.version.role == TRANSLATION for post in posts) else "correction"


def _is_first(post: Post) -> bool:
    numbered, came = post.contribution.published_at, post.revision.published_at
    return numbered is not None and came is not None and came <= numbered


def _cut(post: Post) -> tuple[str, ...]:
    """Its first lines, longer and shorter; nothing where its title says it all."""
    found = []
    for most in (200, 100):
        text, whole = find_first_lines(post.revision, most)
        found.append(text if whole or not text else f"{text} […]")
    return tuple(found)
