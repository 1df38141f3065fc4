"""What is held by design is told apart from a hit by its kind and its place, both."""

import pytest
from prove.making import EMAIL, MARK, some_canaries

from keepless.prove import places
from keepless.prove.search import Search
from keepless.prove.watcher import watching
from keepless.prove.workspace import workspace


@pytest.fixture
def place(monkeypatch):
    monkeypatch.setattr(places, "new_elsewhere", lambda _since, **_but: ([], True))  # other programs' files
    with workspace() as made:
        yield made


def look(place, gone=()):
    with watching(place.watched, place.person) as watcher:
        search = Search(place, some_canaries(), watcher, since=2**40)
        search.once_stopped(gone)
    return search


def hits(search):
    return [(hit.place, hit.label) for look in search.looks for hit in look.hits]


def test_an_email_in_the_database_is_held_by_design(place):
    (place.database / "table").write_text(EMAIL, encoding="utf-8")
    search = look(place)
    assert search.looks[0].by_design == {places.DATABASE: 1}
    assert (places.DATABASE, "e-mail 1") not in hits(search)


@pytest.mark.parametrize("folder", ["logs", "audit", "valkey", "home", "tmp", "run"])
def test_an_email_anywhere_else_is_a_hit(place, folder):
    (place.server / folder / "file").write_text(EMAIL, encoding="utf-8")
    assert "e-mail 1" in [label for _, label in hits(look(place))]


def test_a_merchant_in_the_database_is_a_hit(place):
    (place.database / "table").write_text(f"-{MARK}-", encoding="utf-8")
    assert hits(look(place)) == [(places.DATABASE, "merchant or description 1")]


def test_the_email_of_a_deleted_account_stays_in_the_journal_and_is_told(place):
    (place.database / "pg_wal").mkdir()
    (place.database / "pg_wal" / "1").write_text(EMAIL, encoding="utf-8")
    search = look(place, gone=["e-mail 1"])
    assert search.looks[0].by_design == {}
    assert len(search.stays) == 1
    assert "database/pg_wal" in search.stays[0]
