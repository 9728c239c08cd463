"""The web port: whether the forum is well, its figures, and the pages behind the links that have a button."""

import asyncio
import http.client
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bridge.daemon import Daemon
from bridge.edge import EdgeError
from bridge.smarthost import MaildirSmarthost, open_smarthost
from bridge.web.edge import WebEdge
from bridge.wiring import make_edges, make_relay
from handlers.linking.matching import Found
from store.spool import Spool
from tests.handlers.telling import like, listen
from tests.house import FORUM, TestHouse, answer, mail
from tests.sink import Sink

WEB = FORUM.replace(
    'smtp = "127.0.0.1:0"',
    'smtp = "127.0.0.1:0"\nweb = "127.0.0.1:0"\nbase_url = "https://forum.example.org"',
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path, WEB)
    yield house
    house.close()


def ask(
    place: str, path: str, method: str = "GET", **headers: str
) -> tuple[int, str, "http.client.HTTPMessage"]:
    """Status, text and headers of an answer."""
    host, _, port = place.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, answer.headers


async def visit(
    house: TestHouse, path: str, method: str = "GET", *, ended: tuple[str, ...] = (), **headers: str
) -> tuple[int, str, "http.client.HTTPMessage"]:
    """Ask the web edge alone, with a real spool behind it."""
    spool = Spool(house.house.database, lambda: None)
    spool.start()
    edge = next(
        edge for edge in make_edges(house.house, spool, lambda: list(ended)) if isinstance(edge, WebEdge)
    )
    place = await edge.start()
    try:
        return await asyncio.to_thread(ask, place, path, method, **headers)
    finally:
        await edge.stop()
        spool.stop()


def test_a_forum_that_runs_is_well(house: TestHouse, tmp_path: Path) -> None:
    async def dialogue() -> tuple[int, str]:
        daemon = Daemon(house.house, MaildirSmarthost(tmp_path / "out"))
        ports = await daemon.start()
        assert ports.web is not None
        try:
            status, text, _ = await asyncio.to_thread(ask, ports.web, "/healthz")
        finally:
            await daemon.stop()
        assert daemon.list_ended() == ["spool", "worker", "relay"]
        return status, text

    assert asyncio.run(dialogue()) == (200, "ok\n")


def test_a_role_that_has_ended_is_named(house: TestHouse) -> None:
    status, text, _ = asyncio.run(visit(house, "/healthz", ended=("worker",)))
    assert (status, text) == (503, "worker\n")


def test_mail_that_nobody_handles_for_a_quarter_of_an_hour_is_no_health(house: TestHouse) -> None:
    house.spool(mail(), "sse-en@forum.example.org")
    assert asyncio.run(visit(house, "/healthz"))[0] == 200
    house.wait(minutes=16)
    assert asyncio.run(visit(house, "/healthz"))[:2] == (503, "waiting\n")


def test_the_figures_add_up_as_reconcile_does(house: TestHouse) -> None:
    house.subscribe("luz@example.org", language="es")
    house.post(mail(), "sse-en@forum.example.org", "sse-fr@forum.example.org")
    house.spool(mail(subject="Another"), "sse-en@forum.example.org")
    house.wait(seconds=30)
    status, text, headers = asyncio.run(visit(house, "/metrics"))
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["manyvoices_accepted_total",] == 3
    assert sum(value for name, value in samples.items() if name[0] == "manyvoices_deliveries") == 3
    assert samples["manyvoices_deliveries", "waiting"] == 1
    assert samples["manyvoices_oldest_waiting_seconds",] == 30
    assert samples["manyvoices_held",] == 1
    assert samples["manyvoices_subscriptions", "es", "active"] == 1
    assert "example.org" not in text


def test_a_port_that_is_taken_is_one_clear_line(house: TestHouse) -> None:
    async def dialogue() -> None:
        edge = WebEdge(lambda *_: None, "127.0.0.1:0")  # type: ignore[arg-type, return-value]
        place = await edge.start()
        try:
            with pytest.raises(
                EdgeError, match=r"^web: cannot listen on 127\.0\.0\.1:\d+: Address already in use$"
            ):
                await WebEdge(lambda *_: None, place).start()  # type: ignore[arg-type, return-value]
        finally:
            await edge.stop()

    asyncio.run(dialogue())


@pytest.mark.parametrize("path", ["/", "/u/", "/u/x%0d%0ay", "/u/..%2f..", "/u/" + "a" * 2000, "/metrics/x"])
def test_other_paths_are_not_found_and_say_nothing_of_the_program(house: TestHouse, path: str) -> None:
    status, text, headers = asyncio.run(visit(house, path))
    assert status == 404
    assert "Traceback" not in text
    assert headers["Server"] is None


LINK = "/u/" + "a" * 5 + "-" + "b" * 16


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_only_looks_at_a_link_changes_nothing(house: TestHouse, method: str) -> None:
    house.subscribe("luz@example.org", language="es")
    link = leave_link(house)
    before = house.accounts()
    status, text, headers = asyncio.run(visit(house, link, method, **{"Accept-Language": "es-ES,es;q=0.9"}))
    assert status == 200
    assert headers["Content-Language"] == "es"
    assert ("Darse de baja" in text) is (method == "GET")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert house.accounts() == before


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_a_page_is_written_in_the_direction_of_its_language(
    tmp_path: Path, language: str, direction: str
) -> None:
    house = TestHouse(
        tmp_path, WEB.replace('"es"', '"ar"').replace("sse-es@", "sse-ar@").replace(" es =", " ar =")
    )
    try:
        _, text, headers = asyncio.run(visit(house, LINK, **{"Accept-Language": language}))
    finally:
        house.close()
    assert headers["Content-Language"] == language
    assert f'<html lang="{language}" dir="{direction}">' in text


