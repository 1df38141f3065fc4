import contextlib
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certificates import Certificates, make_certificates

from keepless.adapters.valkey.address import Login, Server, parse
from keepless.core.secret import Secret
from keepless.errors import ConfigError


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("url", "servers", "login"),
    [
        ("redis://cache", [("cache", 6379)], Login()),
        ("redis://127.0.0.1:6380", [("127.0.0.1", 6380)], Login()),
        ("redis://cache/", [("cache", 6379)], Login()),
        ("redis://cache:6379/2", [("cache", 6379)], Login(database=2)),
        ("valkey://cache_1.internal", [("cache_1.internal", 6379)], Login()),
        ("redis://[::1]:7000", [("::1", 7000)], Login()),
        ("redis://:pa%40ss@cache", [("cache", 6379)], Login(password=Secret("pa@ss"))),
        ("redis://:p@ss@cache", [("cache", 6379)], Login(password=Secret("p@ss"))),
        ("redis://ann:pass@cache:1/9", [("cache", 1)], Login("ann", Secret("pass"), 9)),
        ("redis://a:7000,b:7001,[::1],d", [("a", 7000), ("b", 7001), ("::1", 6379), ("d", 6379)], Login()),
        ("redis://:pass@a,b", [("a", 6379), ("b", 6379)], Login(password=Secret("pass"))),
        ("unix:///run/valkey.sock", [("/run/valkey.sock", 0)], Login()),
        ("unix:///run/my%20valkey.sock?db=4", [("/run/my valkey.sock", 0)], Login(database=4)),
        ("unix://ann:pass@/run/valkey.sock", [("/run/valkey.sock", 0)], Login("ann", Secret("pass"))),
    ],
)
def test_an_address_is_read_as_it_was_meant(url, servers, login):
    address = parse(url)
    assert address.servers == tuple(Server(*server) for server in servers)
    assert (address.login, address.tls) == (login, None)


def test_only_the_path_of_a_socket_is_a_socket():
    assert parse("unix:///run/valkey.sock").servers[0].is_socket
    assert not parse("redis://cache").servers[0].is_socket


WRONG = {
    "no scheme": "s3cret.example",
    "no scheme, with a port": "s3cret.example:6379",
    "another scheme": "http://s3cret.example",
    "a scheme of another client": "redis+s3cret://cache",
    "no host": "redis://",
    "no host but a port": "redis://:6379",
    "an empty host among others": "redis://a,,b",
    "a trailing comma": "redis://s3cret,",
    "the same host twice": "redis://s3cret,s3cret:6379",
    "a port that is none": "redis://s3cret:http",
    "port 0": "redis://s3cret:0",
    "a port too high": "redis://s3cret:65536",
    "a long port": "redis://s3cret:0000006379",
    "a minus before a port": "redis://s3cret:-1",
    "an address that is none": "redis://[s3cret]",
    "an address with a zone": "redis://[fe80::1%25eth0]:6379",
    "an open bracket": "redis://[::1",
    "a host that begins with a dash": "redis://-s3cret",
    "a blank": "redis://s3 cret",
    "a newline": "redis://s3cret\n.example",
    "not ASCII": "redis://s3crét",
    "a database that is none": "redis://s3cret/one",
    "a database below zero": "redis://s3cret/-1",
    "a database too high": "redis://s3cret/65536",
    "two databases": "redis://s3cret/1/2",
    "a user without a password": "redis://s3cret@cache",
    "a user with an empty password": "redis://s3cret:@cache",
    "a fragment": "redis://cache#s3cret",
    "an option that is not known": "redis://cache?s3cret=1",
    "a time-out of their own": "redis://cache?socket_timeout=60",
    "an option of TLS without it": "redis://cache?ssl_ca_certs=/etc/s3cret",
    "checks switched off": "rediss://cache?ssl_cert_reqs=none",
    "neither true nor false": "rediss://cache?ssl_check_hostname=s3cret",
    "a file that is not there": "rediss://cache?ssl_ca_certs=/s3cret/none.pem",
    "a folder for a file": "rediss://cache?ssl_ca_certs=/",
    "a key without its certificate": f"rediss://cache?ssl_keyfile={__file__}",
    "a certificate that is none": f"rediss://cache?ssl_certfile={__file__}",
    "an authority that is none": f"rediss://cache?ssl_ca_certs={__file__}",
    "half an option": "redis://cache?s3cret",
    "no socket": "unix://",
    "a relative socket": "unix://s3cret.sock",
    "a host and a socket": "unix://s3cret/run/valkey.sock",
    "a socket with a long path": "unix:///" + "s3cret" * 20,
    "a socket with a NUL": "unix:///run/%00s3cret",
    "a database twice for a socket": "unix:///run/x?db=1&db=s3cret",
}


@pytest.mark.parametrize("url", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_address_is_refused_in_one_line_that_repeats_nothing_of_it(url):
    with pytest.raises(ConfigError) as refusal:
        parse(url)
    said = str(refusal.value)
    assert said.startswith("REDIS_URL ")
    assert "s3cr" not in said
    assert len(said.splitlines()) == 1


@given(
    st.one_of(st.text(), st.text().map("redis://".__add__), st.text(st.characters(codec="ascii")).map("unix:".__add__))
)
def test_any_text_is_an_address_or_refused(url):
    with contextlib.suppress(ConfigError):
        assert parse(url).servers


@pytest.mark.parametrize("scheme", ["rediss", "valkeys"])
def test_tls_checks_the_servers_name_unless_it_is_told_not_to(scheme, certificates):
    options = f"ssl_ca_certs={certificates.ca}&ssl_certfile={certificates.client}&ssl_keyfile={certificates.key}"
    for url, checks in {
        f"{scheme}://cache": True,
        f"{scheme}://cache?{options}": True,
        f"{scheme}://cache?{options}&ssl_check_hostname=true": True,
        f"{scheme}://cache?{options}&ssl_check_hostname=false": False,
    }.items():
        tls = parse(url).tls
        assert tls is not None
        assert (tls.check_hostname, tls.verify_mode) == (checks, ssl.CERT_REQUIRED)


def test_a_certificate_and_its_key_may_be_one_file(certificates):
    assert parse(f"rediss://cache?ssl_certfile={certificates.server}").tls is not None


def test_a_key_of_another_certificate_is_refused(certificates, tmp_path):
    other = make_certificates(tmp_path)
    with pytest.raises(ConfigError, match="cannot be used"):
        parse(f"rediss://cache?ssl_certfile={certificates.client}&ssl_keyfile={other.key}")


def test_nothing_of_a_password_shows_in_an_address():
    assert "s3cret" not in repr(parse("redis://ann:s3cret@cache"))
