"""What is planted, and later looked for: words, amounts and secrets that occur nowhere else in the world.

Drawn anew for each run, so that what an earlier run left behind is not mistaken for this one's.
"""

import secrets
import string
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from ipaddress import IPv6Address
from uuid import UUID

import msgspec

# Shorter ones occur by chance: eight letters are one of 200 thousand million.
MARK_LETTERS = 8
# What is looked for of a long secret: nobody leaks a part of it and hides another.
CORE_CHARACTERS = 24
LEAST_BYTES = 7
_CENTS = 100
# A token that begins so makes our own code fail (prove.stage).
BROKEN = "access-broken-"


class Kind(StrEnum):
    """The kinds of what is planted, in the words of the report."""

    MERCHANT = "merchant or description"
    ACCOUNT = "account or bank name"
    AMOUNT = "amount"
    SEARCH = "search word"
    EMAIL = "e-mail"
    ACCESS_TOKEN = "bank token"  # noqa: S105 - a word of the report
    PUBLIC_TOKEN = "public or link token"  # noqa: S105
    ITEM = "item or account id"
    COOKIE = "sealed cookie"
    CAPSULE = "sealed trend capsule"
    SESSION = "session id or secret"
    SIGN_IN = "sign-in link"
    PASSPHRASE = "passphrase"  # noqa: S105
    SERVER_KEY = "key of the server"
    ADDRESS = "network address"


class Canary(msgspec.Struct, frozen=True):
    """One thing that is looked for. `label` names it in the report, which never prints its text.

    `texts` are ways to write it as text, `binary` as bytes; each is looked for in every form of `prove.forms`.
    """

    kind: Kind
    label: str
    texts: tuple[str, ...] = ()
    binary: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"Canary({self.label})"


