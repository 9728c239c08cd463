"""A list that another program distributes: its posts are taken as they are, undone, counted, and not sent round again."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path

import pytest

from handlers.mail.headers import Mailbox
from tests.handlers.steps import pick, say
from tests.house import FORUM, Sent, TestHouse, answer, mail
from tests.listserver import LIST, google, mailman, sympa

IN = "sse-in-fr@forum.example.org"
ES = "foro@lists.example.net"
COMMANDS = "sse@forum.example.org"
TEXT = "Nous gardons des semences dans notre village, et nous les partageons chaque printemps.\n"
SPANISH = "Guardamos semillas en nuestro pueblo y las compartimos cada primavera con los vecinos.\n"
ANA = Mailbox("Ana Souza", "ana@example.org")
BOUNCES = "sse-fr-bounces@lists.example.net"

EXTERNAL = FORUM.replace(
    'address = "sse-fr@forum.example.org"', f'address = "{LIST}"\nhosted = false\nsubscribed_as = "{IN}"'
).replace('address = "sse-es@forum.example.org"', f'address = "{ES}"\nhosted = false')
"""French on Mailman, with an address of ours subscribed; Spanish on another server, read out of a mailbox."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a post."""

    title: str
    author: Mailbox
    text: str
    message_id: str
    in_phase: bool
    is_comment: bool


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path, EXTERNAL)
    yield house
    house.close()


def french(text: str = TEXT, **headers: str) -> bytes:
    return mail(text, to=LIST, **{"subject": "Semences", **headers})


def through(house: TestHouse, raw: bytes, to: str = IN, edge: str = "test") -> tuple[str, list[Sent]]:
    """A post that a list distributes to us; its outcome, and the mail that it led to."""
    outcome = house.post(raw, to, mail_from=BOUNCES, edge=edge)[0]
    # That the lists of other languages are told of it is another story.
    return outcome, [sent for sent in house.outbox() if sent.kind != "elsewhere"]


def reasons(house: TestHouse) -> list[tuple[str, str]]:
    """Kind and reason of every delivery, in order."""
    with house.house.unit() as ctx:
        count = sum(ctx.uow.deliveries.account().outcomes.values())
        rows = [ctx.uow.deliveries.get(number) for number in range(1, count + 1)]
        return [(row.kind, row.reason) for row in rows]


def published(house: TestHouse, number: int = 1) -> Kept:
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(number)
        assert found is not None
        post = ctx.uow.contributions.list_published(found.id or 0)[0]
        revision = post.revision
        return Kept(
            revision.title,
            Mailbox(revision.author_name, revision.author_email),
            revision.text,
            revision.message_id,
            found.phase_id is not None,
            found.parent_id is not None,
        )


@pytest.mark.parametrize("moderation", ["all", "newcomers", "none"])
def test_what_the_list_has_distributed_is_published_and_not_sent_round_again(
    tmp_path: Path, moderation: str
) -> None:
    house = TestHouse(tmp_path, EXTERNAL.replace('"all"', f'"{moderation}"'))
    outcome, sent = through(house, mailman(french()))
    assert outcome == "published"
    assert reasons(house) == [("contribution", "external-list")]
    (receipt,) = sent
    assert receipt.kind == "receipt_published"
    assert receipt.recipients == ("ana@example.org",)
    assert receipt.subject.startswith("[#1]")
    house.close()


def test_subject_author_and_text_are_kept_as_they_were_sent(house: TestHouse) -> None:
    through(house, mailman(french(), munge="Reply-To"))
    post = published(house)
    assert (post.title, post.author) == ("Semences", ANA)
    assert post.text == TEXT.strip()
    assert post.in_phase


@pytest.mark.parametrize("server", [mailman, sympa, google])
def test_the_null_sender_and_the_headers_of_a_list_are_nothing_automatic(house: TestHouse, server) -> None:  # type: ignore[no-untyped-def]
    assert house.post(server(french()), IN, mail_from="") == ["published"]


