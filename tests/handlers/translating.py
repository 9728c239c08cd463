"""Steps that the tests about translators share."""

from tests.house import Sent, TestHouse, answer, mail

EN, ES, FR = (f"sse-{language}@forum.example.org" for language in ("en", "es", "fr"))
COMMANDS = "sse@forum.example.org"
ANNOUNCED = ("opening", "reminder", "closing", "claim_reminder")
BO, CARO = "bo@example.org", "caro@example.net"

THREE = (
    "We keep seeds in our village, and share them each spring with whoever asks for some.\n\n"
    "Last year 29 families came, more than ever before.\n\n"
    "What would help us most is a dry room, and somebody who can repair the roof before the rains."
)
TROIS = (
    "Nous gardons des semences dans notre village, et les donnons chaque printemps à qui en demande.",
    "L'an dernier, 29 familles sont venues, plus que jamais.",
    "Ce qui nous aiderait le plus, c'est une pièce sèche, et quelqu'un qui répare le toit avant les pluies.",
)


def say(house: TestHouse, text: str, sender: str = BO, **headers: str) -> list[Sent]:
    """A command by mail, and what is sent for it."""
    raw = mail(text, to=COMMANDS, sender=sender, **({"subject": "", "message_id": new_id(house)} | headers))
    assert house.post(raw, COMMANDS) == ["command"]
    return [sent for sent in house.outbox() if sent.kind not in ANNOUNCED]


def new_id(house: TestHouse) -> str:
    with house.house.unit() as ctx:
        return f"mail{sum(ctx.uow.deliveries.account().outcomes.values())}"


def publish(house: TestHouse, text: str = THREE, to: str = EN, **headers: str) -> list[Sent]:
    """A text that its moderator approves, and what is sent then."""
    house.post(mail(text, to=to, message_id=new_id(house), **headers), to)
    return approve(house)


def approve(house: TestHouse) -> list[Sent]:
    """The moderator says yes to what was just sent."""
    notice = next(sent for sent in house.outbox() if sent.kind == "held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    return house.outbox()


def reply(house: TestHouse, sent: Sent, text: str, sender: str = BO, *, quote: bool = True) -> list[str]:
    """An answer to one of our mails; the outcome."""
    raw, to = answer(sent, text, sender=sender, quote=quote)
    return house.post(raw, to)


def current(house: TestHouse, language: str, number: int = 1) -> tuple[str, str, list[int]]:
    """Title, text and what it covers."""
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(number)
        post = ctx.uow.contributions.current_text(found.id, language) if found else None
        return (post.revision.title, post.revision.text, post.revision.covers) if post else ("", "", [])


def claims(house: TestHouse, language: str = "fr") -> list[str]:
    """Who has something to translate."""
    with house.house.unit() as ctx:
        return [claim.email for claim in ctx.uow.claims.list_open(language)]


def flat(text: str) -> str:
    """A text as it reads, however it is wrapped."""
    return " ".join(text.split())
