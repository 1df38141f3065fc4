"""How often something may be tried, by whom, where that is counted, and what is stored of it."""

import threading
import time
from datetime import timedelta

import pytest
from support.signing import ANA, LEO, with_accounts
from support.valkey import free_port, valkey_cluster, valkey_server

from keepless.adapters.valkey.attempts import storage_at
from keepless.core.secret import Secret
from keepless.web import limits

KEY = Secret("k" * 16 + "0123456789abcdef")


@pytest.fixture
def accounts(lone_site):
    return with_accounts(lone_site)


def ask(browser, email=ANA, **options):
    return browser.post("/api/sign-in", json={"email": email}, **options)


def from_place(place):
    return {"environ_base": {"REMOTE_ADDR": place, "HTTP_SEC_FETCH_SITE": "same-origin"}}


def test_five_links_are_sent_to_an_address_in_a_quarter_of_an_hour(accounts):
    statuses = [ask(accounts.browser(), **from_place(f"192.0.2.{number}")).status_code for number in range(8)]
    assert statuses == [202] * 5 + [429] * 3
    assert len(accounts.mailbox.received()) == 5
    assert ask(accounts.browser(), LEO).status_code == 202


def test_the_address_is_counted_however_it_is_written(accounts):
    written = ["ana@example.test", "ANA@example.test", " Ana@Example.Test ", "anA@example.test", "ana@EXAMPLE.test"]
    for number, email in enumerate(written):
        assert ask(accounts.browser(), email, **from_place(f"192.0.2.{number}")).status_code == 202
    assert ask(accounts.browser(), **from_place("192.0.2.99")).status_code == 429


def test_twenty_links_are_asked_for_from_one_place_by_form_and_json_together(accounts):
    browser = accounts.browser()
    statuses = [ask(browser, f"ana{number}@example.test").status_code for number in range(15)]
    statuses += [
        browser.post("/sign-in", data={"email": f"leo{number}@example.test"}).status_code for number in range(10)
    ]
    assert statuses == [202] * 15 + [200] * 5 + [429] * 5
    assert ask(accounts.browser(), **from_place("198.51.100.7")).status_code == 202


def test_of_a_thousand_guesses_thirty_are_looked_at(accounts):
    browser = accounts.browser()
    nonce = accounts.ask(browser)
    guesses = [browser.post(f"/sign-in/{number:043}").status_code for number in range(500)]
    guesses += [browser.post("/api/sign-in/confirm", json={"token": f"{n:043}"}).status_code for n in range(500)]
    assert guesses == [403] * 30 + [429] * 970
    # The person's own link is not used up: it waits until guessing from this place is let through again.
    assert browser.post(f"/sign-in/{nonce}").status_code == 429
    assert browser.post(f"/sign-in/{nonce}", **from_place("198.51.100.7")).status_code == 303


def test_a_refusal_says_when_to_come_back_and_is_the_same_for_known_and_unknown(accounts):
    accounts.sign_in(ANA)

    def refused(email):
        for number in range(6):
            answer = ask(accounts.browser(), email, **from_place(f"203.0.113.{number}"))
        assert answer.status_code == 429
        seconds = int(answer.headers["Retry-After"])
        assert 840 < seconds <= 900
        return {**answer.json, "request_id": ""}

    known, unknown = refused(ANA), refused(LEO)
    assert known == unknown
    assert known["code"] == "rate_limited"
    assert known["next_step"]


def test_a_page_says_it_in_words_and_its_cookies_stay(accounts):
    browser = accounts.browser()
    for _ in range(5):
        accounts.ask(browser)
    page = browser.post("/sign-in", data={"email": ANA})
    assert page.status_code == 429
    assert page.headers["Retry-After"]
    assert "Too many attempts" in page.text
    assert not page.headers.getlist("Set-Cookie")


def test_looking_at_a_page_is_no_attempt(accounts):
    browser = accounts.browser()
    nonce = accounts.ask(browser)
    for _ in range(60):
        assert browser.get(f"/sign-in/{nonce}").status_code == 200
        assert browser.get("/sign-in").status_code == 200
    assert browser.post(f"/sign-in/{nonce}").status_code == 303


