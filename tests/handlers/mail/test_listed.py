"""What a list server did to a post is undone, and nothing that is the author's goes with it."""

import os
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.headers import Mailbox
from handlers.mail.list_headers import ListName, find_list, is_administrative, is_distributed_by
from handlers.mail.listed import MAX_FOOTERS, clean_footer, clean_listed, clean_prefix, undo_list
from handlers.mail.parse import ParsedMail, parse_mail
from handlers.mail.rewritten import find_author
from tests.house import mail
from tests.listserver import GOOGLE_FOOTERS, LIST, MAILMAN_FOOTERS, SYMPA_FOOTER, google, mailman, sympa

MAIL = Path(os.environ.get("MANYVOICES_SHARED", Path(__file__).parents[4] / "shared")) / "mail"
LISTED = ListName(LIST, ("Le forum", "sse fr", "sse"))
ANA = Mailbox("Ana Souza", "ana@example.org")
TEXT = "Nous gardons des semences dans notre village.\n\nEt nous les partageons au printemps."
POST = mail(f"{TEXT}\n", to=LIST, subject="Semences", in_reply_to="<a@x>", references="<b@x> <a@x>")


def undo(raw: bytes) -> ParsedMail:
    return undo_list(raw, parse_mail(raw), LISTED)


@pytest.mark.parametrize(
    "raw",
    [
        *(mailman(POST, footer=footer) for footer in MAILMAN_FOOTERS),
        mailman(POST, munge="Reply-To"),
        mailman(POST, munge="Reply-To", via="par"),
        mailman(POST, munge="Reply-To", via="a través de", footer="es"),
        mailman(POST, munge="Cc"),
        mailman(POST, munge="Reply-To", wrap=True),
        mailman(POST, munge="Cc", wrap=True, footer="en"),
        sympa(POST),
        sympa(POST, munge=True),
        *(google(POST, munge=True, footer=footer) for footer in GOOGLE_FOOTERS),
        google(POST),
    ],
)
def test_a_post_comes_out_as_it_was_sent(raw: bytes) -> None:
    found = undo(raw)
    assert (found.subject, found.author, found.text.strip()) == ("Semences", ANA, TEXT)
    assert found.attachments == ()
    assert (found.in_reply_to, found.references) == (("<a@x>",), ("<b@x>", "<a@x>"))


def rich(*, attached: bool) -> bytes:
    message = EmailMessage()
    message["From"] = "Ana Souza <ana@example.org>"
    message["Subject"] = "Semences"
    message["Message-ID"] = "<rich@mail.example.org>"
    message.set_content(TEXT)
    message.add_alternative(f"<p>{TEXT}</p>", subtype="html")
    if attached:
        message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="carte.pdf")
    return message.as_bytes()


@pytest.mark.parametrize("attached", [False, True])
def test_a_footer_that_is_a_part_of_its_own_is_neither_text_nor_attachment(attached: bool) -> None:
    found = undo(mailman(rich(attached=attached)))
    assert found.text.strip() == TEXT
    assert [attachment.name for attachment in found.attachments] == (["carte.pdf"] if attached else [])


def test_a_footer_part_does_not_stand_in_for_the_text_of_an_html_mail() -> None:
    message = EmailMessage()
    message["From"] = "ana@example.org"
    message["Subject"] = "Semences"
    message.set_content("<p>Nous gardons des semences.</p>", subtype="html")
    assert undo(mailman(message.as_bytes())).text.strip() == "Nous gardons des semences."


def test_a_wrapped_mail_keeps_the_identifier_that_readers_know() -> None:
    wrapped = undo(mailman(POST, munge="Reply-To", wrap=True))
    assert wrapped.message_id.startswith("<wrapped.")
    assert dict(wrapped.headers)["Message-ID"] in wrapped.message_id.replace("wrapped.", "")


def test_a_wrapped_mail_keeps_the_marks_of_both() -> None:
    inner = mail(to=LIST, x_manyvoices_loop="other.example.net", auto_submitted="auto-replied")
    found = undo(mailman(inner, munge="Reply-To", wrap=True))
    assert found.loop == ("other.example.net",)
    assert found.auto_submitted == "auto-replied"


