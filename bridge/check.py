"""Tries what a forum needs before it runs: its catalogues, its database, its smarthost."""

from bridge.wiring import find_secret, make_smarthost
from config.forum import Settings
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
    try:
        find_secret(settings)
    except ConfigError as error:
        found += error.lines
    try:
        open_database(settings.database_url).close()
    except StoreError as error:
        found.append(str(error))
    try:
        smarthost = make_smarthost(settings)
    except ConfigError as error:
        return [*found, *error.lines]
    if reason := await smarthost.check():
        found.append(reason)
    await smarthost.close()
    return found
