"""The command "attachment": a file that came along with a text, to whoever is known here and asks for it.

It goes out under a name of ours, and as a type that nothing runs. A large one is sent once its size was read and the
question answered: From can be forged, and a small mail must not bring anybody a large one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from config.render import Rendered
from handlers.context import Context, Incoming, Outcome
from handlers.mail.compose import Enclosed
from handlers.mail.parts import clip
from handlers.notices import About, enqueue_answer, is_known, render_notice
from handlers.requests import Request, answer_once_a_day, may_have_text
from store.attachments import find_safe_type, make_file_name
from store.posts import Post
from store.tables import Contribution, Token

ATTACHMENT = "attachment"
"""Kind of the mail with the file, and the purpose of the token of a large one."""
CONFIRM = "confirm_attachment"
HEAVY, HEAVY_A_DAY = 30_000, 5
"""Bytes from which on a file counts among the few of a day that an address is sent."""
LARGE = 100_000
"""Bytes from which on it is asked first: on an old phone as much costs a week's money, and From can be forged."""
LARGEST = 7_000_000
"""Bytes of what can be sent: in base64 this is less than the 10 MB which most servers take."""
QUESTIONS_A_DAY = 3
LIFETIME = timedelta(days=3)
MOST_LISTED = 10
_MAX_NAME = 60
"""Characters, and bytes, of a file's name that are shown."""


@dataclass(frozen=True, slots=True)
class File:
    """The `place`th file of a text, counted from 1, of how many; `name` is its sender's, to be shown only."""

    post: Post
    place: int
    of: int
    name: str
    content_type: str
    size: int
    hash: str


def answer_attachment(request: Request, ctx: Context) -> Rendered | None:
    """A file in a mail of its own; else which there are, or why there is none."""
    number, place = _read_numbers(request, ctx)
    contribution = ctx.uow.contributions.find_by_number(number or 0)
    if contribution is None or contribution.withdrawn_at is not None:
        template = "no_contribution" if contribution is None else "withdrawn_contribution"
        return answer_once_a_day(request, ctx, template, request.language)
    if not is_known(ctx, *ctx.uow.people.list_addresses(request.email)):
        return _refuse(request, ctx, contribution, "stranger")
    files = _list_files(ctx, contribution, request, place or 1)
    if not files:
        return _refuse(request, ctx, contribution, "none")
    if (place is None and len(files) > 1) or not 1 <= (place or 1) <= len(files):
        return _refuse(request, ctx, contribution, "which", files)
    file = files[(place or 1) - 1]
    if file.size > LARGEST:
        return _refuse(request, ctx, contribution, "too-large", (file,))
    if not may_have_text(request, ctx):
        return None
    if file.size > LARGE:
        _ask(request, ctx, contribution, file)
        return None
    if not _may_have(ctx, request.email, file):
        return _refuse(request, ctx, contribution, "many", (file,))
    _send(ctx, request.incoming, file, request.language)
    return None


def confirm_attachment(incoming: Incoming, token: Token, ctx: Context) -> Outcome:
    """Whoever was asked about a large file wants it; `token` is spent."""
    revision_id, _, place = token.about.partition(" ")
    post = ctx.uow.contributions.find_post(int(revision_id))
    files = _read_files(post) if post and post.contribution.withdrawn_at is None else ()
    if not 1 <= int(place) <= len(files) or not _may_have(ctx, token.email, files[int(place) - 1]):
        return Outcome("command", "attachment-gone")
    _send(ctx, incoming, files[int(place) - 1], token.language)
    return Outcome("command", ATTACHMENT)


def _read_numbers(request: Request, ctx: Context) -> tuple[int | None, int | None]:
    """Number of the contribution and place of the file; in answer to a mail about it the place alone is enough."""
    numbers = request.numbers
    if len(numbers) > 1:
        return numbers[0], numbers[1]
    answered = request.incoming.answered
    about = ctx.uow.contributions.find_contribution(answered.contribution_id if answered else None)
    if numbers and about is not None and about.number not in (None, numbers[0]):
        return about.number, numbers[0]
    return request.number, None


