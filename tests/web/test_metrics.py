"""What is counted, and that no label is of a person (R17)."""

import re

from prometheus_client.parser import text_string_to_metric_families
from support.members import club
from support.signing import ANA, with_accounts
from support.trails import Trail
from support.website import set_session

from keepless.adapters.memory_accounts import MemoryStores
from keepless.errors import AccountsFault, MailFault

# A route's template, a method, a status, a bound of a histogram, or a stable word.
HARMLESS = re.compile(
    r"/[a-z_./<>:-]*|[A-Z]{3,7}|[1-5]\d\d|[0-9.]+|\+Inf|[a-z_]+|[A-Z][A-Za-z]+(Error|Fault|Exception|Lost)"
)


def samples(browser):
    text = browser.get("/metrics").text
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def counted(browser, name):
    """The values of a counter by its one label."""
    return {
        next(iter(sample.labels.values())): sample.value
        for sample in samples(browser)
        if sample.name == f"keepless_{name}"
    }


def grown(before, after):
    return {label: after[label] - before.get(label, 0) for label in after if after[label] != before.get(label, 0)}


class Down:
    """A database that is away, or a mail server."""

    def __init__(self, fault):
        self._fault = fault

    def __getattr__(self, _name):
        def fail(*_about, **_more):
            raise self._fault

        return fail


def test_signing_in_is_counted_by_how_it_ends(lone_site):
    site = with_accounts(lone_site)
    before = counted(site.browser(), "sign_ins_total")
    browser = site.sign_in(ANA)
    browser.post("/sign-in/nonsense")
    browser.post("/api/sign-in", json={"email": "nonsense"})
    assert grown(before, counted(browser, "sign_ins_total")) == {"asked": 1, "signed_in": 1, "refused": 2}


def test_mails_are_counted_by_how_they_end(lone_site):
    before = counted(lone_site.browser(), "mails_total")
    with_accounts(lone_site).sign_in(ANA)
    for fault in (MailFault("unreachable"), MailFault("no_mailbox", permanent=True)):
        site = with_accounts(lone_site, mailer=Down(fault))
        assert site.browser().post("/api/sign-in", json={"email": ANA}).status_code in (400, 503)
    after = counted(lone_site.browser(), "mails_total")
    assert grown(before, after) == {"sent": 1, "failed": 1, "refused": 1}


def test_a_database_that_is_away_is_counted_by_why(lone_site):
    with club(lone_site) as of_members:
        before = counted(lone_site.browser(), "accounts_database_total")
        browser = of_members.member()
        of_members.stores.accounts.session = Down(AccountsFault("slow")).session
        assert browser.get("/api/dashboard").status_code == 503
        after = counted(lone_site.browser(), "accounts_database_total")
        assert grown(before, after) == {"slow": 1}


def test_deletions_are_counted_by_how_they_end(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo"))
    before = counted(visitor, "deletions_total")
    local_plaid.fault(
        endpoint="/item/remove", status=500, error_type="API_ERROR", error_code="INTERNAL_SERVER_ERROR", count=10
    )
    visitor.delete("/api/delete-me")
    local_plaid.end_faults()
    visitor.delete("/api/delete-me")
    broken = site.browser()
    set_session(broken, "nonsense")
    broken.delete("/api/delete-me")
    after = counted(visitor, "deletions_total")
    assert grown(before, after) == {"unfinished": 1, "done": 1, "refused": 1}


def test_acts_and_envelopes_are_counted_by_whether_they_were_written(lone_site):
    metrics = lone_site.parts.metrics
    metrics.audit_line("written")
    metrics.reaper_uncovered("unreachable")
    assert counted(lone_site.browser(), "audit_lines_total")["written"] >= 1
    assert counted(lone_site.browser(), "reaper_uncovered_total")["unreachable"] >= 1


def test_no_label_of_a_busy_run_is_of_a_person(site, local_plaid, tmp_path):
    """Every route, with private words wherever a request has room for them."""
    stores, trail = MemoryStores(), Trail(tmp_path / "trail")
    with club(site, stores, audit=trail.audit) as of_members:
        browser = of_members.member("enterprise", local_plaid.connect("demo"), email="private@example.test")
        for rule in of_members.site.app.url_map.iter_rules():
            path = re.sub(r"<[^>]*>", "private-nonce", rule.rule)
            for method in sorted(rule.methods | {"PRIVATE"}):
                if path == "/logout" or "delete-me" in path:
                    continue
                private = {"email": "private@example.test", "passphrase": "private words", "item_id": "private"}
                for body in ({"json": private}, {"data": private}):
                    browser.open(f"{path}?q=private&days=30", method=method, **body).get_data()
        browser.get("/private/page")
        local_plaid.fault(endpoint="/transactions/get", status=400, error_type="ITEM_ERROR", error_code="PRIVATE_CODE")
        browser.get("/api/dashboard")
        browser.post("/logout")
        found = samples(browser)
    values = {value for sample in found for value in sample.labels.values()}
    assert len(values) > 60
    assert {value for value in values if not HARMLESS.fullmatch(value)} == set()
    assert not any("private" in value.lower() for value in values)