def test_a_mailbox_that_is_read_by_imap_is_as_good(house: TestHouse) -> None:
    raw = mailman(mail(SPANISH, to=ES), address=ES, footer="es")
    outcome, sent = through(house, raw, ES, "imap")
    assert outcome == "published"
    assert [kept.kind for kept in sent] == ["receipt_published"]
    assert published(house).text == SPANISH.strip()


def test_the_same_headers_prove_nothing_elsewhere(house: TestHouse) -> None:
    raw = mailman(mail(SPANISH, to=ES), address=ES)
    for to, edge in ((ES, "smtp"), ("sse-en@forum.example.org", "imap"), (COMMANDS, "imap")):
        assert through(house, raw, to, edge) == ("automatic", []), to


def test_the_headers_of_another_list_prove_nothing(house: TestHouse) -> None:
    raw = mailman(french(), address="sse-fr@lists.example.org")
    assert through(house, raw) == ("automatic", [])


@pytest.mark.parametrize(("to", "edge"), [(IN, "smtp"), (ES, "imap")])
def test_what_comes_past_the_list_is_held_and_an_ok_sends_it_to_the_list(
    tmp_path: Path, to: str, edge: str
) -> None:
    house = TestHouse(tmp_path, EXTERNAL.replace('moderation = "all"', 'moderation = "none"'))
    text = TEXT if to == IN else SPANISH
    outcome, sent = through(house, mail(text, to=to), to, edge)
    assert outcome == "held"
    assert reasons(house)[-1][1] == "not-from-list"
    notice = pick(sent, "held")
    outcome, sent = say(house, notice, "ok")
    passed_on = pick(sent, "contribution")
    assert passed_on.recipients == ((LIST if to == IN else ES),)
    house.close()


def test_suspected_spam_is_held_and_not_sent_round_again_when_it_is_approved(house: TestHouse) -> None:
    outcome, sent = through(house, b"X-Spam-Flag: YES\r\n" + mailman(french()))
    assert outcome == "held"
    assert [kept.kind for kept in sent] == ["held", "held"]
    outcome, sent = say(house, sent[0], "ok")
    assert "contribution" not in [kept.kind for kept in sent]
    assert published(house).text == TEXT.strip()


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"x_autoreply": "yes"},
        {"sender": "mailer-daemon@example.org"},
        {"x_manyvoices_loop": "other.example.net"},
    ],
)
@pytest.mark.parametrize("wrap", [False, True])
def test_what_robots_write_to_the_list_is_recorded_only(
    house: TestHouse, headers: dict[str, str], wrap: bool
) -> None:
    raw = mailman(french(**headers), munge="Reply-To" if wrap else "", wrap=wrap)
    assert through(house, raw) == ("automatic", [])


def test_a_precedence_that_no_list_writes_is_a_robots(house: TestHouse) -> None:
    assert through(house, mailman(french(precedence="auto_reply"))) == ("automatic", [])


def test_what_the_lists_server_writes_by_itself_is_recorded_only(house: TestHouse) -> None:
    raw = mailman(french(sender="sse-fr-request@lists.example.net", subject="Sse-fr Digest, Vol 1, Issue 2"))
    assert through(house, raw) == ("automatic", [])


def test_a_delivery_report_through_the_list_is_recorded_only(house: TestHouse) -> None:
    raw = french().replace(b"Content-Type: text/plain", b"Content-Type: multipart/report; boundary=b", 1)
    assert through(house, mailman(raw))[0] == "automatic"


def test_an_author_whom_the_list_hides_gets_no_mail(house: TestHouse) -> None:
    raw = mailman(french(), munge="Reply-To").replace(b"ana@example.org", b"sse-fr@lists.example.net")
    assert through(house, raw) == ("published", [])
    assert published(house).author == Mailbox("Ana Souza", "")


