"""A moderator's answer: by an address to write to, by a known first line of a reply, by the code of the notice.

From alone authorises nothing: the token must be there, and the mail must come from the one address that the token
was sent to. Only the button of the page behind a notice about a link needs no more than its token.
"""

from handlers.choices import choose, lock_both, separate
from handlers.context import Context, Incoming, Outcome
from handlers.decide import Decided, How, Status, decide
from handlers.linked import LINK
from handlers.mail.answers import Answer, Verdict, clean_reason, parse_answer
from handlers.move import find_obstacle, move
from handlers.offers import find_offered, is_joined
from handlers.split import find_split, split
from handlers.told import tell_what_stands
from handlers.words import answer_words, language_names
from store.posts import HELD, Post
from store.tables import Token

_BY_ADDRESS: dict[str, Verdict] = {
    "approve": "approve",
    "reject": "reject",
    "discard": "discard",
    "separate": "separate",
}


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Decide, or change nothing and tell the moderator what stands."""
    token = incoming.token
    if (
        token is None
        or token.purpose not in ("approve", LINK)
        or (incoming.pressed and token.purpose != LINK)
    ):
        return Outcome("decision", "unknown-token")
    post = ctx.uow.contributions.find_post(token.revision_id)
    if post is None:
        return Outcome("decision", "unknown-token")
    if not incoming.pressed and (incoming.mail.author_count != 1 or incoming.author_email != token.email):
        ctx.uow.journal.write("refused-answer", "unknown", f"revision {post.revision_id}")
        if incoming.author_email in ctx.settings.moderators(post.version.language):
            tell_what_stands(ctx, incoming, token, post, "other-address")
        return Outcome("decision", "other-address", post.contribution_id, post.revision_id)
    answer, how = _read_answer(incoming, ctx, post, token)
    if answer.verdict is None:
        status, decided = "unclear", None
    elif answer.verdict != "undo" and ctx.now >= token.expires_at:
        status, decided = "expired", None
    elif token.purpose == LINK:
        status, decided = _decide_link(ctx, post, token, answer, how), None
    else:
        waited = post.revision.state == HELD
        decided = _decide(ctx, post, token, answer, how)
        status = decided.status.value
        if answer.verdict == "separate" and decided.status is Status.DONE and not waited:
            status = "separated"
    post = ctx.uow.contributions.find_post(post.revision_id) or post
    if status != Status.DONE.value:
        tell_what_stands(ctx, incoming, token, post, status, decided, answer)
    return Outcome("decision", status, post.contribution_id, post.revision_id)


def _decide(ctx: Context, post: Post, token: Token, answer: Answer, how: How) -> Decided:
    """Locked first: two who decide at once do not each hold what the other waits for."""
    contributions = ctx.uow.contributions
    lock_both(ctx, post, answer)
    verdict: Verdict = answer.verdict or "undo"
    if token.language != post.version.language:
        # The notice belonged to a list that the text has left.
        decision = contributions.find_decision(post.revision_id)
        stands = decision is not None and verdict != "undo"
        return Decided(Status.STANDS, decision) if stands else Decided(Status.MOVED, None)
    if verdict == "undo":
        return decide(ctx, post, verdict, token.email, how)
    if verdict == "separate" and post.revision.state != HELD:
        return _separate_decided(ctx, post, token, how)
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
    if verdict == "separate" or verdict == "join" or verdict == "replace" or answer.number:
        return _regroup(ctx, post, token, answer, how)
    if verdict == "reread":
        # A moderator has compared a machine translation with its original: it counts as a person's.
        post.revision.machine = False
        contributions.add(post.revision)
        return decide(ctx, post, "approve", token.email, how, "reread")
    return decide(ctx, post, verdict, token.email, how, answer.reason)


def _regroup(ctx: Context, post: Post, token: Token, answer: Answer, how: How) -> Decided:
    """Join, replace or separate a text that waits; where that cannot be, the token is good for another answer."""
    if answer.verdict == "separate":
        decided = separate(ctx, post, token.email, how)
    else:
        decided = choose(ctx, post, answer, token.email, how)
    if decided.status not in (Status.DONE, Status.STANDS):
        ctx.uow.tokens.give_back(token)
    return decided


def _separate_decided(ctx: Context, post: Post, token: Token, how: How) -> Decided:
    """After a text was approved its notice still separates it, whoever of the list's moderators approved it."""
    if token.email not in ctx.settings.moderators(post.version.language):
        return Decided(Status.STANDS, ctx.uow.contributions.find_decision(post.revision_id))
    return separate(ctx, post, token.email, how)


def _decide_link(ctx: Context, post: Post, token: Token, answer: Answer, how: How) -> str:
    """What came of an answer to the notice about a text that was joined unasked: only "separate" changes anything."""
    if answer.verdict == "approve" and not answer.number:
        return "stays" if is_joined(post) else Status.NOT_LINKED.value
    if answer.verdict != "separate":
        return "unclear"
    ctx.uow.contributions.lock(post)
    if not ctx.uow.tokens.use(token):
        return Status.NOT_LINKED.value
    status = separate(ctx, post, token.email, how).status
    if status is not Status.DONE:
        ctx.uow.tokens.give_back(token)
        return status.value
    ctx.uow.tokens.end_for_revision(post.revision_id)
    return "separated"


def _find_obstacle(ctx: Context, post: Post, answer: Answer) -> Status | None:
    """What makes an answer impossible to carry out; the token stays good for another answer."""
    if answer.verdict == "move":
        return find_obstacle(ctx, post, answer.language)
    if answer.verdict == "split":
        found = find_split(ctx, post)
        return found if isinstance(found, Status) else None
    return None


def _read_answer(incoming: Incoming, ctx: Context, post: Post, token: Token) -> tuple[Answer, How]:
    """The verdict of the address, with the text as the reason; else the one of a known first line."""
    kind = incoming.to.kind if incoming.to else ""
    if verdict := _BY_ADDRESS.get(kind):
        reason = clean_reason(incoming.text) if verdict == "reject" else ""
        return Answer(verdict, reason), "web" if incoming.pressed else "address"
    languages = ctx.settings.languages
    offered = find_offered(ctx, post, token.language)
    choices = [offer.choice for offer in offered.choices]
    answer = parse_answer(incoming.text, answer_words(languages), language_names(languages), choices)
    if answer.verdict == "reread" and not (post.revision.machine and is_joined(post)):
        return Answer(None), "reply"
    return answer, "reply"
