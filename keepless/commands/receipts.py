"""`keepless verify-receipt`: whether a receipt of a deletion is what an installation signed, and what it says."""

import json
from pathlib import Path

import click
import msgspec
from rich.console import Console

from keepless.adapters.sealing.receipts import is_signed
from keepless.commands.published import KEYS_PATH, MAX_BYTES, Unpublished, fetched, read
from keepless.commands.refusal import Refusal, printable
from keepless.core import receipt as receipts
from keepless.core.receipt import NotAReceipt, Receipt, Remains, SignedReceipt
from keepless.services.receipts import PublicKey

OUTCOMES = {
    "removed": "Everything that was held was deleted.",
    "gone_already": "Everything had been deleted before: this time there was nothing more to remove.",
    "nothing_held": "Nothing was held, so there was nothing to delete.",
}
STAYS = {
    "other_sessions": "cookies in other browsers, whose sessions were ended: they open nothing any more",
    "other_sessions_reaped": "cookies in other browsers, whose sessions were ended; the reaper removes their banks",
    "unreadable_cookies": "cookies of banks that did not open, left as they were",
    "audit_lines": "lines of the audit trail that name nobody",
    "backups": "backups of the database, until they are overwritten: nothing of a bank's",
    "plaid": "what Plaid and the banks hold themselves",
}

out = Console(highlight=False)


class _Keys(msgspec.Struct, frozen=True):
    """As much of an installation's /.well-known/keepless.json as is needed."""

    issuer: str
    receipt_keys: tuple[PublicKey, ...]


@click.command("verify-receipt")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--keys", "keys_at", metavar="FILE|URL", help="The installation's keepless.json.  [default: asked of the issuer]"
)
def verify_receipt(file: Path, keys_at: str | None) -> None:
    """Check who signed the receipt of a deletion, and show it.

    Without --keys the installation that the receipt names is asked for its public keys, over https. Exit code: 0 the
    receipt is right, 1 it is not, or that could not be told.
    """
    given, message = _read(file)
    keys = _keys(given.receipt.issuer, keys_at)
    _require_signed(given, message, keys)
    _tell(given, keys_at or given.receipt.issuer)


def _read(file: Path) -> tuple[SignedReceipt, bytes]:
    """Raises Refusal, as all that follows."""
    try:
        with file.open("rb") as opened:
            return receipts.read(opened.read(receipts.MAX_BYTES + 1))
    except OSError as fault:
        raise Refusal(f"{file} cannot be read: {fault.strerror}") from None
    except NotAReceipt as fault:
        raise Refusal(f"{file} is no receipt: {fault}") from None


def _keys(issuer: str, keys_at: str | None) -> _Keys:
    """The public keys from where the reader says, else from the issuer's address: that may be anybody's words."""
    source = keys_at or issuer
    try:
        text = read(keys_at) if keys_at else fetched(issuer)
    except Unpublished as fault:
        raise Refusal(str(fault)) from None
    if len(text) > MAX_BYTES:
        raise Refusal(f"the keys of {source} are longer than they can be")
    try:
        return msgspec.convert(json.loads(text), _Keys)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors too
        raise Refusal(f"what {source} has is no list of keys; look for its {KEYS_PATH}") from None


def _require_signed(given: SignedReceipt, message: bytes, keys: _Keys) -> None:
    issuer, key_id = given.receipt.issuer, given.signature.key_id
    if keys.issuer != issuer:
        raise Refusal(f"the receipt says that {issuer} issued it, but the keys are those of {keys.issuer}")
    named = [key for key in keys.receipt_keys if key.key_id == key_id]
    if not named:
        raise Refusal(f"{issuer} has no key {key_id}: it never had one, or has retired it since")
    if not any(is_signed(message, given.signature, key) for key in named):
        raise Refusal(f"the signature is not that of {issuer}: the receipt was changed, or never issued")


def _tell(given: SignedReceipt, source: str) -> None:
    told = given.receipt
    _say(f"The receipt is right: {told.issuer} signed it, and it was not changed since.", style="green")
    _say("")
    rows = [
        ("issued", _time(told.issued_at)),
        ("account", told.account or "none"),
        ("Plaid", told.environment),
        ("key", f"{given.signature.key_id}, from {source}"),
    ]
    for name, value in rows:
        _say(f"  {name:<9}{value}")
    _say("")
    _say(OUTCOMES[told.outcome])
    for line in _lines(told):
        _say(line)
    _say("")
    _say(f"Anybody can sign for an address of their own: see that {told.issuer} is where you asked for it.")


def _lines(told: Receipt) -> list[str]:
    lines = []
    if told.removed.banks:
        lines.append("Disconnected at Plaid:")
    for bank in told.removed.banks:
        request = f"request {bank.request_id}" if bank.request_id else "had ended before"
        lines.append(f"  {bank.name or 'a bank'} ({bank.institution_id}), {_time(bank.at)}, {request}")
    rows = [f"{table} {count}" for table, count in told.removed.rows.items() if count]
    if rows:
        lines.append(f"Rows deleted: {', '.join(rows)}")
    if told.removed.copies:
        lines.append(f"Sealed copies deleted: of {told.removed.copies} bank(s) at most")
    if told.removed.cookies:
        lines.append(f"Cookies cleared: {', '.join(told.removed.cookies)}")
    return lines + [f"Stays: {_stays(each)}" for each in told.stays]


def _stays(each: Remains) -> str:
    count = f" ({each.count})" if each.count is not None else ""
    until = f", until {_time(each.until)}" if each.until is not None else ""
    return f"{STAYS.get(each.what, each.what)}{count}{until}"


def _time(moment: str) -> str:
    return moment.replace("T", " ").replace("Z", " UTC")


def _say(text: str, *, style: str | None = None) -> None:
    """Prints a line as it is, but for what a terminal would take for a command: the words may be anybody's."""
    out.print(printable(text), style=style, markup=False, soft_wrap=True)
