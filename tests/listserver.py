"""What list servers do to a post before their readers get it, after Mailman 3, Sympa and Google Groups; for tests."""

from email import message_from_bytes, policy
from email.message import Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr, parseaddr

LIST = "sse-fr@lists.example.net"
RULE = "_" * 47

MAILMAN_FOOTERS = {
    "en": f"{RULE}\nSse-fr mailing list -- {LIST}\nTo unsubscribe send an email to sse-fr-leave@lists.example.net\n",
    "es": f"{RULE}\nLista de distribución Sse-fr -- {LIST}\n"
    "Para desuscribirse envíe un email a sse-fr-leave@lists.example.net\n",
    "fr": f"{RULE}\nListe de diffusion Sse-fr -- {LIST}\n"
    "Pour vous désinscrire, envoyez un courriel à sse-fr-leave@lists.example.net\n",
    "2": f"{RULE}\nSse-fr mailing list\nSse-fr@lists.example.net\n"
    "https://lists.example.net/cgi-bin/mailman/listinfo/sse-fr\n",
}
SYMPA_FOOTER = (
    "-------------------------------\n"
    "Pour se désabonner : mailto:sympa@lists.example.net?subject=unsubscribe%20sse-fr\n"
    "Archives : https://lists.example.net/sympa/arc/sse-fr\n"
)
GOOGLE_FOOTERS = {
    "en": '-- \nYou received this message because you are subscribed to the Google Groups "sse-fr" group.\n'
    "To unsubscribe from this group and stop receiving emails from it, send an email to "
    "sse-fr+unsubscribe@lists.example.net.\n"
    "To view this discussion visit https://groups.example.net/d/msgid/sse-fr/abc%40mail.example.org.\n",
    "fr": "-- \nVous recevez ce message, car vous êtes abonné au groupe Google Groupes « sse-fr ».\n"
    "Pour vous désabonner de ce groupe et ne plus recevoir d'e-mails le concernant, envoyez un e-mail à l'adresse "
    "sse-fr+unsubscribe@lists.example.net.\n",
    "es": '-- \nHas recibido este mensaje porque estás suscrito al grupo "sse-fr" de Grupos de Google.\n'
    "Para cancelar la suscripción a este grupo, envía un correo a sse-fr+unsubscribe@lists.example.net.\n",
}


def mailman(
    raw: bytes,
    *,
    munge: str = "",
    via: str = "via",
    wrap: bool = False,
    prefix: str = "[Sse-fr] ",
    footer: str = "fr",
    address: str = LIST,
) -> bytes:
    """As Mailman 3 sends a post on; `munge` is "Reply-To" or "Cc", where the author goes when From is rewritten."""
    message = message_from_bytes(raw, policy=policy.compat32)
    _set(message, "Subject", f"{prefix}{message['Subject']}")
    message["X-MailFrom"] = parseaddr(message["From"])[1]
    message["X-Mailman-Version"] = "3.3.10"
    message["Precedence"] = "list"
    local, _, domain = address.partition("@")
    message["List-Id"] = f"Forum <{local}.{domain}>"
    message["List-Post"] = f"<mailto:{address}>"
    if wrap:
        message = _wrap(message)
    if munge:
        name, email = parseaddr(message["From"])
        if wrap:
            name, email = parseaddr(message.get_payload(0)["From"])
        _set(
            message, "From", formataddr((f"{name or email.partition('@')[0] + '---'} {via} Sse-fr", address))
        )
        _set(message, munge, ", ".join(filter(None, (message[munge], formataddr((name, email))))))
        if munge == "Cc":
            _set(message, "Reply-To", address)
    _decorate(message, MAILMAN_FOOTERS[footer].replace(LIST, address))
    return message.as_bytes(policy=policy.SMTP)


def sympa(raw: bytes, *, munge: bool = False, number: int = 123) -> bytes:
    """As Sympa sends a post on, with the number of the post in the subject."""
    message = message_from_bytes(raw, policy=policy.compat32)
    _set(message, "Subject", f"[sse-fr:{number}] {message['Subject']}")
    for name, value in (
        ("X-Loop", LIST), ("X-Sequence", str(number)), ("Precedence", "list"), ("List-Id", "<sse-fr.lists.example.net>"),
        ("List-Post", f"<mailto:{LIST}>"), ("Errors-To", "sse-fr-owner@lists.example.net"),
    ):  # fmt: skip
        message[name] = value
    if munge:
        author = message["From"]
        message["X-Original-From"] = author
        message["Reply-To"] = LIST
        _set(message, "From", f'"{parseaddr(author)[0]}" (via sse-fr Mailing List) <{LIST}>')
    _decorate(message, SYMPA_FOOTER)
    return message.as_bytes(policy=policy.SMTP)


def google(raw: bytes, *, munge: bool = False, footer: str = "en") -> bytes:
    """As Google Groups sends a post on."""
    message = message_from_bytes(raw, policy=policy.compat32)
    author = message["From"]
    for name, value in (
        ("X-Original-Sender", parseaddr(author)[1]),
        ("Precedence", "list"),
        ("Mailing-list", f"list {LIST}; contact sse-fr+owners@lists.example.net"),
        ("List-ID", "<sse-fr.lists.example.net>"),
        ("List-Post", f"<https://groups.example.net/group/sse-fr/post>, <mailto:{LIST}>"),
    ):
        message[name] = value
    if munge:
        message["X-Original-From"] = author
        message["Reply-To"] = author
        _set(message, "From", f"\"'{parseaddr(author)[0]}' via sse-fr\" <{LIST}>")
    _decorate(message, GOOGLE_FOOTERS[footer])
    return message.as_bytes(policy=policy.SMTP)


def _set(message: Message, name: str, value: str) -> None:
    del message[name]
    message[name] = value


def _wrap(message: Message) -> Message:
    """The mail in a mail of the list's own, with another Message-ID."""
    outer = MIMEMessage(message)  # type: ignore[arg-type]
    for name in ("Subject", "To", "In-Reply-To", "References", "List-Id", "List-Post", "Precedence", "From"):
        if message[name]:
            outer[name] = message[name]
    outer["Message-ID"] = f"<wrapped.{str(message['Message-ID']).strip('<>')}>"
    outer["Content-Disposition"] = "inline"
    return outer


def _decorate(message: Message, footer: str) -> None:
    """Behind the text of a plain mail, else as a part of its own behind the other parts."""
    charset = message.get_content_charset() or "us-ascii"
    if message.get_content_type() == "text/plain" and not message.get_filename():
        text = message.get_payload(decode=True).decode(charset)
        text += "" if text.endswith("\n") else "\n"
        del message["Content-Transfer-Encoding"]
        message.set_payload((text + footer).encode(), "utf-8")
        return
    part = MIMEText(footer, "plain", "utf-8")
    part["Content-Disposition"] = "inline"
    if message.get_content_type() == "multipart/mixed":
        message.attach(part)
        return
    inner = message_from_bytes(message.as_bytes(), policy=policy.compat32)
    for name in list(inner.keys()):
        if not name.lower().startswith("content-"):
            del inner[name]
    outer = MIMEMultipart("mixed")
    for name in ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition"):
        del message[name]
    message["Content-Type"] = outer["Content-Type"]
    message.set_payload([inner, part])
