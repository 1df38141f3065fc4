"""From a mail of ours to the message that travels (RFC 5322), in which nothing of it can become a header."""

import secrets
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

from keepless.core.email import normal
from keepless.errors import MailFault
from keepless.ports import Mail

# A line of RFC 5322 may have so many characters. A link that were broken in the middle would not be clickable.
_POLICY = policy.SMTP.clone(max_line_length=998)
_ID_BYTES = 16


def compose(mail: Mail, sender: Address, now: datetime) -> EmailMessage:
    """The message, dated `now` (UTC). Raises MailFault for an address or a subject that cannot be sent."""
    if normal(mail.to) != mail.to:
        raise MailFault("address", permanent=True)
    local, _, domain = mail.to.rpartition("@")
    message = EmailMessage(policy=_POLICY)
    try:
        message["From"] = sender
        message["To"] = Address("", local, domain)
        message["Subject"] = mail.subject
        message["Date"] = now
        message["Message-ID"] = f"<{secrets.token_hex(_ID_BYTES)}@{sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
        message.set_content(mail.text)
    except (ValueError, LookupError, AttributeError):  # what the header's parser raises for nonsense
        raise MailFault("malformed", permanent=True) from None
    return message