def test_what_comes_from_another_site_does_not_use_up_anybodys_attempts(accounts):
    browser = accounts.browser()
    for _ in range(40):
        assert ask(browser, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert ask(browser).status_code == 202


def test_work_on_passphrases_is_let_through_thirty_times(accounts):
    browser = accounts.browser()
    body = {"capsule": "x", "passphrase": "twelve and more"}
    statuses = [browser.post("/api/trends/export", json=body).status_code for _ in range(31)]
    assert 429 not in statuses[:30]
    assert statuses[30] == 429


def test_every_route_that_is_counted_is_there(accounts):
    there = {rule.rule for rule in accounts.app.url_map.iter_rules() if "POST" in rule.methods}
    assert {path for path in limits.BY_PLACE if path not in there} == set()


# Where a request comes from


def place_of(accounts, remote, forwarded=None):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    with accounts.app.test_request_context("/", headers=headers, environ_base={"REMOTE_ADDR": remote}):
        return accounts.app.extensions[limits.EXTENSION].place()


@pytest.mark.parametrize(
    ("remote", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_a_place_is_an_address_or_the_network_of_one_subscriber(accounts, remote, place):
    assert place_of(accounts, remote) == place


def test_without_proxies_nobody_is_believed_who_says_where_they_come_from(accounts):
    assert place_of(accounts, "192.0.2.7", "198.51.100.1") == "192.0.2.7"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "place"),
    [
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "198.51.100.1", "198.51.100.1"),
        (1, "", "10.0.0.1"),
        (1, " , ", "10.0.0.1"),
        (1, "unknown", "unknown"),
        (1, "x" * 5_000, "x" * 64),
        (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        (1, "198.51.100.1:40312", "198.51.100.1"),
        (1, "[2001:db8:1:2:aaaa::1]:40312", "2001:db8:1:2::"),
        (1, "[2001:db8:1:2:aaaa::1]", "2001:db8:1:2::"),
        (1, "999.51.100.1:40312", "999.51.100.1:40312"),
    ],
)
def test_behind_proxies_the_outermost_of_them_says_it(lone_site, proxies, forwarded, place):
    behind = with_accounts(lone_site, proxies=proxies)
    assert place_of(behind, "10.0.0.1", forwarded) == place


def test_who_forges_the_header_gains_no_attempts(lone_site):
    behind = with_accounts(lone_site, proxies=1)
    statuses = [
        ask(
            behind.browser(), f"ana{number}@example.test", headers={"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.7"}
        ).status_code
        for number in range(22)
    ]
    assert statuses == [202] * 20 + [429] * 2


# In Valkey


def counted_in(lone_site, url):
    return with_accounts(lone_site, limits_storage=storage_at(Secret(url)), log_key=KEY)


@pytest.fixture(scope="module", params=["alone", "socket"])
def valkey(request):
    with valkey_server(unix=request.param == "socket") as server:
        yield server


@pytest.fixture
def empty(valkey):
    valkey.call("FLUSHALL")
    return valkey


def test_replicas_count_together_in_valkey(lone_site, empty):
    replicas = [counted_in(lone_site, empty.url) for _ in range(2)]
    statuses = [ask(replicas[number % 2].browser()).status_code for number in range(7)]
    assert statuses == [202] * 5 + [429] * 2


def test_what_valkey_has_is_counts_under_hashes_that_end(lone_site, empty):
    accounts = counted_in(lone_site, empty.url)
    ask(accounts.browser(), **from_place("192.0.2.77"))
    with empty.client() as client:
        keys = client.keys("*")
        assert len(keys) == 2
        for key in keys:
            assert client.get(key) == b"1"
            assert 0 < client.ttl(key) <= 900
            assert not any(part in key for part in (b"ana", b"example", b"192.0.2", b"0.2.77"))
    other = with_accounts(lone_site, limits_storage=storage_at(Secret(empty.url)), log_key=Secret("another" * 8))
    ask(other.browser(), **from_place("192.0.2.77"))
    assert len(empty.call("KEYS", "*")) == 4  # nobody without the key finds an address among them


def test_a_refusal_by_valkeys_count_says_when_to_come_back(lone_site, empty):
    accounts = counted_in(lone_site, empty.url)
    for _ in range(5):
        assert ask(accounts.browser()).status_code == 202
    assert 840 < int(ask(accounts.browser()).headers["Retry-After"]) <= 900


def test_the_window_ends_by_itself(lone_site, empty):
    accounts = counted_in(lone_site, empty.url)
    for _ in range(6):
        ask(accounts.browser())
    (key,) = [key for key in empty.call("KEYS", "*") if b"email" in key]
    assert empty.call("GET", key) == b"6"
    empty.call("PEXPIRE", key, 1)
    deadline = time.monotonic() + 5
    while empty.call("EXISTS", key) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ask(accounts.browser()).status_code == 202


def test_a_count_that_lost_its_end_gets_one_again(lone_site, empty):
    accounts = counted_in(lone_site, empty.url)
    ask(accounts.browser())
    (key,) = [key for key in empty.call("KEYS", "*") if b"email" in key]
    empty.call("PERSIST", key)
    ask(accounts.browser())
    assert empty.call("TTL", key) > 0


def test_many_threads_are_counted_right(lone_site, empty):
    accounts = counted_in(lone_site, empty.url)
    statuses, start = [], threading.Barrier(12)

    def attempt():
        browser = accounts.browser()
        start.wait()
        statuses.append(ask(browser).status_code)

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [202] * 5 + [429] * 7


def test_threads_never_count_for_one_another_in_memory(accounts):
    """Each asks for an address of its own: had one been counted as another's, it would be refused too early."""
    statuses, start = [], threading.Barrier(8)

    def attempt(number):
        browser = accounts.browser()
        start.wait()
        for _ in range(5):
            answer = ask(browser, f"ana{number}@example.test", **from_place(f"192.0.2.{number}"))
            statuses.append(answer.status_code)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [202] * 40


def test_in_a_cluster_each_count_is_where_its_slot_is(lone_site):
    with valkey_cluster() as servers:
        accounts = counted_in(lone_site, servers[0].url)  # one of its nodes is enough
        for number in range(6):
            ask(accounts.browser(), f"ana{number}@example.test")
        held = [len(server.call("KEYS", "*")) for server in servers]
        assert sum(held) == 7
        assert max(held) < 7


# Valkey away


def test_while_valkey_is_away_it_is_counted_in_memory_and_no_request_fails(lone_site):
    accounts = counted_in(lone_site, f"redis://127.0.0.1:{free_port()}")
    statuses = [ask(accounts.browser()).status_code for _ in range(7)]
    assert statuses == [202] * 5 + [429] * 2


def test_valkey_that_goes_away_and_comes_back_is_used_again(lone_site):
    port = free_port()
    with valkey_server(port=port) as server:
        accounts = counted_in(lone_site, server.url)
        assert ask(accounts.browser(), "before@example.test").status_code == 202
    assert [ask(accounts.browser()).status_code for _ in range(6)] == [202] * 5 + [429]
    with valkey_server(port=port) as server:
        deadline = time.monotonic() + 20
        number = 0
        while not server.call("KEYS", "*") and time.monotonic() < deadline:
            number += 1
            place = from_place(f"192.0.2.{number % 250}")
            assert ask(accounts.browser(), f"after{number}@example.test", **place).status_code == 202
            time.sleep(0.1)
        assert server.call("KEYS", "*")


def test_valkey_that_is_full_or_says_rubbish_costs_nobody_a_request(lone_site):
    with valkey_server("--maxmemory", "1") as full:
        assert ask(counted_in(lone_site, full.url).browser()).status_code == 202
    with valkey_server("--requirepass", "another") as locked:
        assert ask(counted_in(lone_site, locked.url).browser()).status_code == 202


def test_the_next_attempt_counts_once_the_quarter_of_an_hour_is_over_by_the_sites_clock(accounts):
    for _ in range(5):
        ask(accounts.browser())
    refused = ask(accounts.browser())
    # Told on the clock that the site has, whatever the machine's says.
    accounts.clock.ahead = timedelta(days=30)
    later = ask(accounts.browser())
    accounts.clock.ahead = timedelta()
    assert abs(int(refused.headers["Retry-After"]) - int(later.headers["Retry-After"])) <= 2
