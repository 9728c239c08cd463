"""Shows what the people of the demo received."""

from pathlib import Path

from rich.console import Console
from rich.rule import Rule

from bridge.demo.mailbox import Mailbox, Received
from bridge.wiring import House


def show_results(house: House, mailbox: Mailbox, folder: Path, seconds: float) -> None:
    """Announcements, a receipt and a notice in full; then where everything is and how long it took."""
    console = Console(soft_wrap=True, highlight=False)
    for title, mail in _chosen(house, mailbox):
        console.print(Rule(title, align="left"))
        console.print(mail.shown, markup=False)
    with house.unit() as ctx:
        account = ctx.uow.deliveries.account()
    console.print(Rule("The account", align="left"))
    for outcome, number in account.outcomes.items():
        console.print(f"{outcome:<14}{number:>5}")
    console.print(f"{'accepted':<14}{account.accepted:>5}")
    console.print(f"{'difference':<14}{account.difference:>5}\n")
    console.print(f"{len(mailbox.all)} mails were delivered to {mailbox.folder}", markup=False)
    config = folder / "forum.toml"
    console.print(f"Look further: .venv/bin/manyvoices counts --phase 3 --config {config}", markup=False)
    console.print(f"It took {seconds:.1f} s.")


def _chosen(house: House, mailbox: Mailbox) -> list[tuple[str, Received]]:
    languages = house.settings.languages
    wanted = [
        *((f"Opening of phase 3, in {code}", mailbox.find("opening", language=code)) for code in languages),
        ("Closing of phase 3, in fr", mailbox.find("closing", language="fr")),
        ("A receipt", mailbox.find("receipt_published", language="en")),
        ("A moderator's notice", mailbox.find("held", language="es")),
    ]
    return [(title, mail) for title, mail in wanted if mail]
