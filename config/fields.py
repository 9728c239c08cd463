"""The kinds of values in `forum.toml`: each is checked, and says in one line what it should have been."""

import re
from datetime import date, time
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator

from config.dates import parse_days
from config.i18n import is_language

_ADDRESS = re.compile(r"[^\s@<>\",;:()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_DOMAIN = re.compile(
    r"(?=.{1,200}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_NAME = re.compile(r"[a-z][a-z0-9]*")
_HOST_PORT = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}")
_SMARTHOST = re.compile(r"(?:smtps?://[^\s/]+|maildir:///\S+)")
_IMAP = re.compile(r"imaps?://[^\s/@]+@(?:\[[0-9a-fA-F:]+\]|[^\s/:@\[\]]+)(?::\d{1,5})?/[^\s/].*")
_LISTENER = re.compile(rf"unix:/.+|{_HOST_PORT.pattern}")
_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_DATABASE = re.compile(r"(?:sqlite:///\S+|postgresql\+psycopg://\S+)")


def _matching(pattern: re.Pattern[str], what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(f'"{value}" is not {what}')
        return value

    return AfterValidator(check)


def _language(value: str) -> str:
    if not is_language(value):
        raise ValueError(f'"{value}" is not a language code such as "fr"')
    return value


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(f'"{value}" is not a time zone such as "Europe/Paris"')
    return value


def _clock_time(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
        hours, minutes = value.split(":")
        return time(int(hours), int(minutes))
    if isinstance(value, time):
        return value
    raise ValueError(f'"{value}" is not a time such as "09:00"')


def _port(value: str) -> str:
    if not value.startswith("unix:") and int(value.rpartition(":")[2]) > 65_535:
        raise ValueError(f'"{value}": a port is at most 65535')
    return value


def _no_password(value: str) -> str:
    if ":" in value.partition("//")[2].partition("/")[0].rpartition("@")[0]:
        raise ValueError("a password does not belong here, but in the variable that password_env names")
    if re.search(r"[\x00-\x1f\x7f]|%(?:[01]\w|7f)", value, re.IGNORECASE):
        raise ValueError("there is a control character in it")
    return value


def _date(value: object) -> object:
    if isinstance(value, date):
        if not 1970 <= value.year <= 2200:
            raise ValueError(f"{value} is not a date that a forum can have")
        return value
    raise ValueError(f"{value!r} is not a date such as 2013-09-09, or a date-time, without quotes")


def _reminder(value: str) -> str:
    parse_days(value)
    return value


Email = Annotated[str, _matching(_ADDRESS, "an e-mail address"), AfterValidator(str.lower)]
HostPort = Annotated[
    str, _matching(_HOST_PORT, 'a host and port such as "127.0.0.1:8025"'), AfterValidator(_port)
]
Language = Annotated[str, AfterValidator(_language)]
Domain = Annotated[str, _matching(_DOMAIN, "a domain such as forum.example.org"), AfterValidator(str.lower)]
Texts = dict[Language, str]
Moment = Annotated[Any, BeforeValidator(_date)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Smarthost = Annotated[str, _matching(_SMARTHOST, 'a smarthost such as "smtp://127.0.0.1:25"')]
Listener = Annotated[
    str,
    _matching(_LISTENER, '"127.0.0.1:8024" or a socket such as "unix:/run/manyvoices/lmtp"'),
    AfterValidator(_port),
]
ImapUrl = Annotated[
    str,
    AfterValidator(_no_password),
    _matching(_IMAP, 'a mailbox such as "imaps://user@imap.example.org/INBOX"'),
]
DkimSelector = Annotated[str, _matching(_SELECTOR, "a DKIM selector")]
DatabaseUrl = Annotated[str, _matching(_DATABASE, 'a database such as "sqlite:///forum.db"')]
ShortName = Annotated[str, _matching(_NAME, "a short name of small letters and digits")]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Reminder = Annotated[str, AfterValidator(_reminder)]
Delimiter = Annotated[str, _matching(re.compile(r"[+=_]"), "one of + = _")]