def leave_link(house: TestHouse) -> str:
    """The page in a copy that Luz gets."""
    house.post(mail(to="sse-es@forum.example.org"), "sse-es@forum.example.org")
    raw, address = answer(house.one("held"), "ok", sender="moderator-es@example.org")
    house.post(raw, address, mail_from="moderator-es@example.org")
    sink: list[bytes] = []

    async def send() -> None:
        async with Sink().listen() as there:
            relay = make_relay(house.house, open_smarthost(there.url, {}, hostname="forum.example.org"))
            await relay.send_due()
            await relay.stop()
            sink.extend(one.content for one in there.received if "luz@example.org" in one.rcpt_tos)

    asyncio.run(send())
    copy = message_from_bytes(
        next(raw for raw in sink if b"List-Unsubscribe-Post" in raw), policy=policy.default
    )
    return str(copy["List-Unsubscribe"]).split(">")[0].removeprefix("<https://forum.example.org")


def test_one_click_leaves_the_list_and_tells_the_reader(house: TestHouse) -> None:
    house.subscribe("luz@example.org", language="es")
    link = leave_link(house)
    house.outbox()
    status, text, _ = asyncio.run(visit(house, link, "POST"))
    assert status == 200
    assert "You will no longer receive" in text
    house.tick(house.now)
    with house.house.unit() as ctx:
        assert ctx.uow.people.languages("luz@example.org") == ()
    assert [sent.recipients for sent in house.outbox()] == [("luz@example.org",)]


def test_a_link_that_we_did_not_sign_takes_nobody_off(house: TestHouse) -> None:
    house.subscribe("luz@example.org", language="es")
    assert asyncio.run(visit(house, LINK, "POST"))[0] == 200
    house.tick(house.now)
    with house.house.unit() as ctx:
        assert ctx.uow.people.languages("luz@example.org") == ("es",)
    assert house.outbox() == []


BANK = "In our village the seed bank has twenty-nine kinds of maize, which each family shares in spring."
BANQUE = "Dans notre village la banque de semences garde vingt-neuf sortes de maïs, que chacun partage."


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[tuple[TestHouse, str]]:
    """A forum without moderation where a French text was joined to no. 1 unasked, and the page of its notice."""
    house = TestHouse(tmp_path, WEB.replace('moderation = "all"', 'moderation = "none"'))
    matcher = listen(house)
    house.post(mail(BANK, subject="The seed bank"), "sse-en@forum.example.org")
    matcher.finds = lambda near: Found(like(near, "seed bank", 0.99))
    house.post(mail(BANQUE, to="sse-fr@forum.example.org", subject="Semences"), "sse-fr@forum.example.org")
    notice = house.one("linked", "moderator-fr@example.org")
    link = next(word for word in notice.body.split() if word.startswith("https://forum.example.org/l/"))
    yield house, link.removeprefix("https://forum.example.org")
    house.close()


def is_joined(house: TestHouse) -> bool:
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(1)
        assert found is not None
        return len(ctx.uow.contributions.list_published(found.id or 0)) == 2


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_who_only_looks_at_the_page_of_a_link_separates_nothing(
    joined: tuple[TestHouse, str], method: str
) -> None:
    house, link = joined
    before = house.accounts()
    status, text, headers = asyncio.run(visit(house, link, method, **{"Accept-Language": "fr"}))
    assert status == (200 if method in ("GET", "HEAD") else 405)
    assert ("Séparer les deux textes" in text) is (method == "GET")
    if status == 200:
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
    house.tick(house.now)
    assert house.accounts() == before
    assert is_joined(house)


def test_the_button_separates_once_and_tells_its_moderator(joined: tuple[TestHouse, str]) -> None:
    house, link = joined
    status, text, _ = asyncio.run(visit(house, link, "POST", **{"Accept-Language": "fr"}))
    assert status == 200
    assert "Nous séparons les deux textes" in text
    house.tick(house.now)
    assert not is_joined(house)
    told = house.one("decision")
    assert told.recipients == ("moderator-fr@example.org",)
    assert told.subject.startswith("Séparé")
    house.wait(seconds=1)
    assert asyncio.run(visit(house, link, "POST"))[0] == 200
    house.tick(house.now)
    assert house.one("decision").subject.startswith("Rien à séparer")


@pytest.mark.parametrize(
    "token", ["", "a" * 25, "a" * 27, "a" * 25 + "1", "a" * 13 + "%0d%0a" + "a" * 11, "..%2fu"]
)
def test_a_link_that_is_not_whole_shows_no_button(joined: tuple[TestHouse, str], token: str) -> None:
    house, _ = joined
    for method in ("GET", "POST"):
        status, text, _ = asyncio.run(visit(house, f"/l/{token}", method))
        assert (status, "<button>" in text) == (404, False)
    house.tick(house.now)
    assert is_joined(house)


def test_a_token_that_we_did_not_give_separates_nothing(joined: tuple[TestHouse, str]) -> None:
    house, _ = joined
    assert asyncio.run(visit(house, "/l/" + "a" * 26, "POST"))[0] == 200
    house.tick(house.now)
    assert is_joined(house)
    assert house.outbox() == []