def test_a_mail_that_its_author_attached_is_not_taken_for_a_wrapped_one() -> None:
    message = EmailMessage()
    message["From"] = "ana@example.org"
    message["Subject"] = "Voyez"
    message.set_content("Voyez ceci.")
    message.add_attachment(parse_bytes(POST))
    found = undo(mailman(message.as_bytes()))
    assert found.author == Mailbox("", "ana@example.org")
    assert found.text.startswith("Voyez ceci.")


def parse_bytes(raw: bytes) -> EmailMessage:
    message = EmailMessage()
    parsed = parse_mail(raw)
    message["Subject"], message["From"] = parsed.subject, "ines@example.org"
    message.set_content(parsed.text)
    return message


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [
        ("[sse-fr] Semences", "Semences"),
        ("[Sse-fr 123] Semences", "Semences"),
        ("[SSE-FR:0123] Re: Semences", "Re: Semences"),
        ("Re: [sse-fr] Semences", "Re: Semences"),
        ("Re : [sse-fr] TR: [sse-fr] Semences", "Re : TR: Semences"),
        ("[SSE fr] Semences", "Semences"),
        ("[Le Forum] Traduction de n° 3", "Traduction de n° 3"),
        ("[#12] [sse-fr] Semences", "[#12] Semences"),
        ("[sse-fr] [#12] Semences", "[#12] Semences"),
        ("[urgent] Semences", "[urgent] Semences"),
        ("[#12] Semences", "[#12] Semences"),
        ("Semences [sse-fr]", "Semences [sse-fr]"),
        ("[sse-en] Semences", "[sse-en] Semences"),
        ("", ""),
        ("[sse-fr]", ""),
    ],
)
def test_the_prefix_of_the_list_is_taken_off_and_no_other(subject: str, wanted: str) -> None:
    assert clean_prefix(subject, LISTED) == wanted


def test_a_list_whose_name_ends_with_a_figure_is_known() -> None:
    assert clean_prefix("[sse-2013] Semences", ListName("sse-2013@lists.example.net")) == "Semences"
    assert clean_prefix("[sse-2013 7] Semences", ListName("sse-2013@lists.example.net")) == "Semences"


def author(headers: str) -> Mailbox | None:
    return find_author(parse_mail(f"{headers}\n\nx".encode()), LISTED)


@pytest.mark.parametrize(
    "headers",
    [
        f"From: Ana Souza via Sse-fr <{LIST}>\nReply-To: Ana Souza <ana@example.org>",
        f"From: Ana Souza via Sse-fr <{LIST}>\nReply-To: ana@example.org, {LIST}",
        f"From: Ana Souza via Sse-fr <{LIST}>\nReply-To: Bureau <office@example.org>, Ana Souza <ana@example.org>",
        f"From: Ana Souza via Sse-fr <{LIST}>\nReply-To: {LIST}\nCc: Bo <bo@example.org>, Ana Souza <ana@example.org>",
        f"From: Ana Souza via Sse-fr <{LIST}>\nCc: bo@example.org, ana@example.org\nX-MailFrom: ana@example.org",
        f"From: Ana Souza via Sse-fr <{LIST}>\nX-MailFrom: ana@example.org",
        f"From: Ana Souza via Sse-fr <{LIST}>\nX-MailFrom: forged@example.net\nX-MailFrom: ana@example.org",
        f"From: \"'Ana Souza' via Group\" <{LIST}>\nX-Original-From: Ana Souza <ana@example.org>",
        f"From: Ana Souza via liste <{LIST}>\nOriginal-From: Ana Souza <ana@example.org>",
        f"From: =?utf-8?q?=C2=AB_Ana_Souza_=C2=BB_via_liste?= <{LIST}>\nReply-To: ana@example.org",
        f'From: "Ana Souza" (via sse-fr Mailing List) <{LIST}>\nX-Original-From: ana@example.org',
        f'From: "Ana Souza (ana@example.org via sse-fr Mailing List)" <{LIST}>\nReply-To: ana@example.org',
        f'From: "Sse-fr (on behalf of Ana Souza)" <{LIST}>\nReply-To: ana@example.org',
        f"From: Ana Souza par Sse-fr <{LIST}>\nReply-To: ana@example.org",
        "From: Ana Souza via lists.example.net <ana=example.org@lists.example.net>",
    ],
)
def test_the_author_behind_a_rewritten_from_is_found(headers: str) -> None:
    assert author(headers) == ANA