def test_two_hidden_authors_are_two_people(house: TestHouse) -> None:
    for name, text in (
        ("", "Merci pour ces idées, nous allons les essayer ici."),
        ("", "Chez nous l'eau manque."),
    ):
        raw = mailman(french(text, name=name, message_id=text[:5]), munge="Cc")
        assert through(house, raw.replace(b"ana@example.org", LIST.encode()))[0] == "published"
    assert published(house, 2).author == Mailbox("", "")


def test_a_number_behind_the_prefix_of_the_list_links_a_translation(house: TestHouse) -> None:
    house.post(
        mail("We keep seeds in our village, and share them each spring.", message_id="en"),
        "sse-en@forum.example.org",
    )
    say(house, pick(house.outbox(), "held"), "ok")
    outcome, sent = through(house, mailman(french(subject="Traduction de #1: Semences")))
    assert outcome == "translation"
    assert [kept.kind for kept in sent] == ["receipt_published"]


def test_an_answer_on_the_list_is_a_comment(house: TestHouse) -> None:
    through(house, mailman(french(message_id="<one@mail.example.org>"), munge="Cc", wrap=True))
    known = published(house).message_id
    assert known == "<wrapped.one@mail.example.org>"
    raw = french(
        "Chez nous aussi, depuis dix ans.\n",
        sender="bo@example.org",
        name="Bo",
        in_reply_to=known,
        subject="Re: Semences",
    )
    assert through(house, mailman(raw))[0] == "comment"
    assert published(house, 2).is_comment


def moderated(house: TestHouse, to: str, text: str = TEXT) -> tuple[list[Sent], list[Sent]]:
    """A text sent to an address of ours and approved; what was said when it came, and what when it was approved."""
    assert house.post(mail(text, to=to, sender="bo@example.org", name="Bo"), to) == ["held"]
    first = house.outbox()
    return first, say(house, pick(first, "held"), "ok")[1]


def test_a_contribution_from_elsewhere_is_moderated_here_and_posted_to_the_list(house: TestHouse) -> None:
    through(house, mailman(french(message_id="<one@mail.example.org>")))
    _, sent = moderated(house, "sse+c1-fr@forum.example.org", "Chez nous aussi, depuis dix ans.\n")
    comment = pick(sent, "comment")
    assert comment.recipients == (LIST,)
    assert comment.header("In-Reply-To") == "<one@mail.example.org>"
    assert comment.header("To") == LIST
    assert comment.header("Reply-To") == "sse+c2-fr@forum.example.org"
    assert comment.mail_from.startswith("sse+b-")
    assert comment.mail_from.endswith("@forum.example.org")


def test_our_post_comes_from_the_forum_and_claims_no_list_headers(
    house: TestHouse,
) -> None:
    through(house, mailman(french()))
    _, sent = moderated(house, "sse+c1-fr@forum.example.org", "Chez nous aussi.\n")
    comment = pick(sent, "comment")
    # Readers of the list who knew the subscribed address could pass for the list there.
    assert comment.header("From") == f"Bo via Le forum <{COMMANDS}>"
    assert IN.encode() not in comment.raw
    assert [name for name in comment.message if name.lower().startswith("list-")] == []
    assert comment.message["Precedence"] is None
    assert comment.header("Auto-Submitted") == "no"
    assert comment.header("X-Manyvoices-Loop") == "forum.example.org"
    assert "leave" not in comment.body


def test_answers_to_a_receipt_come_to_us_and_not_to_all_readers_of_the_list(house: TestHouse) -> None:
    _, (receipt,) = through(house, mailman(french()))
    raw, address = answer(
        receipt, "Nous gardons des semences, des outils et des recettes.", sender="ana@example.org"
    )
    assert address == COMMANDS
    assert house.post(raw, address) == ["held"]
    corrected = say(house, pick(house.outbox(), "held"), "ok")[1]
    assert pick(corrected, "correction").recipients == (LIST,)


