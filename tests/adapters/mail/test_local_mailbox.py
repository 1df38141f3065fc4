"""The mailbox of a local run."""

from datetime import UTC, datetime

from keepless.adapters.mail.local_mailbox import LocalMailbox
from keepless.ports import Mail

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)


def mail(number):
    return Mail(to="ana@example.test", subject=f"Number {number}", text=f"http://localhost:1/sign-in/{number}\n")


def test_a_mail_is_printed_in_one_clear_block_on_standard_error(capsys):
    LocalMailbox(lambda: NOW).send(mail(1))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Mail to ana@example.test: Number 1\n\nhttp://localhost:1/sign-in/1\n" in printed.err
    assert printed.err.count("-" * 78) == 2


def test_the_last_twenty_are_kept_the_newest_first():
    printed = []
    mailbox = LocalMailbox(lambda: NOW, printed.append)
    for number in range(25):
        mailbox.send(mail(number))
    assert [each.mail.subject for each in mailbox.received()] == [f"Number {number}" for number in range(24, 4, -1)]
    assert mailbox.received()[0].at == NOW
    assert len(printed) == 25
