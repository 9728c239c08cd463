"""Splits a message that is in two of the forum's languages, one below the other: one contribution with two originals."""

from handlers.context import Context
from handlers.decide import Decided, How, Status, keep_decision
from handlers.mail.language import Part, find_parts
from handlers.publish import publish
from handlers.submission import hash_text
from store.posts import HELD, ORIGINAL, Post
from store.sql import id_of
from store.tables import Revision, Version


def find_split(ctx: Context, post: Post) -> tuple[Part, Part] | Status:
    """The two texts, the one in the language of its list first; or why there are none.

    What is published already, and a translation, is not split.
    """
    version, contributions = post.version, ctx.uow.contributions
    if post.revision.state != HELD:
        return Status.STANDS
    parts = find_parts(post.revision.text, ctx.settings.languages)
    if parts is None or version.role != ORIGINAL or post.contribution.number is not None:
        return Status.NOT_TWO
    main, other = parts if parts[1].language != version.language else (parts[1], parts[0])
    if main.language != version.language and contributions.find_version(post.contribution_id, main.language):
        return Status.HAS_VERSION
    there = contributions.find_version(post.contribution_id, other.language)
    if there and there.id != version.id and contributions.find_newest_text(there):
        return Status.HAS_VERSION
    return main, other


def split(ctx: Context, post: Post, moderator: str, how: How) -> Decided:
    """Publish both texts under one number, each on the list of its language. It cannot be taken back.

    One moderator's word is enough for both lists: who can read the message can see that its halves are one text.
    """
    ctx.uow.contributions.lock(post)
    parts = find_split(ctx, post)
    if isinstance(parts, Status):
        return Decided(parts, ctx.uow.contributions.find_decision(post.revision_id))
    main, other = parts
    titles = _split_title(
        post.revision.title, swapped=post.revision.text.lstrip().startswith(other.text.lstrip())
    )
    second = _add_second(ctx, post, other, titles[1])
    _keep_first(ctx, post, main, titles[0])
    decision = keep_decision(ctx, post, "approve", moderator, how)
    keep_decision(ctx, second, "approve", moderator, how)
    ctx.uow.journal.write(
        "split", moderator, f"revision {post.revision_id}", how=how, second=second.revision_id
    )
    outcome = publish(ctx, post, second)
    ctx.uow.deliveries.change_outcome(post.revision.delivery_id, outcome)
    return Decided(Status.DONE, decision)


def _keep_first(ctx: Context, post: Post, part: Part, title: str) -> None:
    """The hash stays that of the whole, so that the same message is known when it comes again."""
    post.revision.text, post.revision.title, post.revision.written_in = part.text, title, ""
    post.version.language = post.contribution.language = part.language
    post.contribution.title = title
    for row in (post.contribution, post.version, post.revision):
        ctx.uow.contributions.add(row)


def _add_second(ctx: Context, post: Post, part: Part, title: str) -> Post:
    """Everything about it is as of the first, but for its language and text."""
    first = post.revision
    version = ctx.uow.contributions.find_version(post.contribution_id, part.language)
    if version is None or version.id == post.version.id:
        version = Version(
            contribution_id=post.contribution_id,
            language=part.language,
            role=ORIGINAL,
            received_at=post.version.received_at,
        )
    version.role = ORIGINAL
    ctx.uow.contributions.add(version)
    revision = Revision(
        version_id=id_of(version),
        delivery_id=first.delivery_id,
        message_id=first.message_id,
        state=HELD,
        title=title,
        text=part.text,
        text_hash=hash_text(part.text),
        author_name=first.author_name,
        author_email=first.author_email,
        place=first.place,
        sent_by=first.sent_by,
        source=first.source,
        attachments=list(first.attachments),
        hold_reasons=list(first.hold_reasons),
        received_at=first.received_at,
    )
    ctx.uow.contributions.add(revision)
    return Post(post.contribution, version, revision)


def _split_title(title: str, *, swapped: bool) -> tuple[str, str]:
    """ "Semences / Seeds" is one title for each; anything else is the title of both."""
    first, slash, second = (piece.strip() for piece in title.partition(" / "))
    if not (first and slash and second) or " / " in second:
        return title, title
    return (second, first) if swapped else (first, second)
