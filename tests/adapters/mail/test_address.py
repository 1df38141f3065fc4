"""MAIL_URL: what it may say, and that a refusal holds no part of it."""

import ssl

import pytest
from support.certificates import make_certificates

from keepless.adapters.mail.address import parse
from keepless.core.secret import Secret
from keepless.errors import ConfigError

FROM = "from=Keepless%20<links@keepless.test>"


def server(url):
    return parse(Secret(url))


def test_a_whole_url_says_who_where_and_from_whom():
    parsed = server(f"smtp://ana%40keepless.test:p%40ss%2Fword@mail.example.test:2525?{FROM}")
    assert (parsed.host, parsed.port, parsed.user) == ("mail.example.test", 2525, "ana@keepless.test")
    assert parsed.password == Secret("p@ss/word")
    assert str(parsed.sender) == "Keepless <links@keepless.test>"
    assert isinstance(parsed.tls, ssl.SSLContext)
    assert not parsed.is_tls_first


def test_the_sender_may_be_written_as_it_is_and_a_plus_stays_a_plus():
    assert str(server("smtp://localhost?from=Keepless Post <a+b@keepless.test>").sender) == (
        "Keepless Post <a+b@keepless.test>"
    )
    assert str(server("smtp://localhost?from=a+b@keepless.test").sender) == "a+b@keepless.test"


@pytest.mark.parametrize(("scheme", "port", "first"), [("smtp", 587, False), ("smtps", 465, True)])
def test_the_port_is_that_of_the_scheme_where_none_is_given(scheme, port, first):
    parsed = server(f"{scheme}://mail.example.test?{FROM}")
    assert (parsed.port, parsed.is_tls_first) == (port, first)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_encryption_is_insisted_on_but_to_this_machine(host):
    assert server(f"smtp://{host}?{FROM}").tls is None
    assert server(f"smtps://{host}?{FROM}").tls is not None
    assert server(f"smtp://mail.example.test?{FROM}").tls is not None


def test_certificates_are_checked_and_old_versions_of_tls_are_not_spoken():
    tls = server(f"smtp://mail.example.test?{FROM}").tls
    assert tls.verify_mode is ssl.CERT_REQUIRED
    assert tls.check_hostname
    assert tls.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_an_authority_of_ones_own_is_read(tmp_path):
    made = make_certificates(tmp_path)
    tls = server(f"smtps://mail.example.test?{FROM}&ssl_ca_certs={made.ca}").tls
    assert [dict(each[0] for each in tls.get_ca_certs()[0]["subject"])["commonName"]] == ["test authority"]


SECRET = "hunter2secret"
WRONG = {
    "another scheme": f"http://u:{SECRET}@mail.example.test?{FROM}",
    "no scheme": f"mail.example.test/{SECRET}",
    "no host": f"smtp://u:{SECRET}@?{FROM}",
    "a host with blanks": f"smtp://u:{SECRET}@mail host?{FROM}",
    "a path": f"smtp://u:{SECRET}@mail.example.test/inbox?{FROM}",
    "a fragment": f"smtp://u:{SECRET}@mail.example.test?{FROM}#x",
    "a port too high": f"smtp://u:{SECRET}@mail.example.test:70000?{FROM}",
    "port zero": f"smtp://u:{SECRET}@mail.example.test:0?{FROM}",
    "no number for a port": f"smtp://u:{SECRET}@mail.example.test:smtp?{FROM}",
    "no sender": f"smtp://u:{SECRET}@mail.example.test",
    "a sender that is none": f"smtp://u:{SECRET}@mail.example.test?from=Keepless",
    "a sender with a header in it": f"smtp://u:{SECRET}@h.test?from=a@b.test%0D%0ABcc: eve@example.test",
    "a user alone": f"smtp://{SECRET}@mail.example.test?{FROM}",
    "a password alone": f"smtp://:{SECRET}@mail.example.test?{FROM}",
    "a command in the password": f"smtp://u:{SECRET}%0D%0AQUIT@mail.example.test?{FROM}",
    "an option that is not known": f"smtp://u:{SECRET}@mail.example.test?{FROM}&starttls=never",
    "an option twice": f"smtp://u:{SECRET}@mail.example.test?{FROM}&{FROM}",
    "a file that is not there": f"smtps://u:{SECRET}@mail.example.test?{FROM}&ssl_ca_certs=/{SECRET}.pem",
    "a broken address": f"smtp://u:{SECRET}@[mail?{FROM}",
    "a line break": f"smtp://u:{SECRET}@mail.example.test?{FROM}\nx",
}


@pytest.mark.parametrize("url", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_refused_in_one_line_without_any_part_of_it(url):
    with pytest.raises(ConfigError, match=r"^MAIL_URL ") as refused:
        server(url)
    text = str(refused.value)
    assert "\n" not in text
    assert not any(part in text for part in (SECRET, "example.test", "keepless.test"))
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_file_that_is_no_certificate_is_refused(tmp_path):
    (tmp_path / "ca.pem").write_text("not a certificate")
    with pytest.raises(ConfigError, match="cannot be used"):
        server(f"smtps://mail.example.test?{FROM}&ssl_ca_certs={tmp_path / 'ca.pem'}")