def _list_files(ctx: Context, contribution: Contribution, request: Request, place: int) -> tuple[File, ...]:
    """Of the text that is named, else the reader's where it has such a file, else the original's, else any's."""
    found = {
        post.version.language: _read_files(post)
        for post in ctx.uow.contributions.list_published(contribution.id or 0)
    }
    if request.wanted:
        return found.get(request.wanted, ())
    order = (request.language, contribution.language, *found)
    with_it = [found[language] for language in order if len(found.get(language, ())) >= place]
    return next(iter(with_it), ()) or next((files for files in found.values() if files), ())


def _read_files(post: Post) -> tuple[File, ...]:
    kept = [item for item in post.revision.attachments if item.get("hash")]
    return tuple(
        File(
            post=post,
            place=place,
            of=len(kept),
            name=clip(str(item["name"]), _MAX_NAME, _MAX_NAME),
            content_type=str(item["content_type"]),
            size=int(item["size"]),
            hash=str(item["hash"]),
        )
        for place, item in enumerate(kept, 1)
    )


def _refuse(
    request: Request, ctx: Context, contribution: Contribution, reason: str, files: Sequence[File] = ()
) -> Rendered | None:
    return answer_once_a_day(
        request,
        ctx,
        "no_attachment",
        request.language,
        reason=reason,
        number=contribution.number,
        files=tuple((file.place, file.name, file.size) for file in files[:MOST_LISTED]),
        most=HEAVY_A_DAY,
    )


def _may_have(ctx: Context, email: str, file: File) -> bool:
    return file.size <= HEAVY or ctx.uow.people.allow(email, ATTACHMENT, HEAVY_A_DAY)


def _ask(request: Request, ctx: Context, contribution: Contribution, file: File) -> None:
    """Its size, and whether it is wanted all the same; the same question is not asked twice in an hour."""
    about, hour = f"{file.post.revision_id} {file.place}", ctx.now - timedelta(hours=1)
    asked = ctx.uow.tokens.list_unconfirmed(ATTACHMENT, (request.email,), hour)
    if any(token.about == about for token in asked):
        return
    if not ctx.uow.people.allow(request.email, CONFIRM, QUESTIONS_A_DAY):
        return
    secret = ctx.new_token()
    token = ctx.uow.tokens.issue(secret, ATTACHMENT, request.email, request.language, LIFETIME, about=about)
    rendered = render_notice(
        ctx,
        CONFIRM,
        request.language,
        number=contribution.number,
        file_name=file.name,
        size=file.size,
        token=secret,
    )
    enqueue_answer(
        ctx,
        request.incoming,
        CONFIRM,
        f"{token.id}",
        request.language,
        rendered,
        reply_to=ctx.addresses.token("answer", secret),
        about=About(token_id=token.id),
    )


def _send(ctx: Context, incoming: Incoming, file: File, language: str) -> None:
    number = file.post.contribution.number or 0
    extension = make_file_name(file.hash, file.content_type).rpartition(".")[2]
    rendered = render_notice(
        ctx,
        ATTACHMENT,
        language,
        number=number,
        title=file.post.revision.title,
        place=file.place,
        of=file.of,
        file_name=file.name,
        size=file.size,
    )
    enclosed = Enclosed(
        name=f"no{number}-{file.place}.{extension}",
        content_type=find_safe_type(file.content_type),
        content=ctx.uow.attachments.get_content(file.hash),
    )
    enqueue_answer(
        ctx,
        incoming,
        ATTACHMENT,
        f"{incoming.delivery_id}.{file.post.revision_id}.{file.place}",
        language,
        rendered,
        about=About(file.post.contribution_id, file.post.revision_id),
        enclosed=(enclosed,),
    )
