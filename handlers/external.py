"""How a mail came: straight to us, by an external list that distributed it, or past that list. Headers alone prove nothing.

A mail counts as distributed where it came in by the address that is subscribed for us, or lay in the mailbox that is,
and its list headers name the list. The moderation of such a post was the list's.
"""

from dataclasses import dataclass

from config.addresses import LocalAddress, parse_address
from config.forum import MailingList, Settings
from handlers.context import Context
from handlers.mail.list_headers import ListName, find_list, is_administrative, is_distributed_by
from handlers.mail.listed import undo_list
from handlers.mail.parse import ParsedMail
from store.tables import Delivery

IMAP = "imap"
"""The edge that reads mailboxes which are subscribed to external lists."""


@dataclass(frozen=True, slots=True)
class Route:
    """`distributed`: the external list has sent it to its readers, us among them; `past_list`: it should have, and has not.

    `administrative`: the list's server itself writes.
    """

    distributed: bool = False
    past_list: bool = False
    administrative: bool = False


DIRECT = Route()


def find_route(settings: Settings, to: LocalAddress | None, edge: str, mail: ParsedMail) -> Route:
    """How a mail came that went to one of our addresses. Pure."""
    listed = _find_external(settings, to)
    if to is None or listed is None or not (to.kind == "subscription" or edge == IMAP):
        return DIRECT
    if not is_distributed_by(mail, listed.address):
        return Route(past_list=True)
    return Route(distributed=True, administrative=is_administrative(mail, listed.address))


def get_list_address(to: LocalAddress | None) -> LocalAddress | None:
    """What came in for us as a subscriber was sent to the list."""
    if to is not None and to.kind == "subscription":
        return LocalAddress("list", language=to.language)
    return to


def undo_route(
    settings: Settings,
    to: LocalAddress | None,
    route: Route,
    delivery: Delivery,
    raw: bytes,
    mail: ParsedMail,
) -> ParsedMail:
    """The mail as its author sent it to the list; what an archive brought names its list itself."""
    if route.distributed and to is not None and to.language is not None:
        return undo_list(raw, mail, name_list(settings, to.language))
    if not delivery.live and (listed := find_list(mail)):
        return undo_list(raw, mail, listed)
    return mail


def name_list(settings: Settings, language: str) -> ListName:
    """A list, and what its subject prefix may call it: by the forum's name or title."""
    forum = settings.forum
    item = settings.list_for(language)
    titles = (settings.text(forum.title, language), f"{forum.name} {language}", forum.name)
    return ListName(item.address, titles)


def is_own_copy(ctx: Context, mail: ParsedMail, route: Route) -> bool:
    """Whether we wrote this: by the loop header or the Message-ID.

    By From where a list distributed it, which may have changed both.
    """
    if ctx.settings.forum.domain in mail.loop:
        return True
    written = {value.strip() for name, value in mail.headers if name.lower() == "message-id"}
    if ctx.uow.outbox.find(sorted({mail.message_id, *written} - {""})) is not None:
        return True
    author = parse_address(ctx.settings, mail.author.email) if mail.author else None
    if not route.distributed or author is None or author.kind == "postmaster":
        return False
    # From an external list's own address come posts whose author it does not tell.
    return author.kind != "list" or _find_external(ctx.settings, author) is None


def _find_external(settings: Settings, to: LocalAddress | None) -> MailingList | None:
    if to is None or to.kind not in ("list", "subscription") or to.language is None:
        return None
    item = settings.list_for(to.language)
    return None if item.hosted else item
