"""A real SMTP server for tests, on a free port of this machine, and the mails that it has taken."""

import contextlib
import email
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default as policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "keepless", "correct horse battery"
_LINK = re.compile(r"https?://\S+/sign-in/(\S+)")


@dataclass
class SmtpServer:
    """A server that is up. `refusals` maps an address to the reply that its mails get; `mails` come in order."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    logins: list[bytes] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?from=Keepless <links@keepless.test>"

    def link(self, number: int = -1) -> str:
        """The address of the sign-in link in a mail, the last one unless `number` says which."""
        return found_link(text_of(self.mails[number]))[0]

    def nonce(self, number: int = -1) -> str:
        return found_link(text_of(self.mails[number]))[1]


def text_of(mail: EmailMessage) -> str:
    """What a person reads, whatever way it was encoded."""
    return mail.get_content()


def found_link(text: str) -> tuple[str, str]:
    """The link in a text, and its nonce."""
    found = _LINK.search(text)
    assert found is not None, text
    return found[0], found[1]


class _Handler:
    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_RCPT(  # noqa: N802 - a name that aiosmtpd calls
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address in self._server.refusals:
            return self._server.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        self._server.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        self._server.envelopes.append(envelope)
        self._server.mails.append(email.message_from_bytes(envelope.content, policy=policy))
        return "250 taken"


@contextlib.contextmanager
def smtp_server(certificate: Path | None = None, *, starttls: bool = True, login: bool = False) -> Iterator[SmtpServer]:
    """A server up for the block. With a `certificate` (PEM, its key in it) it offers STARTTLS, or begins with TLS.

    `login` asks for USER and PASSWORD, which needs a certificate.
    """
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = SmtpServer(port)

    def authenticated(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        running.logins.append(data.login)
        fine = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=fine, handled=fine)

    controller = Controller(
        _Handler(running),
        hostname="127.0.0.1",
        port=port,
        ssl_context=context if not starttls else None,
        tls_context=context if starttls else None,
        authenticator=authenticated if login else None,
        auth_required=login,
        enable_SMTPUTF8=False,
    )
    controller.start()
    try:
        yield running
    finally:
        controller.stop()


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """A port where somebody takes the call and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        taken: list[socket.socket] = []

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken.append(listening.accept()[0])

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            for each in taken:
                each.close()
