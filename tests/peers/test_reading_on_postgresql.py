"""Reading by mail on a real PostgreSQL: parts, lists, one's own texts, files, and what does not fit and is undone."""

from tests.handlers.test_attachment_by_mail import PDF, files_of, publish_with
from tests.handlers.test_next import LONG, OTHER, part_of
from tests.handlers.translating import BO, CARO, TROIS, flat, publish, reply, say
from tests.house import TestHouse


def test_a_reader_fetches_lists_and_takes_back(house: TestHouse) -> None:
    house.subscribe(CARO, language="en")
    publish(house, LONG, sender=BO, subject="Seeds")
    assert "part 2 of 3" in say(house, "next", CARO)[0].body
    publish(house, OTHER, subject="Another", sender=CARO)
    publish(house, "\n\n".join(TROIS), "sse-fr+t1@forum.example.org", sender=CARO, subject="Semences")
    (told,) = say(house, "get 1\nget 2\nlist", BO)
    assert "\n  get 2\n" in told.body
    assert part_of(say(house, "next", BO)[0])[0].startswith("word")
    body = flat(say(house, "list\ncounts\nphases\nmine", CARO)[0].body)
    assert "no. 1 · Seeds · Ana Souza · English, French" in body
    assert "1 contribution in English and French" in body
    assert "no. 1 · Semences · translation into French · published" in body
    publish_with(house, ("one.pdf", PDF, "application/pdf"))
    assert files_of(say(house, "attachment 3 1", CARO)[0]) == [("no3-1.pdf", "application/pdf", PDF)]
    (asked,) = say(house, "withdraw 1 fr", CARO)
    reply(house, asked, "", CARO)
    house.outbox()
    assert "3 contributions in English only" in say(house, "counts", CARO)[0].body
    assert house.accounts()
