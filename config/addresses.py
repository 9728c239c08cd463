"""The forum's own addresses: one grammar, read and written here and nowhere else.

Subaddressing follows RFC 5233; local parts are compared without regard to case.
"""

import re
from dataclasses import dataclass
from typing import Literal

from config.forum import Settings

Kind = Literal[
    "list", "reply", "translation", "commands", "join", "leave", "help",
    "answer", "approve", "reject", "discard", "separate", "synthesis", "postmaster", "bounce", "unsubscribe", "subscription",
]  # fmt: skip

TOKEN_LENGTH = 26
"""Base32 characters of a token: 130 bits."""

_TOKEN_KINDS: dict[str, Kind] = {
    "m": "answer",
    "ok": "approve",
    "no": "reject",
    "drop": "discard",
    "separate": "separate",
}
_TOKEN_PREFIXES = {kind: prefix for prefix, kind in _TOKEN_KINDS.items()}
_ACTIONS: dict[str, Kind] = {"join": "join", "leave": "leave", "help": "help"}

_LANGUAGE = r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*"

_TOKEN = re.compile(rf"(m|ok|no|drop|separate)-([a-z2-7]{{{TOKEN_LENGTH}}})")
_NUMBERED = re.compile(rf"([ct])([1-9]\d{{0,8}})(?:-({_LANGUAGE}))?")
_SYNTHESIS = re.compile(rf"s(?:([1-9]\d{{0,3}})\.)?([1-9]\d{{0,3}})-({_LANGUAGE})")
_BOUNCE = re.compile(r"b-([a-z0-9=._-]{1,60})")
_UNSUBSCRIBE = re.compile(r"u-([a-z0-9=._-]{1,60})")


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """What one of our addresses means; `token` also holds what stands after `b-` of a return path, or `u-`.

    A "subscription" is the address that is subscribed for us to the external list of its language.
    """

    kind: Kind
    language: str | None = None
    number: int | None = None
    token: str | None = None
    theme: int | None = None
    phase: int | None = None


def parse_address(settings: Settings, email: str) -> LocalAddress | None:
    """The meaning of an address; None where it is none of ours (550 at RCPT)."""
    email = email.strip().lower()
    for item in settings.lists:
        if email == item.address:
            return LocalAddress("list", language=item.language)
        if email == item.subscribed_as:
            return LocalAddress("subscription", language=item.language)
    local, _, domain = email.rpartition("@")
    if domain != settings.forum.domain:
        return None
    if local == "postmaster":
        return LocalAddress("postmaster")
    base, delimiter, detail = local.partition(settings.server.subaddress_delimiter)
    if base == settings.forum.name:
        return _parse_forum(settings, detail) if delimiter else LocalAddress("commands")
    for item in settings.lists:
        if delimiter and f"{base}@{domain}" == item.address:
            return _parse_list(detail, item.language)
    return None


def _parse_list(detail: str, language: str) -> LocalAddress | None:
    """The part after the delimiter of a list's address."""
    if detail in _ACTIONS:
        return LocalAddress(_ACTIONS[detail], language=language)
    if (numbered := _NUMBERED.fullmatch(detail)) and not numbered[3]:
        return _numbered(numbered, language)
    return None


def _parse_forum(settings: Settings, detail: str) -> LocalAddress | None:
    """The part after the delimiter of the forum's address."""
    if detail in _ACTIONS:
        return LocalAddress(_ACTIONS[detail])
    if token := _TOKEN.fullmatch(detail):
        return LocalAddress(_TOKEN_KINDS[token[1]], token=token[2])
    if bounce := _BOUNCE.fullmatch(detail):
        return LocalAddress("bounce", token=bounce[1])
    if unsubscribe := _UNSUBSCRIBE.fullmatch(detail):
        return LocalAddress("unsubscribe", token=unsubscribe[1])
    languages = {language.lower(): language for language in settings.languages}
    if (numbered := _NUMBERED.fullmatch(detail)) and numbered[3] in languages:
        return _numbered(numbered, languages[numbered[3]])
    if (synthesis := _SYNTHESIS.fullmatch(detail)) and synthesis[3] in languages:
        theme = int(synthesis[1]) if synthesis[1] else None
        return LocalAddress("synthesis", languages[synthesis[3]], theme=theme, phase=int(synthesis[2]))
    return None


def _numbered(match: re.Match[str], language: str) -> LocalAddress:
    return LocalAddress("reply" if match[1] == "c" else "translation", language, number=int(match[2]))


class Addresses:
    """Writes the addresses that `parse_address` reads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._domain = settings.forum.domain

    @property
    def commands(self) -> str:
        """Where commands go."""
        return f"{self._settings.forum.name}@{self._domain}"

    @property
    def postmaster(self) -> str:
        """Where the organizers can be written to."""
        return f"postmaster@{self._domain}"

    def list(self, language: str) -> str:
        """The list of a language."""
        return self._settings.list_for(language).address

    def answers(self, language: str) -> str:
        """Where answers to what we wrote to one person go; not to an external list, whose readers would get them."""
        return self.list(language) if self._settings.list_for(language).hosted else self.commands

    def poster(self, language: str) -> str:
        """Who posts to the list of a language: the list itself, or at an external one the forum's own address.

        Not `subscribed_as`: what comes there is believed to come from the list, so its readers must not learn of it.
        """
        item = self._settings.list_for(language)
        return item.address if item.hosted else self.commands

    def reply(self, number: int, language: str) -> str:
        """Answers to a contribution, on the list of a language."""
        return self._detailed(f"c{number}-{language}")

    def translate(self, number: int, language: str) -> str:
        """The version of a contribution in a language."""
        return self._detailed(f"t{number}-{language}")

    def token(self, kind: Kind, token: str) -> str:
        """A decision, or the address that an answer to a moderator's notice goes to."""
        return self._detailed(f"{_TOKEN_PREFIXES[kind]}-{token.lower()}")

    def action(self, language: str, action: Literal["join", "leave", "help"]) -> str:
        """A command by address alone; always ours, also where the list is external."""
        address = self.list(language)
        local, _, domain = address.rpartition("@")
        if domain != self._domain:
            return self._detailed(action)
        return f"{local}{self._settings.server.subaddress_delimiter}{action}@{domain}"

    def synthesis(self, phase: int, language: str, theme: int | None = None) -> str:
        """Where organizers send the synthesis of a phase."""
        return self._detailed(f"s{theme}.{phase}-{language}" if theme else f"s{phase}-{language}")

    def bounce(self, signed: str) -> str:
        """The return path of list mail."""
        return self._detailed(f"b-{signed}")

    def unsubscribe(self, signed: str) -> str:
        """Where a reader leaves in one step."""
        return self._detailed(f"u-{signed}")

    def _detailed(self, detail: str) -> str:
        return (
            f"{self._settings.forum.name}{self._settings.server.subaddress_delimiter}{detail}@{self._domain}"
        )
