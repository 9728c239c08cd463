"""Attachments: kept by their content, and read where the mail itself says no more than "see attached"."""

import hashlib
import re
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bridge.documents import read_document
from bridge.worker import ReadDocument, Worker
from handlers.mail.documents import Document
from store.attachments import make_file_name
from store.posts import HELD
from store.tables import Attachment, Revision
from tests.documents import attach, make_docx, make_odt, make_pdf
from tests.handlers.steps import EN, ES, MODERATOR, pick, say
from tests.house import FORUM, Sent, TestHouse, mail

TEXT = (
    "We keep seeds in our village, and share them each spring with whoever asks for some of them.",
    "Our mothers did so before us, and nobody has ever paid for a seed of maize or of beans.",
)
ANA = "ana@example.org"


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum that publishes without asking."""
    house = TestHouse(tmp_path, FORUM.replace('moderation = "all"', 'moderation = "none"'))
    yield house
    house.close()


def newest(house: TestHouse) -> Revision:
    with house.house.unit() as ctx:
        found = ctx.uow.waiting.list_posts((HELD,))[-1].revision
        return Revision(**found.model_dump())


def contents(house: TestHouse) -> int:
    with house.house.database.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(Attachment)).scalar_one()


def send(house: TestHouse, raw: bytes, to: str = EN) -> tuple[str, list[Sent]]:
    return house.post(raw, to, mail_from=ANA)[0], house.outbox()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Seeds of ours.docx", make_docx(*TEXT)),
        ("seeds.odt", make_odt("".join(f"<text:p>{line}</text:p>" for line in TEXT))),
        ("seeds.pdf", make_pdf(f"BT /F1 9 Tf 14 TL 72 720 Td ({TEXT[0]}) Tj T* ({TEXT[1]}) Tj ET".encode())),
    ],
    ids=["docx", "odt", "pdf"],
)
def test_see_attached_is_offered_as_the_text_of_the_attachment(
    open_house: TestHouse, name: str, content: bytes
) -> None:
    """It waits, also where nothing else does; the moderator is told, and sees its beginning and the covering words."""
    raw = attach(mail("Hello, see attached.\n\nAna\n", subject=""), name, content)
    outcome, sent = send(open_house, raw)
    assert outcome == "held"
    post = newest(open_house)
    assert TEXT[0] in post.text
    assert TEXT[1] in post.text
    assert (post.source, post.hold_reasons) == (name, ["text-from-attachment"])
    assert "see attached" in post.cut
    assert post.title.startswith("We keep seeds in our village")
    notice = pick(sent, "held", MODERATOR).body
    assert f"its text was read from the attachment {name}" in " ".join(notice.split())
    assert TEXT[0][:40] in notice
    left_out = notice.partition("Left out (quotes, signature and the like):")[2]
    assert "Hello, see attached." in left_out
    assert f"We have taken the text from the attached file {name}." in " ".join(
        pick(sent, "receipt_held").body.split()
    )


def test_it_is_published_like_any_other_once_a_moderator_says_so(house: TestHouse) -> None:
    """The whole mail stays beside it, the attachment is named and not sent along."""
    _, sent = send(house, attach(mail("See attached.", subject="Seeds"), "seeds.docx", make_docx(*TEXT)))
    _, sent = say(house, pick(sent, "held"), "ok")
    publication = pick(sent, "contribution")
    assert publication.subject == "[#1] Seeds"
    assert TEXT[1][:50] in publication.body
    assert "Attached, not sent along: seeds.docx" in publication.body
    assert b"PK" not in publication.raw


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("scan.pdf", make_pdf(b""), "application/pdf"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000, "application/msword"),
        ("seeds.docx", b"\x89PNG\r\n\x1a\n", "application/octet-stream"),
        ("half.docx", make_docx(*TEXT)[:2_000], "application/octet-stream"),
        (
            "bomb.pdf",
            make_pdf(zlib.compress(b" " * 50_000_000, 9), filters="/FlateDecode"),
            "application/pdf",
        ),
        ("page.jpg", b"\xff\xd8\xff", "image/jpeg"),
    ],
)
@pytest.mark.parametrize("text", ["", "Please find my text attached."])
def test_what_cannot_be_read_is_held_and_its_author_asked(
    house: TestHouse, name: str, content: bytes, kind: str, text: str
) -> None:
    """The receipt asks for a text in the message itself; a reply with one becomes the text."""
    outcome, sent = send(house, attach(mail(text, subject="Seeds"), name, content, kind))
    assert outcome == "held"
    assert "attachment-only" in newest(house).hold_reasons
    receipt = pick(sent, "receipt_held")
    asked = " ".join(receipt.body.split())
    assert "we could not read what is attached" in asked
    assert "at least five lines of it: reply to this message" in asked
    assert "To change something" not in asked
    assert "Its author is asked to write the text" in " ".join(pick(sent, "held").body.split())
    outcome, sent = say(house, receipt, "\n".join(TEXT), ANA)
    assert outcome == "held"
    corrected = newest(house)
    assert corrected.text == "\n".join(TEXT)
    _, sent = say(house, pick(sent, "held"), "ok")
    assert TEXT[0][:50] in pick(sent, "contribution").body


def test_two_texts_in_attachments_that_cannot_be_read_are_two(house: TestHouse) -> None:
    """The covering words are the same, the texts are not."""
    for name in ("one", "two"):
        raw = attach(mail("See attached.", subject=name), f"{name}.pdf", make_pdf(name.encode()))
        assert send(house, raw)[0] == "held"


def test_a_text_of_its_own_with_a_report_attached_stays_what_it_is(open_house: TestHouse) -> None:
    """Nothing is opened."""
    raw = attach(mail("\n".join(TEXT), subject="Seeds"), "report.docx", make_docx("Another text."))
    outcome, sent = send(open_house, raw)
    assert outcome == "published"
    assert "Another text" not in pick(sent, "contribution").body


def test_a_short_answer_with_a_report_attached_stays_what_it_is(open_house: TestHouse) -> None:
    """The report is not the comment."""
    send(open_house, mail("\n".join(TEXT), subject="Seeds"))
    raw = attach(mail("This report agrees with you.", sender="ben@example.org", to="sse+c1-en@forum.example.org"), "report.pdf", make_pdf(b"BT ET"))  # fmt: skip
    assert open_house.post(raw, "sse+c1-en@forum.example.org") == ["comment"]


def test_a_translation_may_come_as_an_attachment(house: TestHouse) -> None:
    """Translators work in Word; the number is in the address."""
    _, sent = send(house, mail("\n".join(TEXT), subject="Seeds"))
    say(house, pick(sent, "held"), "ok")
    house.subscribe("eva@example.org", language="es")
    text = "Guardamos semillas en nuestra aldea y las compartimos cada primavera con quien nos pida algunas."
    raw = attach(mail("Va adjunta.", sender="eva@example.org", name="Eva", to="sse+t1-es@forum.example.org", subject="Semillas"), "semillas.odt", make_odt(f"<text:p>{text}</text:p>"))  # fmt: skip
    assert house.post(raw, "sse+t1-es@forum.example.org") == ["held"]
    notice = pick(house.outbox(), "held", "moderator-es@example.org")
    assert "archivo adjunto semillas.odt" in " ".join(notice.body.split())
    assert pick(say(house, notice, "ok")[1], "translation").subject == "[#1] Semillas"


def test_mail_to_three_lists_is_read_once(house: TestHouse) -> None:
    """And is one contribution."""
    read: list[int] = []

    def read_and_count(content: bytes) -> Document:
        read.append(len(content))
        return read_document(content)

    house.worker = worker_that_reads(house, read_and_count)
    raw = attach(mail("See attached.", subject="Seeds"), "seeds.docx", make_docx(*TEXT))
    assert house.post(raw, EN, ES, "sse-fr@forum.example.org") == ["held", "duplicate", "duplicate"]
    assert len(read) == 1


def test_no_transaction_is_open_while_a_document_is_read(house: TestHouse) -> None:
    """Somebody else can write meanwhile, on SQLite as well."""
    written = threading.Event()

    def write_beside(content: bytes) -> Document:
        with house.house.unit() as ctx:
            ctx.uow.people.subscribe("eva@example.org", "es")
            ctx.uow.commit()
        written.set()
        return Document("\n".join(TEXT))

    house.worker = worker_that_reads(house, write_beside)
    outcome, _ = send(house, attach(mail("See attached."), "seeds.docx", b"PK\x03\x04"))
    assert (outcome, written.is_set()) == ("held", True)


def test_automatic_mail_commands_and_decisions_open_nothing(house: TestHouse) -> None:
    """Only a text for the forum is worth a process."""

    def refuse(content: bytes) -> Document:
        raise AssertionError("opened")

    _, sent = send(house, mail("\n".join(TEXT), subject="Seeds"))
    house.worker = worker_that_reads(house, refuse)
    document = make_docx("Another text.")
    vacation = attach(mail("I am away.", auto_submitted="auto-replied"), "card.docx", document)
    assert house.post(vacation, EN) == ["automatic"]
    assert house.post(attach(mail("help", to="sse@forum.example.org"), "a.docx", document), "sse@forum.example.org") == ["command"]  # fmt: skip
    notice = pick(sent, "held")
    decision = attach(mail("ok", sender=MODERATOR, to=notice.header("Reply-To")), "card.docx", document)
    assert house.post(decision, notice.header("Reply-To")) == ["decision"]


def test_a_reader_that_fails_sets_the_mail_aside_and_the_next_goes_on(house: TestHouse) -> None:
    """Nothing is lost, nothing is half done."""

    def fail(content: bytes) -> Document:
        raise RuntimeError("nobody expected this")

    house.worker = worker_that_reads(house, fail)
    house.spool(attach(mail("See attached."), "seeds.docx", b"PK\x03\x04"), EN)
    house.spool(mail("\n".join(TEXT), subject="Another"), ES)
    house.worker.run_once()
    assert house.accounts() == {"shunted": 1, "held": 1}


def test_the_same_content_is_kept_once_under_a_name_of_ours(house: TestHouse) -> None:
    """Whoever sends it, and whatever they call it."""
    content = b"\x89PNG the same"
    for sender, name in ((ANA, "well.png"), ("ben@example.org", "../../etc/passwd\r\nBcc: eve@example.com")):
        raw = attach(
            mail(f"{sender}: {' '.join(TEXT)}", sender=sender), name.splitlines()[0], content, "image/png"
        )
        assert house.post(raw, EN) == ["held"]
    digest = hashlib.sha256(content).hexdigest()
    assert contents(house) == 1
    said = newest(house).attachments[0]
    assert said == {
        "name": ".._.._etc_passwd",
        "content_type": "image/png",
        "size": len(content),
        "hash": digest,
    }
    with house.house.unit() as ctx:
        assert ctx.uow.attachments.get_content(digest) == content
        with pytest.raises(KeyError):
            ctx.uow.attachments.get_content("0" * 64)
    assert make_file_name(digest, "image/png") == f"{digest}.png"


@pytest.mark.parametrize("kind", ["text/html", "application/x-msdownload", "image/svg+xml", "../sh", ""])
def test_a_file_name_ends_in_nothing_that_runs(kind: str) -> None:
    """A page, a program, a picture with scripts are bytes to us."""
    assert make_file_name("a" * 64, kind) == f"{'a' * 64}.bin"


@pytest.mark.parametrize("name", ["", "a" * 63, "A" * 64, "../" + "a" * 61, "a" * 64 + "\n"])
def test_a_file_name_is_made_of_a_hash_and_of_nothing_else(name: str) -> None:
    """What a sender writes cannot get there."""
    with pytest.raises(ValueError, match="not a hash"):
        make_file_name(name, "image/png")


def test_what_is_rejected_leaves_no_attachment(house: TestHouse) -> None:
    """Its mail is kept as it came, nothing else."""
    raw = attach(mail("seeds " * 5_000), "well.png", b"\x89PNG", "image/png")
    assert house.post(raw, EN) == ["rejected"]
    assert contents(house) == 0


def test_a_name_that_would_forge_a_header_stays_one_line(house: TestHouse) -> None:
    """Encoded words, line ends of every kind, overrides of the direction: nothing of it leaves as more than a name."""
    raw = attach(mail("See attached.", subject=""), "NAME.docx", make_docx(*TEXT)).replace(
        b'filename="NAME.docx"', b"filename*=utf-8''a%0D%0ABcc%3A%20eve%40example.com%E2%80%AE%E2%80%A8x.docx"
    )
    assert b"eve%40" in raw
    outcome, sent = send(house, raw)  # the checker reads every mail
    assert outcome == "held"
    assert newest(house).source == "a Bcc: eve@example.com x.docx"
    assert not any(re.search(rb"(?m)^Bcc:", sent_mail.raw) for sent_mail in sent)


def test_a_quoted_answer_shows_the_moderator_what_was_cut(house: TestHouse) -> None:
    """Under a heading of its own, after the text, in the notice's room."""
    quote = "".join(f"> quoted line {number} of somebody else's letter\n" for number in range(40))
    text = "\n\n".join(TEXT)
    _, sent = send(
        house, mail(f"{text}\n\nOn Mon, 9 Sep 2013 at 09:00, Ben <ben@example.org> wrote:\n{quote}")
    )
    notice = pick(sent, "held").body
    shown, _, left_out = notice.partition("Left out (quotes, signature and the like):")
    assert TEXT[1][:40] in shown
    assert "quoted line 3 of" in left_out
    assert left_out.rstrip().endswith("[…]")
    assert len(notice.encode()) <= 3_000


@pytest.mark.parametrize("length", range(0, 4_000, 230))
@pytest.mark.parametrize("quoted", [0, 30, 3_000])
def test_a_notice_keeps_its_room_whatever_is_cut(house: TestHouse, length: int, quoted: int) -> None:
    """The text has most of it, what was cut never less than a glance."""
    text = (
        "We keep the seeds. " * (length // 19) or "We keep seeds of maize and of beans, as our mothers did."
    )
    cut = "".join(f"> {number} quoted\n" for number in range(quoted // 12 + 1)) if quoted else ""
    _, sent = send(house, mail(f"{text}\n\nOn Mon, 9 Sep 2013 at 09:00, Ben <ben@example.org> wrote:\n{cut}" if cut else text))  # fmt: skip
    notice = pick(sent, "held").body
    assert len(notice.encode()) <= 3_000
    assert ("Left out" in notice) == bool(cut)
    if cut:
        assert "> 1 quoted" in notice


def worker_that_reads(house: TestHouse, read: ReadDocument) -> Worker:
    """The worker of a house, with another reader of documents."""
    inside = house.house
    return Worker(inside.unit, inside.now, lambda: None, read, inside.log)
