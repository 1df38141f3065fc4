"""Mail over a real SMTP server: what travels, how it is protected, and every way it can fail."""

import socket
import ssl
from datetime import UTC, datetime

import msgspec
import pytest
from support.certificates import make_certificates
from support.smtp import PASSWORD, USER, silent_server, smtp_server, text_of

from keepless.adapters.mail.address import parse
from keepless.adapters.mail.smtp import SmtpMailer
from keepless.core.secret import Secret
from keepless.errors import MailFault
from keepless.ports import Mail

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
LINK = "https://money.example.test/sign-in/" + "A" * 43
MAIL = Mail(to="ana@example.test", subject="Your link", text=f"Open this:\n\n{LINK}\n")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server():
    with smtp_server() as running:
        yield running


def mailer(url, **changed):
    known = msgspec.structs.replace(parse(Secret(url)), **changed)
    return SmtpMailer(known, lambda: NOW, seconds=2)


def trusting(certificates):
    return ssl.create_default_context(cafile=certificates.ca)


def test_a_mail_arrives_as_it_was_written(server):
    mailer(server.url).send(MAIL)
    (mail,) = server.mails
    assert mail["To"] == "ana@example.test"
    assert mail["From"] == "Keepless <links@keepless.test>"
    assert mail["Subject"] == "Your link"
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@keepless.test>")
    assert mail.get_content_type() == "text/plain"
    assert not mail.is_multipart()
    assert text_of(mail).replace("\r\n", "\n") == MAIL.text
    (envelope,) = server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("links@keepless.test", ["ana@example.test"])


def test_a_link_is_not_broken_over_lines(server):
    mailer(server.url).send(msgspec.structs.replace(MAIL, text=LINK * 3 + "\n"))
    assert LINK.encode() * 3 in server.envelopes[0].content


def test_words_beyond_ascii_arrive_in_the_subject_and_the_text(server):
    mailer(server.url).send(Mail(to="ana@example.test", subject="Tu enlace, ¿sí?", text="Ábrelo aquí: ñ €\n"))
    assert server.mails[0]["Subject"] == "Tu enlace, ¿sí?"
    assert text_of(server.mails[0]).strip() == "Ábrelo aquí: ñ €"


def test_each_mail_has_an_id_of_its_own(server):
    sending = mailer(server.url)
    sending.send(MAIL)
    sending.send(MAIL)
    assert len({mail["Message-ID"] for mail in server.mails}) == 2


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.test\r\nBcc: eve@example.test",
        "ana@example.test\nRCPT TO:<eve@example.test>",
        "ana@example.test, eve@example.test",
        "Ana <ana@example.test>",
        "ANA@example.test",
        "ana@example.test>\r\nDATA",
        "",
        "ana",
    ],
    ids=["header", "command", "two", "named", "not-normal", "data", "empty", "no-domain"],
)
def test_an_address_that_is_more_than_an_address_goes_nowhere(server, address):
    with pytest.raises(MailFault) as refused:
        mailer(server.url).send(msgspec.structs.replace(MAIL, to=address))
    assert (refused.value.reason, refused.value.permanent) == ("address", True)
    assert server.envelopes == []


@pytest.mark.parametrize(
    "subject", ["Hello\r\nBcc: eve@example.test", "Hello\nX: y", "Hello\rX"], ids=["crlf", "lf", "cr"]
)
def test_a_subject_cannot_become_a_header(server, subject):
    with pytest.raises(MailFault) as refused:
        mailer(server.url).send(msgspec.structs.replace(MAIL, subject=subject))
    assert (refused.value.reason, refused.value.permanent) == ("malformed", True)
    assert server.envelopes == []


def test_a_line_with_a_single_dot_does_not_end_the_mail(server):
    mailer(server.url).send(msgspec.structs.replace(MAIL, text="one\n.\nMAIL FROM:<eve@example.test>\n"))
    assert len(server.mails) == 1
    assert text_of(server.mails[0]).replace("\r\n", "\n") == "one\n.\nMAIL FROM:<eve@example.test>\n"


def test_starttls_is_used_before_anything_is_said(certificates):
    with smtp_server(certificates.server, login=True) as server:
        mailer(
            f"smtp://{USER}:{PASSWORD}@127.0.0.1:{server.port}?from=links@keepless.test", tls=trusting(certificates)
        ).send(MAIL)
        assert server.encrypted == [True]
        assert server.logins == [USER.encode()]


def test_tls_from_the_first_byte(certificates):
    with smtp_server(certificates.server, starttls=False) as server:
        url = f"smtps://127.0.0.1:{server.port}?from=links@keepless.test&ssl_ca_certs={certificates.ca}"
        mailer(url).send(MAIL)
        assert server.encrypted == [True]


def fault_of(sending, mail=MAIL):
    with pytest.raises(MailFault) as raised:
        sending.send(mail)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    assert "example.test" not in str(raised.value)
    return raised.value.reason, raised.value.permanent


def test_a_server_without_starttls_is_told_nothing(server, certificates):
    assert fault_of(mailer(server.url, tls=trusting(certificates))) == ("tls", False)
    assert server.envelopes == []


def test_a_certificate_of_nobody_we_know_is_refused(certificates):
    with smtp_server(certificates.server) as server:
        assert fault_of(mailer(server.url, tls=ssl.create_default_context())) == ("tls", False)
        assert server.envelopes == []


def test_a_wrong_password_is_a_fault_and_not_a_line_in_a_log(certificates, log_lines):
    with smtp_server(certificates.server, login=True) as server:
        url = f"smtp://{USER}:wrong-password@127.0.0.1:{server.port}?from=links@keepless.test"
        assert fault_of(mailer(url, tls=trusting(certificates))) == ("refused", False)
        assert server.logins
        assert server.envelopes == []
    assert "wrong-password" not in log_lines.text


@pytest.fixture
def log_lines(caplog):
    caplog.set_level("DEBUG")
    return caplog


def test_a_mailbox_that_is_not_there_is_for_good_and_one_that_is_full_is_not(server):
    server.refusals = {"ana@example.test": "550 no such user", "leo@example.test": "452 full"}
    assert fault_of(mailer(server.url)) == ("address", True)
    assert fault_of(mailer(server.url), msgspec.structs.replace(MAIL, to="leo@example.test")) == ("refused", False)


def test_an_address_beyond_ascii_needs_a_server_that_takes_it(server):
    assert fault_of(mailer(server.url), msgspec.structs.replace(MAIL, to="josé@example.test")) == ("address", True)


def test_a_server_that_is_not_there_is_unreachable():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert fault_of(mailer(f"smtp://127.0.0.1:{port}?from=links@keepless.test")) == ("unreachable", False)


def test_a_server_that_says_nothing_is_slow():
    with silent_server() as port:
        sending = SmtpMailer(parse(Secret(f"smtp://127.0.0.1:{port}?from=a@keepless.test")), lambda: NOW, seconds=0.2)
        assert fault_of(sending) == ("slow", False)
