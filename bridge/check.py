"""Tries what a forum needs before it runs: its catalogues, its database, its smarthost, the mailboxes it reads."""

import asyncio
import os
from collections.abc import Callable
from functools import partial

from bridge.edge.credentials import find_login, load_certificate
from bridge.edge.mailbox import Mailbox, MailboxError, parse_account
from bridge.encoder import LANGUAGES, is_installed
from bridge.wiring import find_secret, make_smarthost
from config.forum import ImapAccount, Settings
from config.i18n import MissingCatalogueError, get_catalogue
from config.loading import ConfigError
from store.database import StoreError, open_database


async def find_obstacles(settings: Settings) -> list[str]:
    """Why the forum could not run or send, one clear line each. A database that is not there yet is made."""
    found: list[str] = []
    for language in settings.languages:
        try:
            get_catalogue(language)
        except MissingCatalogueError as error:
            found.append(str(error))
    looks: tuple[Callable[[Settings], object], ...] = (
        find_secret,
        load_certificate,
        partial(find_login, environ=os.environ),
    )
    for look in looks:
        try:
            look(settings)
        except ConfigError as error:
            found += error.lines
    try:
        open_database(settings.database_url).close()
    except StoreError as error:
        found.append(str(error))
    for account in settings.server.imap:
        found += await asyncio.to_thread(_try_mailbox, account)
    try:
        smarthost = make_smarthost(settings)
    except ConfigError as error:
        return [*found, *error.lines]
    if reason := await smarthost.check():
        found.append(reason)
    await smarthost.close()
    return found


def find_linking_warnings(settings: Settings) -> list[str]:
    """Which translations will not be found by what they say, and what to do about it."""
    if settings.server.linking != "content":
        return []
    if not is_installed():
        return [
            "linking: only translations that name their original are found"
            " (to compare texts as well: pip install 'manyvoices[linking]'; or linking = \"explicit\")"
        ]
    if unknown := [language for language in settings.languages if language not in LANGUAGES]:
        names = ", ".join(unknown)
        return [f"linking: texts in {names} cannot be compared; their translations must name the original"]
    return []


def find_language_warnings(settings: Settings) -> list[str]:
    """What readers of a language will see in another one: dates that CLDR has no words for, texts of the program."""
    warnings = []
    for language in settings.languages:
        try:
            catalogue = get_catalogue(language)
        except MissingCatalogueError:
            continue  # an obstacle, and told as one
        if catalogue.borrows:
            warnings.append(
                f"{language}: CLDR does not know this language; its dates and numbers are written as in {catalogue.locale}"
            )
        if missing := catalogue.count_missing():
            warnings.append(f"{language}: its catalogue lacks {missing} of the texts; they stand in English")
    return warnings


def _try_mailbox(account: ImapAccount) -> list[str]:
    """Log in and select the folder, as the daemon would; nothing is read or marked."""
    try:
        mailbox = Mailbox(parse_account(account, os.environ))
    except ConfigError as error:
        return error.lines
    try:
        mailbox.open()
    except MailboxError as error:
        return [f"imap: {error}"]
    finally:
        mailbox.close(politely=True)
    return []
