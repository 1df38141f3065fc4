"""Mail by SMTP, over a connection of its own for each: a sign-in now and then is no reason to hold one."""

import smtplib
import ssl
from contextlib import suppress

from keepless.adapters.mail.address import MailServer
from keepless.adapters.mail.message import compose
from keepless.core.secret import Secret
from keepless.errors import MailFault
from keepless.ports import Clock, Mail

SECONDS = 10.0
GOODBYE_SECONDS = 2.0
# Replies that a server gives about the recipient itself (RFC 5321, 4.2.2 and 4.2.3).
_NO_SUCH_MAILBOX = frozenset({501, 550, 551, 553})


class SmtpMailer:
    """`keepless.ports.Mailer` over SMTP. One for a whole process, safe to share between threads.

    Connecting takes `seconds` at most, and so does each answer. `MailFault.reason` is unreachable, slow, tls, refused
    (login, sender or the mail itself), address (permanent: the server knows no such mailbox) or malformed.
    """

    def __init__(self, server: MailServer, clock: Clock, *, seconds: float = SECONDS) -> None:
        self._server = server
        self._clock = clock
        self._seconds = seconds

    def send(self, mail: Mail) -> None:
        message = compose(mail, self._server.sender, self._clock())
        try:
            connection = self._connected()
        except MailFault:
            raise
        except (smtplib.SMTPException, OSError, ValueError) as cause:
            raise _fault_of(cause) from None
        try:
            connection.send_message(message, self._server.sender.addr_spec, [mail.to])
        except (smtplib.SMTPException, OSError, ValueError) as cause:
            raise _fault_of(cause) from None
        else:
            _say_goodbye(connection)
        finally:
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        """A connection that is encrypted where it has to be, and logged in. Raises what smtplib raises, MailFault."""
        server = self._server
        name = server.sender.domain  # what we call ourselves; the machine's own name is nobody's business
        connection: smtplib.SMTP
        if server.is_tls_first and server.tls is not None:
            connection = smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=name, timeout=self._seconds, context=server.tls
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=self._seconds)
        try:
            if server.tls is not None and not server.is_tls_first:
                _encrypt(connection, server.tls)
            if server.password is not None:
                _log_in(connection, server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


def _encrypt(connection: smtplib.SMTP, tls: ssl.SSLContext) -> None:
    """Raises MailFault where the server does not: a link or a password in clear is sent to nobody."""
    try:
        connection.starttls(context=tls)
    except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException):
        raise MailFault("tls") from None


def _log_in(connection: smtplib.SMTP, user: str, password: Secret) -> None:
    try:
        connection.login(user, password.reveal())
    except smtplib.SMTPNotSupportedError:
        raise MailFault("refused") from None


def _say_goodbye(connection: smtplib.SMTP) -> None:
    """The mail is handed over: how the server takes its leave changes nothing, and nobody waits long for it."""
    with suppress(smtplib.SMTPException, OSError):
        if connection.sock is not None:
            connection.sock.settimeout(GOODBYE_SECONDS)
        connection.quit()


def _fault_of(cause: Exception) -> MailFault:
    """By a stable word. The exceptions' own texts quote addresses and what servers said, so they go no further."""
    if isinstance(cause, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _ in cause.recipients.values()}
        return MailFault("address", permanent=True) if codes <= _NO_SUCH_MAILBOX else MailFault("refused")
    if isinstance(cause, smtplib.SMTPNotSupportedError):  # an address beyond ASCII, which this server does not take
        return MailFault("address", permanent=True)
    return MailFault(_reason(cause))


def _reason(cause: Exception) -> str:
    # smtplib says of a server that is silent that it has hung up; what it caught is beside that.
    if isinstance(cause, TimeoutError) or isinstance(cause.__context__, TimeoutError):
        return "slow"
    if isinstance(cause, ssl.SSLError):
        return "tls"
    is_gone = isinstance(cause, smtplib.SMTPServerDisconnected | smtplib.SMTPConnectError)
    if is_gone or (isinstance(cause, OSError) and not isinstance(cause, smtplib.SMTPException)):
        return "unreachable"
    return "refused"
