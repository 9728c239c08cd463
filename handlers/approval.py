"""A moderator's answer: by an address to write to, by a known first line of a reply, by the code of the notice.

From alone authorises nothing: the token must be there, and the mail must come from the one address that the token
was sent to.
"""

from config.i18n import get_catalogue
from handlers.context import Context, Incoming, Outcome
from handlers.decide import Decided, How, Status, decide
from handlers.hold import find_two_languages
from handlers.mail.answers import Answer, Verdict, clean_reason, parse_answer
from handlers.move import find_obstacle, move
from handlers.notices import About, enqueue_answer, render_notice
from handlers.split import find_split, split
from handlers.words import answer_words, language_names
from store.posts import HELD, Post
from store.tables import Token

ANSWERS_A_DAY = 20
"""To one moderator; they are no strangers, also where they are on no list."""

_BY_ADDRESS: dict[str, Verdict] = {"approve": "approve", "reject": "reject", "discard": "discard"}


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Decide, or change nothing and tell the moderator what stands."""
    token = incoming.token
    if token is None or token.purpose != "approve":
        return Outcome("decision", "unknown-token")
    post = ctx.uow.contributions.find_post(token.revision_id)
    if post is None:
        return Outcome("decision", "unknown-token")
    if incoming.mail.author_count != 1 or incoming.author_email != token.email:
        ctx.uow.journal.write("refused-answer", "unknown", f"revision {post.revision_id}")
        if incoming.author_email in ctx.settings.moderators(post.version.language):
            _tell(ctx, incoming, token, post, "other-address", None)
        return Outcome("decision", "other-address", post.contribution_id, post.revision_id)
    answer, how = _read_answer(incoming, ctx)
    if answer.verdict is None:
        _tell(ctx, incoming, token, post, "unclear", None)
        return Outcome("decision", "unclear", post.contribution_id, post.revision_id)
    if answer.verdict != "undo" and ctx.now >= token.expires_at:
        _tell(ctx, incoming, token, post, "expired", None)
        return Outcome("decision", "expired", post.contribution_id, post.revision_id)
    decided = _decide(ctx, post, token, answer, how)
    if decided.status is not Status.DONE:
        _tell(ctx, incoming, token, post, decided.status.value, decided, answer.language)
    return Outcome("decision", decided.status.value, post.contribution_id, post.revision_id)


def _decide(ctx: Context, post: Post, token: Token, answer: Answer, how: How) -> Decided:
    """Locked first: two who decide at once do not each hold what the other waits for."""
    contributions = ctx.uow.contributions
    contributions.lock(post)
    verdict: Verdict = answer.verdict or "undo"
    if token.language != post.version.language:
        # The notice belonged to a list that the text has left.
        decision = contributions.find_decision(post.revision_id)
        stands = decision is not None and verdict != "undo"
        return Decided(Status.STANDS, decision) if stands else Decided(Status.MOVED, None)
    if verdict == "undo":
        return decide(ctx, post, verdict, token.email, how)
    if obstacle := _find_obstacle(ctx, post, answer):
        return Decided(obstacle, contributions.find_decision(post.revision_id))
    if not ctx.uow.tokens.use(token):
        waits = post.revision.state == HELD
        return Decided(
            Status.SUPERSEDED if waits else Status.STANDS, contributions.find_decision(post.revision_id)
        )
    if verdict == "move":
        return move(ctx, post, answer.language, token.email, how)
    if verdict == "split":
        return split(ctx, post, token.email, how)
    return decide(ctx, post, verdict, token.email, how, answer.reason)


def _find_obstacle(ctx: Context, post: Post, answer: Answer) -> Status | None:
    """What makes an answer impossible to carry out; the token stays good for another answer."""
    if answer.verdict == "move":
        return find_obstacle(ctx, post, answer.language)
    if answer.verdict == "split":
        found = find_split(ctx, post)
        return found if isinstance(found, Status) else None
    return None


def _read_answer(incoming: Incoming, ctx: Context) -> tuple[Answer, How]:
    """The verdict of the address, with the text as the reason; else the one of a known first line."""
    kind = incoming.to.kind if incoming.to else ""
    if verdict := _BY_ADDRESS.get(kind):
        reason = clean_reason(incoming.text) if verdict == "reject" else ""
        return Answer(verdict, reason), "address"
    languages = ctx.settings.languages
    return parse_answer(incoming.text, answer_words(languages), language_names(languages)), "reply"


def _tell(
    ctx: Context,
    incoming: Incoming,
    token: Token,
    post: Post,
    status: str,
    decided: Decided | None,
    asked: str = "",
) -> None:
    """What stands, and the answers we know. At most twenty a day, and never to what is automatic."""
    if not ctx.uow.people.allow(incoming.author_email, "decision", ANSWERS_A_DAY):
        return
    language = token.language
    catalogue = get_catalogue(language)
    decision = decided.decision if decided else None
    rendered = render_notice(
        ctx,
        "decision",
        language,
        status=status,
        title=post.revision.title,
        number=post.contribution.number,
        verdict=decision.verdict if decision else "",
        moderator=decision.moderator if decision else "",
        moment=catalogue.moment(decision.decided_at, ctx.settings.zone) if decision else "",
        text_language=post.version.language,
        asked_language=asked,
        written_in=post.revision.written_in,
        two_languages=find_two_languages(ctx, post),
    )
    enqueue_answer(
        ctx,
        incoming,
        "decision",
        f"{incoming.delivery_id}",
        language,
        rendered,
        about=About(post.contribution_id, post.revision_id, token_id=token.id),
    )
