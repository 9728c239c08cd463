"""Releases what waited with a text that will not be published: it becomes a contribution of its own, and is asked about.

Found by the clock rather than done with the decision, because a rejection can be undone for a while.
"""

from handlers.context import Context
from handlers.hold import ask_moderators
from store.posts import APPROVED, HELD, ORIGINAL, Post
from store.tables import Contribution


def release_orphans(ctx: Context) -> int:
    """How many texts were released."""
    released = 0
    for contribution in ctx.uow.waiting.list_orphans():
        # All of them first: the versions change as they are released.
        dependents = [
            waiting
            for waiting in ctx.uow.waiting.list_depending((HELD, APPROVED), contribution.id or 0)
            if waiting.version.role != ORIGINAL or waiting.contribution.parent_id is not None
        ]
        for waiting in dependents:
            _release(ctx, waiting)
        released += len(dependents)
    return released


def _release(ctx: Context, waiting: Post) -> None:
    """Each revision that waits is asked about anew, whatever was decided about it before."""
    revision, version = waiting.revision, waiting.version
    if waiting.contribution.parent_id is not None:
        waiting.contribution.parent_id = None
    elif version.role != ORIGINAL:
        ctx.uow.contributions.move_version(
            waiting,
            Contribution(
                theme_id=waiting.contribution.theme_id,
                phase_id=waiting.contribution.phase_id,
                language=version.language,
                title=revision.title,
                author_name=revision.author_name,
                author_email=revision.author_email,
                received_at=version.received_at,
            ),
        )
    ctx.uow.tokens.end_for_revision(waiting.revision_id)
    if standing := ctx.uow.contributions.find_decision(waiting.revision_id):
        ctx.uow.contributions.undo(standing)
    revision.hold_reasons = ["original-returned"]
    ctx.uow.contributions.set_state(waiting, HELD)
    released = ctx.uow.contributions.find_post(waiting.revision_id)
    if released and ctx.uow.contributions.is_live(revision):
        ask_moderators(ctx, released)