def stripped(raw: bytes, *names: str, **changed: str) -> bytes:
    """Without some headers, and with others instead."""
    message: Message = message_from_bytes(raw, policy=policy.compat32)
    for name in (*names, *(key.replace("_", "-") for key in changed)):
        del message[name]
    for key, value in changed.items():
        message[key.replace("_", "-")] = value
    return message.as_bytes(policy=policy.SMTP)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw,
        lambda raw: stripped(raw, "X-Manyvoices-Loop"),
        lambda raw: stripped(raw, message_id="<new@lists.example.net>"),
        lambda raw: stripped(raw, "X-Manyvoices-Loop", message_id="<new@lists.example.net>"),
    ],
)
@pytest.mark.parametrize(
    "how", [{}, {"munge": "Reply-To"}, {"munge": "Cc"}, {"munge": "Reply-To", "wrap": True}]
)
def test_our_own_post_that_comes_back_is_recognised(house: TestHouse, change, how) -> None:  # type: ignore[no-untyped-def]
    through(house, mailman(french()))
    _, sent = moderated(house, "sse+c1-fr@forum.example.org", "Chez nous aussi, depuis dix ans.\n")
    back = mailman(change(pick(sent, "comment").raw), **how)
    assert through(house, back) == ("loop", [])
    assert reasons(house)[-1] == ("loop", "own-copy")
    assert house.accounts()["loop"] == 1


def test_announcements_that_come_back_are_recognised(house: TestHouse) -> None:
    house.tick(house.settings.themes[0].phases[1].dates(house.settings.forum).opens_at)
    house.wait(hours=12)
    house.tick(house.now)
    openings = [kept for kept in house.outbox() if kept.kind == "opening" and LIST in kept.recipients]
    assert len(openings) == 1
    assert through(house, mailman(openings[0].raw)) == ("loop", [])


def test_a_post_to_three_external_lists_is_one_contribution(tmp_path: Path) -> None:
    english = "forum-en@lists.example.net"
    house = TestHouse(
        tmp_path,
        EXTERNAL.replace('address = "sse-en@forum.example.org"', f'address = "{english}"\nhosted = false'),
    )
    post = french(message_id="<one@mail.example.org>")
    outcomes = [
        through(house, mailman(post, munge="Cc"))[0],
        through(house, mailman(post, address=ES, footer="es", prefix="[foro] "), ES, "imap")[0],
        through(house, mailman(post, address=english, footer="en"), english, "imap")[0],
    ]
    assert outcomes == ["published", "duplicate", "duplicate"]
    assert house.accounts() == {"duplicate": 2, "published": 1}
    house.close()


def test_a_post_of_a_hidden_author_to_two_lists_is_one_contribution(house: TestHouse) -> None:
    post = french(message_id="<one@mail.example.org>")
    hidden = mailman(post, munge="Reply-To").replace(b"ana@example.org", LIST.encode())
    assert through(house, hidden)[0] == "published"
    assert through(house, mailman(post, address=ES, prefix="[foro] "), ES, "imap")[0] == "duplicate"
    other = mailman(
        french("Autre chose, sous le même identifiant.\n", message_id="<one@mail.example.org>"), address=ES
    )
    assert through(house, other, ES, "imap")[0] != "duplicate"


def test_what_waits_here_and_is_distributed_meanwhile_is_not_posted_twice(house: TestHouse) -> None:
    assert house.post(french(), IN) == ["held"]
    notice = pick(house.outbox(), "held")
    assert through(house, mailman(french())) == ("duplicate", [])
    _, sent = say(house, notice, "ok")
    assert [kept.kind for kept in sent if LIST in kept.recipients] == []
    assert published(house).text == TEXT.strip()


