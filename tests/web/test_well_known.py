"""What everybody may know: the keys of receipts."""

import pytest
from forgetting.people import delete, forgetting_site
from support.website import LOCAL_NAME

from keepless.adapters.sealing.keyring import generate
from keepless.adapters.sealing.receipts import is_signed
from keepless.core import receipt as receipts
from keepless.services.receipts import PublicKey

PATH = "/.well-known/keepless.json"


@pytest.fixture
def site(local_plaid):
    with forgetting_site(local_plaid.url, accounts=False) as made:
        yield made


def test_it_names_the_installation_its_keys_and_its_promise(site):
    told = site.browser().get(PATH).json
    assert told["version"] == 1
    assert told["issuer"] == "http://localhost"
    assert told["promise"] == "http://localhost/promise"
    assert [key["alg"] for key in told["receipt_keys"]] == ["Ed25519"]


def test_a_receipt_is_checked_with_nothing_else(site):
    told = site.browser().get(PATH).json
    given, message = receipts.read(delete(site.browser()).data)
    assert given.receipt.issuer == told["issuer"]
    assert is_signed(message, given.signature, PublicKey(**told["receipt_keys"][0]))


def test_every_key_of_a_rotation_is_there_the_newest_first(local_plaid):
    new, old = generate(), generate()
    with (
        forgetting_site(local_plaid.url, accounts=False, keys=f"{new},{old}") as after,
        forgetting_site(local_plaid.url, accounts=False, keys=old) as before,
    ):
        (older,) = before.browser().get(PATH).json["receipt_keys"]
        assert after.browser().get(PATH).json["receipt_keys"][1:] == [older]


def test_caches_may_keep_it_and_no_cookie_is_read(site):
    raw = site.raw_browser()
    doubled = {"HTTP_COOKIE": f"{LOCAL_NAME}=x; {LOCAL_NAME}=y"}
    answer = raw.get(PATH, environ_overrides=doubled)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Vary" not in answer.headers
    assert not answer.headers.getlist("Set-Cookie")
    assert answer.data == raw.get(PATH).data


def test_no_secret_is_in_it(local_plaid):
    keys = generate()
    with forgetting_site(local_plaid.url, accounts=False, keys=keys) as site:
        assert keys not in site.browser().get(PATH).text
