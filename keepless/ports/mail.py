"""Mail, one short text at a time."""

from typing import Protocol

import msgspec


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A plain text for one address. It may carry a sign-in link, so it does not print."""

    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        return "Mail()"


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hands the mail over. Raises `errors.MailFault` and nothing else, within seconds."""
        ...