def test_a_post_that_is_moved_to_a_hosted_list_is_passed_on_there(house: TestHouse) -> None:
    house.subscribe("reader@example.org", language="en")
    text = "We keep seeds in our village, and we share them with all of our neighbours each spring.\n"
    _, sent = through(house, b"X-Spam-Flag: YES\r\n" + mailman(mail(text, to=LIST)))
    _, sent = say(house, pick(sent, "held"), "move en")
    _, sent = say(house, pick(sent, "held", "moderator-en@example.org"), "ok")
    assert pick(sent, "contribution").recipients == ("reader@example.org",)


@pytest.mark.parametrize(
    "name", ["x\r\nBcc: victim@example.org", "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=0D=0ABcc=3A_v=3F=3D?="]
)
def test_a_header_cannot_be_slipped_in_through_what_the_list_says_of_the_author(
    house: TestHouse, name: str
) -> None:
    raw = mailman(french(), munge="Reply-To")
    forged = f'Reply-To: "{name}" <ana@example.org>\r\n'.encode()
    through(house, raw.replace(b"Reply-To: Ana Souza <ana@example.org>\r\n", forged))
    house.outbox()  # each mail goes through the checker


def test_what_an_archive_of_the_list_holds_is_undone_too(house: TestHouse) -> None:
    assert house.post(mailman(french(), munge="Cc"), LIST, live=False) == ["published"]
    post = published(house)
    assert (post.title, post.author) == ("Semences", ANA)
    assert post.text == TEXT.strip()
    assert house.outbox() == []


def test_a_mail_that_went_round_too_often_is_a_loop(house: TestHouse) -> None:
    assert through(house, b"Received: x\r\n" * 60 + mailman(french())) == ("loop", [])
    assert reasons(house) == [("loop", "")]


OTHER = (
    FORUM.replace("forum.example.org", "forum.example.net")
    .replace('name = "sse"', 'name = "agora"')
    .replace("sse-", "agora-")
    .replace('moderation = "all"', 'moderation = "none"')
)


@pytest.mark.parametrize("external", [False, True])
def test_two_forums_that_feed_each_other_fall_silent(tmp_path: Path, external: bool) -> None:
    """Each is a subscriber, a moderator and an organizer of the other, and neither asks a person."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    mine = FORUM.replace('moderation = "all"', 'moderation = "none"')
    theirs = OTHER
    if external:
        # Each holds the other's list for an external one to which it is subscribed.
        mine = mine.replace(
            'address = "sse-fr@forum.example.org"',
            'address = "agora-en@forum.example.net"\nhosted = false\nsubscribed_as = "sse-in@forum.example.org"',
        )
        theirs = theirs.replace(
            'address = "agora-fr@forum.example.net"',
            'address = "sse-en@forum.example.org"\nhosted = false\nsubscribed_as = "agora-in@forum.example.net"',
        )
    mine = mine.replace("moderator-en@example.org", "agora@forum.example.net")
    theirs = theirs.replace("moderator-en@example.org", "sse@forum.example.org")
    one, two = TestHouse(tmp_path / "one", mine), TestHouse(tmp_path / "two", theirs)
    one.subscribe("agora-in@forum.example.net" if external else "agora-en@forum.example.net", language="en")
    two.subscribe("sse-in@forum.example.org" if external else "sse-en@forum.example.org", language="en")
    one.post(mail(), "sse-en@forum.example.org")
    two.post(
        mail("Water is scarce where we live.\n", to="agora-en@forum.example.net"),
        "agora-en@forum.example.net",
    )
    handed = 0
    while moved := hand_over(one, two) + hand_over(two, one):
        handed += moved
        assert handed <= 4, "they talk to each other"
    assert handed >= 2
    for house in (one, two):
        assert house.accounts().get("published") == 1
        house.close()


def hand_over(one: TestHouse, two: TestHouse) -> int:
    """Give everything that one forum sends to the other to it; how many mails that were."""
    domain = two.settings.forum.domain
    moved = 0
    for kept in one.outbox():
        for recipient in kept.recipients:
            if recipient.endswith(f"@{domain}"):
                two.post(kept.raw, recipient, mail_from=kept.mail_from)
                moved += 1
    return moved
