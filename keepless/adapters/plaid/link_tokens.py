"""What Link is opened with: the request of /link/token/create, and what its answer says."""

import datetime as dt
from typing import Any

from keepless.adapters.plaid import faults, wire
from keepless.adapters.plaid.settings import LinkSettings
from keepless.core.secret import Secret
from keepless.ports import LinkToken


def request(settings: LinkSettings, *, user_id: str, update: Secret | None, redirect_uri: str | None) -> dict[str, Any]:
    """The body; with `update`, for update mode, which takes no products."""
    body: dict[str, Any] = {
        "client_name": settings.client_name,
        "language": settings.language,
        "country_codes": list(settings.country_codes),
        "user": {"client_user_id": user_id},
    }
    if redirect_uri is not None:
        body["redirect_uri"] = redirect_uri
    if update is not None:
        body["access_token"] = update.reveal()
    else:
        body["products"] = list(settings.products)
        body["required_if_supported_products"] = list(settings.required_if_supported)
        body["transactions"] = {"days_requested": settings.days_requested}
        if settings.webhook is not None:
            body["webhook"] = settings.webhook
    return body


def read(body: bytes) -> LinkToken:
    """The token and its end (UTC). Raises PlaidFault BAD_ANSWER."""
    answer = wire.link_token_answer(body)
    try:
        return LinkToken(answer.link_token, answer.expiration.astimezone(dt.UTC))
    except OverflowError:  # in UTC it lies outside the calendar
        raise faults.own(faults.BAD_ANSWER) from None
