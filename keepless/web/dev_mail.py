"""The mailbox of a local run, as a page: there is no mail server, so this is where the links arrive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from flask import Flask, Response
from werkzeug.exceptions import NotFound

from keepless.ports import Mail, Mailer
from keepless.web import health, present
from keepless.web.page import held_now, page
from keepless.web.visit import Visit, visiting

PATH = "/dev/mail"


class Received(Protocol):
    """A mail, and when it came (UTC)."""

    @property
    def mail(self) -> Mail: ...

    @property
    def at(self) -> datetime: ...


@runtime_checkable
class Mailbox(Mailer, Protocol):
    """A mailer that keeps what it was given, and shows it."""

    def received(self) -> Sequence[Received]: ...


def register(app: Flask) -> None:
    """Adds the page's route to `app`, which has accounts."""
    app.add_url_rule(PATH, endpoint="page.dev_mail", view_func=lambda: dev_mail(visiting()), methods=["GET"])


def dev_mail(visit: Visit) -> Response:
    """The last mails, the newest first. 404 where mails are really sent, and for whoever is not at this machine."""
    mailbox = visit.parts.mailer
    if not isinstance(mailbox, Mailbox) or not health.from_this_machine():
        raise NotFound
    zone = visit.parts.hints.time_zone()
    mails = [
        {
            "to": each.mail.to,
            "subject": each.mail.subject,
            "at": present.moment(each.at, zone),
            "paragraphs": [_paragraph(text) for text in each.mail.text.strip().split("\n\n")],
        }
        for each in mailbox.received()
    ]
    return page(visit, "dev_mail.html", held=held_now(visit), mails=mails)


def _paragraph(text: str) -> dict[str, object]:
    return {"text": text, "is_link": text.startswith(("http://", "https://")) and not any(map(str.isspace, text))}