def test_an_author_whom_the_list_does_not_tell_has_a_name_and_no_address() -> None:
    assert author(f"From: Ana via Sse-fr <{LIST}>\nReply-To: {LIST}\nCc: Bo <bo@example.org>") == Mailbox(
        "Ana", ""
    )
    assert author(f"From: Sse-fr <{LIST}>") == Mailbox("", "")
    assert author(f"From: {LIST}\nReply-To: sse-fr-owner@lists.example.net") == Mailbox("", "")


def test_an_author_without_a_name_is_shown_without_one() -> None:
    said = f"From: ana--- via Sse-fr <{LIST}>\nCc: bo@example.org, ana@example.org"
    assert author(said) == Mailbox("", "ana@example.org")


def test_a_name_that_holds_such_a_word_stays() -> None:
    assert author(f"From: Jo par le monde <{LIST}>") == Mailbox("Jo par le monde", "")


def test_a_from_that_the_list_left_alone_is_believed_whatever_else_is_said() -> None:
    said = "From: Ana Souza <ana@example.org>\nReply-To: x@example.net\nX-Original-From: y@example.net\nX-MailFrom: z@x"
    assert author(said) == ANA


def test_the_address_of_an_author_is_one_address() -> None:
    found = author(f"From: Ana via Sse-fr <{LIST}>\nX-Original-From: a@example.org\\r\\nBcc: b@example.net")
    assert found is not None
    assert "\n" not in found.email
    assert found.email.count("@") <= 1


@pytest.mark.parametrize("footer", [*MAILMAN_FOOTERS.values(), SYMPA_FOOTER, *GOOGLE_FOOTERS.values()])
def test_a_footer_below_a_signature_leaves_the_signature(footer: str) -> None:
    text = f"{TEXT}\n\n-- \nAna Souza\nVillage des Érables\n"
    assert clean_footer(f"{text}{footer}", LISTED) == text.rstrip()


@pytest.mark.parametrize(
    "text",
    [
        f"{TEXT}\n\nPour vous désinscrire, écrivez à sse-fr-leave@lists.example.net",
        f"{TEXT}\n\n-- \nAna Souza, {LIST}",
        f"{TEXT}\n\n-----\nPour se désabonner : https://other.example.org/",
        f"{MAILMAN_FOOTERS['fr']}\n{TEXT}\n" + "Une ligne.\n" * 30,
        "",
        " \n \n",
        "-----",
    ],
)
def test_what_may_be_the_authors_stays(text: str) -> None:
    assert clean_footer(text, LISTED) == text


def test_more_footers_than_any_mail_has_are_left_alone() -> None:
    text = TEXT + f"\n{MAILMAN_FOOTERS['fr']}" * (MAX_FOOTERS + 1)
    assert clean_footer(text, LISTED) == text
    assert clean_footer(TEXT + f"\n{MAILMAN_FOOTERS['fr']}" * 3, LISTED) == TEXT


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ("List-Id: <sse-fr.lists.example.net>", True),
        ("List-Id: Le forum <SSE-FR.lists.example.net>", True),
        ("List-Post: <mailto:sse-fr@lists.example.net>", True),
        ("List-Post: <https://groups.example.net/post>,\n <mailto:sse-fr@lists.example.net?subject=x>", True),
        ("List-Id: <sse-en.lists.example.net>", False),
        ("List-Id: <sse-fr.lists.example.net.example.org>", False),
        ("List-Id: <sse-fr.lists.example.net> <other.example.org>", False),
        ("List-Post: NO", False),
        ("List-Help: <mailto:sse-fr@lists.example.net>", False),
        ("Subject: [sse-fr] List-Id: <sse-fr.lists.example.net>", False),
    ],
)
def test_a_list_is_known_by_its_identifier_or_its_posting_address(headers: str, wanted: bool) -> None:
    assert is_distributed_by(parse_mail(f"{headers}\n\nx".encode()), LIST) is wanted


