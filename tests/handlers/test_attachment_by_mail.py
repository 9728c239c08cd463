"""A file that came along with a text, by mail: to whoever is known here, under a name of ours, and never run."""

from email.message import EmailMessage
from typing import cast

import pytest

from handlers.attached import HEAVY, HEAVY_A_DAY, LARGE, LARGEST
from tests.documents import attach
from tests.handlers.steps import purge
from tests.handlers.translating import BO, CARO, EN, approve, flat, new_id, publish, reply, say
from tests.house import Sent, TestHouse, mail

PDF = b"%PDF-1.4 seeds"
TEXT = "We keep seeds in our village, and share them each spring.\n" * 3


def publish_with(
    house: TestHouse, *files: tuple[str, bytes, str], to: str = EN, text: str = TEXT
) -> list[Sent]:
    raw = mail(text, to=to, message_id=new_id(house))
    for name, content, kind in files:
        raw = attach(raw, name, content, kind)
    house.post(raw, to)
    return approve(house)


def text_of(sent: Sent) -> str:
    body = sent.message.get_body()
    assert body is not None
    return flat(body.get_content())


def files_of(sent: Sent) -> list[tuple[str | None, str, bytes]]:
    return [
        (part.get_filename(), part.get_content_type(), cast(bytes, part.get_payload(decode=True)))
        for part in cast(EmailMessage, sent.message).iter_attachments()
    ]


@pytest.fixture(autouse=True)
def readers(house: TestHouse) -> None:
    house.subscribe(BO, language="en")


@pytest.mark.parametrize(
    "line", ["attachment 12 1", "attachment 12", "Adjunto nº 12 1", "pièce jointe 12 1", "anexo 12"]
)
def test_a_file_is_sent_as_it_came_under_a_name_of_ours(house: TestHouse, line: str) -> None:
    publish_with(house, ("Our seeds.pdf", PDF, "application/pdf"))
    (sent,) = say(house, line.replace("12", "1"))
    assert (sent.kind, sent.recipients) == ("attachment", (BO,))
    assert files_of(sent) == [("no1-1.pdf", "application/pdf", PDF)]
    assert "Our seeds.pdf" in text_of(sent)
    assert sent.header("Auto-Submitted") == "auto-replied"


def test_the_list_and_get_say_how_to_fetch_a_file(house: TestHouse) -> None:
    passed_on = next(
        sent
        for sent in publish_with(house, ("Our seeds.pdf", PDF, "application/pdf"))
        if sent.kind == "contribution"
    )
    for sent in (passed_on, say(house, "get 1")[0]):
        assert "Our seeds.pdf (14 bytes)" in flat(sent.body)
        assert 'send "attachment 1 1" to sse@forum.example.org' in flat(sent.body)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("page.html", "text/html"),
        ("drawing.svg", "image/svg+xml"),
        ("run.exe", "application/x-msdownload"),
        ("run.exe", "application/octet-stream"),
        ("page.xhtml", "application/xhtml+xml"),
        ("meeting.ics", "text/calendar"),
        ("script.js", "application/javascript"),
    ],
)
def test_what_a_program_would_run_or_show_is_sent_as_bytes(house: TestHouse, name: str, kind: str) -> None:
    publish_with(house, (name, b"<script>alert(1)</script>", kind))
    ((found, content_type, content),) = files_of(say(house, "attachment 1")[0])
    assert content_type == "application/octet-stream"
    assert found in ("no1-1.bin", "no1-1.ics")
    assert content == b"<script>alert(1)</script>"


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename="b.exe',
        "a.pdf\r\n Bcc: evil@example.org",
        "../../../etc/passwd",
        "=?utf-8?q?=0D=0ABcc=3A_evil=40example.org?=",
        "\u202efdp.exe",
        "x" * 300 + ".pdf",
    ],
)
def test_no_name_of_a_file_writes_a_header_or_a_path(house: TestHouse, name: str) -> None:
    raw = mail(TEXT, message_id=new_id(house)).replace(
        b"Content-Type: text/plain", b'Content-Type: multipart/mixed; boundary="x"\r\nX-Was: text/plain', 1
    )
    head, _, body = raw.partition(b"\r\n\r\n")
    quoted = name.replace("\\", "").replace('"', '\\"')
    raw = (
        head
        + b"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n"
        + body
        + f'--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="{quoted}"\r\n\r\n'.encode()
        + PDF
        + b"\r\n--x--\r\n"
    )
    house.post(raw, EN)
    approve(house)
    (sent,) = say(house, "attachment 1")
    ((found, _, _),) = files_of(sent)
    assert found == "no1-1.pdf"
    assert b"\r\nBcc" not in sent.raw
    assert "\u202e" not in text_of(sent)


def test_of_several_files_the_one_that_is_named_is_sent(house: TestHouse) -> None:
    publish_with(house, ("one.pdf", PDF, "application/pdf"), ("two.csv", b"a,b\r\n", "text/csv"))
    (told,) = say(house, "attachment 1")
    assert told.kind == "answers"
    assert "attachment 1 1 · one.pdf" in told.body
    assert "attachment 1 2 · two.csv" in told.body
    assert files_of(say(house, "attachment 1 2")[0]) == [("no1-2.csv", "text/csv", b"a,b\r\n")]


