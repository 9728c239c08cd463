"""Which list distributed a mail, by what its headers say (RFC 2919, RFC 2369); by itself that proves nothing. Pure."""

import re
from dataclasses import dataclass

from handlers.mail.parse import ParsedMail

ROLES = (
    "request", "owner", "bounces", "bounce", "admin", "confirm", "join", "leave", "subscribe", "unsubscribe"
)  # fmt: skip
"""What list servers put behind a list's name for addresses that are no list."""

_SERVERS = ("sympa", "listmaster", "mailman", "mailman-bounces", "mailman-owner", "majordomo", "listserv")
_POST = re.compile(r"<mailto:([^<>?\s]{1,320})", re.IGNORECASE)
_ID = re.compile(r"<([^<>\s]{1,320})>\s*$")


@dataclass(frozen=True, slots=True)
class ListName:
    """A list by its posting address in small letters, and by what else its subject prefix may call it."""

    address: str
    names: tuple[str, ...] = ()

    @property
    def local(self) -> str:
        """The local part."""
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """The list server's domain."""
        return self.address.rpartition("@")[2]


def is_distributed_by(mail: ParsedMail, address: str) -> bool:
    """Whether the List-Id or the List-Post of a mail names this list."""
    posts, ids = _find_names(mail)
    return address in posts or address.replace("@", ".", 1) in ids


def find_list(mail: ParsedMail) -> ListName | None:
    """The list that a mail says it comes from; None for one that names none."""
    posts, ids = _find_names(mail)
    for address in (*posts, *(identifier.replace(".", "@", 1) for identifier in ids)):
        local, _, domain = address.rpartition("@")
        if local and domain:
            return ListName(address)
    return None


def is_administrative(mail: ParsedMail, address: str) -> bool:
    """Whether the list's server itself writes: welcomes, digests, questions to its owner. Nobody's contribution."""
    author = mail.author.email if mail.author else ""
    local, _, domain = author.partition("@")
    listed = ListName(address)
    roles = {f"{listed.local}-{role}" for role in ROLES}
    by_server = domain == listed.domain and (local.partition("+")[0] in roles or local in _SERVERS)
    digest = author == address and mail.subject.lower().startswith("digest for ")
    said = any(
        name.lower() == "x-list-administrivia" and "yes" in value.lower() for name, value in mail.headers
    )
    return by_server or digest or said or mail.content_type == "multipart/digest"


def _find_names(mail: ParsedMail) -> tuple[list[str], list[str]]:
    """The addresses of List-Post and the identifiers of List-Id, in small letters."""
    values = [(name.lower(), value[:2_000]) for name, value in mail.headers]
    posts = [post.lower() for name, value in values if name == "list-post" for post in _POST.findall(value)]
    ids = [match[1].lower() for name, value in values if name == "list-id" and (match := _ID.search(value))]
    return posts, ids