def test_an_archive_names_its_list_itself() -> None:
    assert find_list(parse_mail(mailman(POST))) == ListName(LIST)
    assert find_list(parse_mail(b"List-Id: <sse-fr.lists.example.net>\n\nx")) == ListName(LIST)
    assert find_list(parse_mail(POST)) is None


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ("From: sse-fr-request@lists.example.net", True),
        ("From: sse-fr-confirm+abc@lists.example.net", True),
        ("From: SYMPA <sympa@lists.example.net>", True),
        ("From: sse-fr-owner@lists.example.net\nX-List-Administrivia: yes", True),
        (f"From: {LIST}\nSubject: Digest for {LIST} - 3 updates in 2 topics", True),
        ("From: ana@example.org\nContent-Type: multipart/digest; boundary=b", True),
        ("From: ana@example.org", False),
        ("From: sympa@example.org", False),
        (f"From: Ana via Sse-fr <{LIST}>", False),
    ],
)
def test_what_the_server_itself_writes_is_told_from_posts(headers: str, wanted: bool) -> None:
    assert is_administrative(parse_mail(f"{headers}\n\nx".encode()), LIST) is wanted


PIECES = st.sampled_from(
    [
        "[sse-fr]", "[sse-fr 7]", "[#12]", "[t3]", "[x]", "Re:", "TR :", "Fwd: ", " ", "r", "a", "[", "]", "12", ":",
        "\n", "\n\n", "-- \n", "--", "_____", "=====\n", LIST, "unsubscribe", MAILMAN_FOOTERS["fr"], SYMPA_FOOTER,
        "via Sse-fr", "par", "(", ")", "'", "@", "ana=example.org", "sse-fr=lists.example.net", ",", "<", ">",
    ]
)  # fmt: skip
WILD = st.lists(PIECES | st.text(max_size=5), max_size=14).map("".join)
PLAIN = parse_mail(POST)


@given(
    WILD, WILD, WILD, st.sampled_from([LIST, "ana@example.org", "a=b.example.org@lists.example.net"]), WILD
)
def test_undoing_twice_is_undoing_once(subject: str, text: str, name: str, email: str, answer: str) -> None:
    touched = replace(
        PLAIN,
        subject=subject,
        text=text,
        author=Mailbox(name, email),
        headers=(("Reply-To", answer), ("X-Original-From", answer)),
    )
    once = clean_listed(touched, LISTED)
    assert clean_listed(once, LISTED) == once


@given(st.text(), st.text(), st.text())
def test_a_mail_that_no_list_touched_comes_back_unchanged(subject: str, text: str, name: str) -> None:
    untouched = replace(PLAIN, subject=subject, text=text, author=Mailbox(name, "ana@example.org"))
    assert clean_listed(untouched, LISTED) == untouched


KINDS = [
    "multipart/mixed; boundary=b",
    "message/rfc822",
    "text/plain; charset=punycode",
    "multipart/mixed",
    "",
]


@given(st.binary(max_size=2_000), st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_undoing_is_total(body: bytes, kind: str, inner: str) -> None:
    head = f"From: x via y <{LIST}>\nContent-Type: {kind}\n\n--b\nContent-Type: {inner}\n\n"
    undo(head.encode() + body + f"\n--b\n\n{MAILMAN_FOOTERS['en']}--b--\n".encode())


def test_hostile_and_real_mail_is_undone_without_an_exception() -> None:
    if not MAIL.is_dir():
        pytest.skip(f"no mail at {MAIL}")
    for path in sorted(MAIL.glob("*/**/*.eml")):
        raw = path.read_bytes()
        for head in (b"", f"From: x via y <{LIST}>\r\n".encode()):
            found = undo(head + raw)
            assert head or found == parse_mail(raw), path.name


def test_the_worst_texts_are_read_in_time() -> None:
    for text in (
        "-----\n" * 50_000,
        f"{LIST} unsubscribe\n-----\n" * 30_000,
        "https://sse" * 50_000,
        " " * 200_000,
    ):
        assert clean_footer(text, LISTED) is not None
        assert clean_prefix(text[:8_192], LISTED) is not None