def test_in_answer_to_a_text_its_number_need_not_be_said(house: TestHouse) -> None:
    publish(house)
    publish(house, "Another text, without a file.", subject="Another")
    passed_on = next(
        sent
        for sent in publish_with(house, ("a.pdf", PDF, "application/pdf"), ("b.pdf", b"B", "application/pdf"))
        if sent.kind == "contribution"
    )
    assert reply(house, passed_on, "attachment 2") == ["command"]
    assert files_of(house.one("attachment")) == [("no3-2.pdf", "application/pdf", b"B")]


def test_a_file_of_the_original_is_found_by_readers_of_a_translation(house: TestHouse) -> None:
    house.subscribe(CARO, language="fr")
    publish_with(house, ("one.pdf", PDF, "application/pdf"))
    publish_with(house, to="sse-fr+t1@forum.example.org", text="Nous gardons des semences.")
    assert files_of(say(house, "pièce jointe 1", CARO)[0])[0][2] == PDF
    publish_with(
        house,
        ("deux.pdf", b"FR", "application/pdf"),
        to="sse-fr+t1@forum.example.org",
        text="Nous gardons des semences dans notre village.",
    )
    assert files_of(say(house, "pièce jointe 1", CARO)[0])[0][2] == b"FR"
    assert files_of(say(house, "attachment 1 1 en", CARO)[0])[0][2] == PDF


def test_a_stranger_gets_one_line_and_no_file(house: TestHouse) -> None:
    publish_with(house, ("one.pdf", PDF, "application/pdf"))
    (told,) = say(house, "attachment 1 1", CARO)
    assert told.kind == "answers"
    assert "only to people who are on one of our lists" in flat(told.body)
    assert not told.message.is_multipart()
    assert say(house, "attachment 1 1", CARO) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("attachment 9 1", "no published contribution"),
        ("attachment 1 7", "attachment 1 1 · one.pdf"),
        ("attachment 2", "No file came along with no. 2"),
    ],
)
def test_what_is_not_there_is_said(house: TestHouse, line: str, says: str) -> None:
    publish_with(house, ("one.pdf", PDF, "application/pdf"))
    publish(house, "Another text, without a file.", subject="Another")
    assert says in flat(say(house, line)[0].body)


def test_a_held_text_gives_no_file_away(house: TestHouse) -> None:
    publish(house)
    house.post(
        attach(mail(TEXT, to="sse-en+c1@forum.example.org", subject="Re"), "one.pdf", PDF, "application/pdf"),
        "sse-en+c1@forum.example.org",
    )
    house.outbox()
    assert say(house, "attachment 2 1")[0].kind == "answers"


def test_a_large_file_is_sent_once_its_reader_wants_it_all_the_same(house: TestHouse) -> None:
    content = bytes(range(256)) * (LARGE // 256 + 1)
    publish_with(house, ("photo.jpg", content, "image/jpeg"))
    (asked,) = say(house, "attachment 1 1")
    assert (asked.kind, len(asked.raw) < 2_000) == ("confirm_attachment", True)
    assert "101 kB" in flat(asked.body)
    assert say(house, "attachment 1") == []
    assert reply(house, asked, "", sender=CARO) == ["command"]
    assert house.outbox() == []
    reply(house, asked, "")
    assert files_of(house.one("attachment")) == [("no1-1.jpg", "image/jpeg", content)]
    reply(house, asked, "yes")
    assert house.outbox() == []


def test_a_file_that_no_server_would_take_is_not_sent(house: TestHouse) -> None:
    publish_with(house, ("film.mp4", b"x" * (LARGEST + 1), "video/mp4"))
    (told,) = say(house, "attachment 1 1")
    assert "too large to be sent by mail" in flat(told.body)


def test_a_forged_sender_brings_nobody_more_than_a_few_heavy_files(house: TestHouse) -> None:
    publish_with(house, ("photo.jpg", b"x" * (HEAVY + 1), "image/jpeg"))
    sent = [kept for _ in range(HEAVY_A_DAY + 3) for kept in say(house, "attachment 1 1")]
    assert [kept.kind for kept in sent] == ["attachment"] * HEAVY_A_DAY + ["answers"]
    house.wait(days=1)
    assert [kept.kind for kept in say(house, "attachment 1 1")] == ["attachment"]


def test_one_mail_brings_at_most_three_files(house: TestHouse) -> None:
    publish_with(house, *((f"{n}.pdf", f"file {n}".encode(), "application/pdf") for n in range(6)))
    sent = say(house, "\n".join(f"attachment 1 {n}" for n in range(1, 7)))
    assert [kept.kind for kept in sent].count("attachment") == 3


def test_a_file_is_kept_in_the_outbox_no_longer_than_it_takes_to_send_it(house: TestHouse) -> None:
    publish_with(house, ("one.pdf", PDF, "application/pdf"))
    (sent,) = say(house, "attachment 1 1")
    purge(house)
    assert reply(house, sent, "Thank you!\n\ncounts") == ["command"]
    (told,) = house.outbox()
    assert "The forum in figures" in told.body


def test_an_answer_to_a_mail_with_a_file_is_read_without_the_file(house: TestHouse) -> None:
    publish_with(house, ("one.pdf", PDF * 5_000, "application/pdf"))
    (sent,) = say(house, "attachment 1 1")
    assert reply(house, sent, "counts") == ["command"]
    assert "The forum in figures" in house.one("answers").body