class Canaries:
    """All of one run, in the order of their arrival. Not for several threads at once."""

    def __init__(self) -> None:
        self._all: dict[tuple[Kind, str], Canary] = {}
        self._numbers: Counter[Kind] = Counter()

    def __iter__(self) -> Iterator[Canary]:
        return iter(tuple(self._all.values()))

    def __len__(self) -> int:
        return len(self._all)

    def by_kind(self) -> Mapping[Kind, int]:
        return dict(self._numbers)

    def text(self, kind: Kind, text: str) -> str:
        """Adds a text that is looked for whole; returns it."""
        self._add(kind, text, (text,), ())
        return text

    def secret(self, kind: Kind, text: str) -> str:
        """Adds a random text of which a part in the middle gives it away, and its bytes where it is a UUID's or hex.

        Returns it. Raises ValueError for one that is too short to be told from chance.
        """
        core = text
        if len(text) > 2 * CORE_CHARACTERS:
            start = (len(text) - CORE_CHARACTERS) // 2
            core = text[start : start + CORE_CHARACTERS]
        if len(core) < LEAST_BYTES:
            raise ValueError(f"too short to be looked for: {kind}")
        self._add(kind, text, (core,), ())
        return text

    def token(self, kind: Kind, text: str) -> str:
        """Adds one of Plaid's tokens, `<what>-<environment>-<uuid>`: its UUID is looked for, packed too; returns it."""
        try:
            uuid = UUID(text[-36:])
        except ValueError:
            return self.secret(kind, text)
        self._add(kind, text, (str(uuid), uuid.hex), (uuid.bytes,))
        return text

    def address(self, text: str) -> str:
        """Adds an IPv6 address, of which the network is enough to find its subscriber; returns it."""
        network = text.split(":")[:4]
        self._add(Kind.ADDRESS, text, (":".join(network),), (IPv6Address(text).packed[:8],))
        return text

    def blob(self, kind: Kind, value: bytes) -> None:
        """Adds random bytes."""
        self._add(kind, value.hex(), (), (value,))

    def amount(self, value: Decimal) -> Decimal:
        """Adds an amount of nine digits and two decimals; returns it. docs/prove.md says which ways to write it."""
        cents = int(value * _CENTS)
        whole = str(cents // _CENTS)
        parts = (whole[:3], whole[3:6], whole[6:])
        grouped = tuple(separator.join(parts) for separator in (",", ".", "'", " ", "\xa0", "\u202f", "_"))
        self._add(Kind.AMOUNT, whole, (whole, *grouped), _as_numbers(cents))
        return value

    def _add(self, kind: Kind, whole: str, texts: tuple[str, ...], binary: tuple[bytes, ...]) -> None:
        if (kind, whole) not in self._all:
            self._numbers[kind] += 1
            self._all[kind, whole] = Canary(kind, f"{kind} {self._numbers[kind]}", texts, binary)


def _as_numbers(cents: int) -> tuple[bytes, ...]:
    """The amount as programs keep numbers: 64-bit integers of minor units, doubles, and PostgreSQL's numeric.

    MessagePack's integers of more than 32 bits are eight big-endian bytes too. Shorter ones are left out: four bytes
    occur by chance in every few thousand million, and a false alarm would teach people to ignore a true one.
    """
    value = cents / _CENTS
    whole, rest = divmod(cents, _CENTS)
    digits = (whole // 10**8, whole // 10**4 % 10**4, whole % 10**4, rest * _CENTS)
    return (
        struct.pack("<q", cents),
        struct.pack(">q", cents),
        struct.pack("<d", value),
        struct.pack(">d", value),
        struct.pack("<4h", *digits),
        struct.pack(">4h", *digits),
    )


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """What one bank has: names and rows, by which it is told from the others."""

    name: str
    accounts: tuple[str, str]
    descriptions: tuple[str, ...]
    amounts: tuple[Decimal, ...]


def draw_mark() -> str:
    """Letters that no word has."""
    return "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(MARK_LETTERS))


def draw_address() -> str:
    """An address of the range that is kept for examples (RFC 3849)."""
    groups = (f"{secrets.randbelow(0xEFFF) + 0x1000:x}" for _ in range(6))
    return ":".join(("2001", "db8", *groups))


def draw_amount() -> Decimal:
    """Nine digits and two decimals, none of which is a zero; never beginning like a time in seconds."""
    digits = [secrets.choice("23456789")] + [secrets.choice("123456789") for _ in range(10)]
    return Decimal("".join(digits)) / _CENTS


def draw_bank(canaries: Canaries, *, rows: int) -> Planted:
    """A bank whose names, merchants and amounts are looked for. Each has letters of its own, some beyond ASCII."""

    def marked(kind: Kind, words: str) -> str:
        mark = draw_mark()
        canaries.text(kind, mark)
        return words.format(mark.capitalize())

    shops = ("{} Bakery", "CARD PURCHASE {} & CO 0042", "Café {} Øst", "{} Pharmacy #7", "STANDING ORDER {} <RENT>")
    return Planted(
        name=marked(Kind.ACCOUNT, "{} Bank"),
        accounts=(marked(Kind.ACCOUNT, "{} Current"), marked(Kind.ACCOUNT, "{} Card")),
        descriptions=tuple(marked(Kind.MERCHANT, shops[number % len(shops)]) for number in range(rows)),
        amounts=tuple(canaries.amount(draw_amount()) for _ in range(rows + 2)),
    )


def custom_user(bank: Planted, today: date) -> bytes:
    """The bank's rows as Plaid's custom-user JSON (docs/plaid.md 9.3), spread over the last months."""
    days = [today - timedelta(days=3 + 9 * number) for number in range(len(bank.descriptions))]
    rows = [
        {"date_transacted": day, "date_posted": day, "amount": amount, "description": words, "currency": "USD"}
        for day, amount, words in zip(days, bank.amounts[2:], bank.descriptions, strict=True)
    ]
    current, card = bank.accounts
    accounts = [
        _account("depository", "checking", current, bank.amounts[0], rows[::2]),
        _account("credit", "credit card", card, bank.amounts[1], rows[1::2])
        | {"liability": {"type": "credit", "purchase_apr": 19.9, "last_statement_balance": bank.amounts[1]}},
    ]
    return msgspec.json.Encoder(decimal_format="number").encode({"override_accounts": accounts})


def _account(
    kind: str, subtype: str, name: str, balance: Decimal, rows: Iterable[Mapping[str, object]]
) -> dict[str, object]:
    return {
        "type": kind,
        "subtype": subtype,
        "starting_balance": balance,
        "currency": "USD",
        "meta": {"name": name, "official_name": name, "mask": "7411"},
        "transactions": list(rows),
    }


def draw_passphrase() -> str:
    return "-".join("".join(secrets.choice(string.ascii_lowercase) for _ in range(6)) for _ in range(4))
