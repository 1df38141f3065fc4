"""A trend capsule as bytes: MessagePack with every text in it once. docs/trends.md describes it.

It comes back from a browser, and from files that anyone may have written: nothing of it is believed unread.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Literal, NamedTuple

import msgspec

from keepless.core.capsule import (
    LONGEST_CODE,
    LONGEST_NAME,
    MOST,
    NAMELESS,
    BankMonth,
    BankName,
    Capsule,
    CardFigure,
    CardId,
    MonthSums,
    days_in,
)
from keepless.core.periods import month_of
from keepless.errors import SealBroken

MOST_MONTHS = 240
# The chart has a place for each month of each currency: without a bound, a file of this size fills the server's memory.
MOST_CURRENCIES = 50
# Of the bytes; sealed and in base64 it is a third longer.
MOST_BYTES = 180_000

_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that a datetime holds

_Text = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]
_Place = Annotated[int, msgspec.Meta(ge=0, le=65_535)]  # of a text in the list of texts
_Second = Annotated[int, msgspec.Meta(ge=0, le=_LAST_SECOND)]
_Month = Annotated[int, msgspec.Meta(ge=12, le=9999 * 12 + 11)]  # 12 x year + month from 0
_Day = Annotated[int, msgspec.Meta(ge=1, le=date.max.toordinal())]
_Figure = Annotated[int, msgspec.Meta(ge=-MOST, le=MOST)]


class _Bank(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    institution: _Place
    as_of: _Second
    name: _Place


class _Sums(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    currency: _Place
    spent: _Figure
    income: _Figure
    debt_payments: _Figure
    cash: _Figure
    categories: list[tuple[_Place, _Figure]]


class _MonthOf(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    institution: _Place
    month: _Month
    days: Annotated[int, msgspec.Meta(ge=0, le=31)]
    as_of: _Second
    sums: list[_Sums]


class _FigureOf(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    day: _Day
    as_of: _Second
    seen: bool
    balance: _Figure
    limit: _Figure | None


class _Card(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    institution: _Place
    name: _Place
    mask: _Place | None
    currency: _Place
    figures: list[_FigureOf]


class _Packed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    version: Literal[1]
    texts: list[_Text]
    banks: list[_Bank]
    months: list[_MonthOf]
    cards: list[_Card]


class Fitting(NamedTuple):
    """A capsule as bytes, what is in them, and how many of its oldest months had no room."""

    packed: bytes
    capsule: Capsule
    dropped: int


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def fit(capsule: Capsule) -> Fitting:
    """The capsule without its oldest months where there are more than 240, or more than there is room for (T14).

    The month it begins with is told, so that nothing goes in silence.
    """
    kept = capsule.named()
    months = kept.all_months()
    packed = encode(kept)
    if len(months) <= MOST_MONTHS and _has_room(kept, packed):
        return Fitting(packed, kept, 0)
    fewest, most = 0, min(len(months), MOST_MONTHS)
    while fewest < most:  # the most months, from the newest back, that there is room for
        middle = -(-(fewest + most) // 2)
        newest = kept.since(months[-middle])
        if _has_room(newest, encode(newest)):
            fewest = middle
        else:
            most = middle - 1
    kept = kept.since(months[-fewest]) if fewest else Capsule()
    return Fitting(encode(kept), kept, len(months) - fewest)


def encode(capsule: Capsule) -> bytes:
    """All of the capsule; what `read` and `decode` make always encodes."""
    texts: dict[str, int] = {}

    def place(text: str) -> int:
        return texts.setdefault(text, len(texts))

    banks = [
        _Bank(place(institution), int(bank.as_of.timestamp()), place(bank.name))
        for institution, bank in capsule.banks.items()
    ]
    months = [
        _MonthOf(
            place(institution),
            _number(month),
            known.days,
            int(known.as_of.timestamp()),
            [_packed_sums(currency, sums, place) for currency, sums in known.sums.items()],
        )
        for (institution, month), known in capsule.months.items()
    ]
    by_card: dict[CardId, list[_FigureOf]] = {}
    for (card, _), figure in capsule.cards.items():
        by_card.setdefault(card, []).append(
            _FigureOf(figure.day.toordinal(), int(figure.as_of.timestamp()), figure.seen, figure.balance, figure.limit)
        )
    cards = [
        _Card(
            place(card.institution_id),
            place(card.name),
            None if card.mask is None else place(card.mask),
            place(card.currency),
            figures,
        )
        for card, figures in by_card.items()
    ]
    return _encoder.encode(_Packed(1, list(texts), banks, months, cards))


def decode(packed: bytes) -> Capsule:
    """What `encode` was given. Raises SealBroken("malformed") for all that it did not make."""
    try:
        raw = _decoder.decode(packed)
        capsule = Capsule(
            banks={raw.texts[bank.institution]: _bank(bank, raw.texts) for bank in raw.banks},
            months={(raw.texts[each.institution], _name(each.month)): _month(each, raw.texts) for each in raw.months},
            cards=dict(_figures(raw.cards, raw.texts)),
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, IndexError, RecursionError):
        raise SealBroken("malformed") from None
    if not _is_sound(capsule):
        raise SealBroken("malformed")
    return capsule


def _has_room(capsule: Capsule, packed: bytes) -> bool:
    return len(packed) <= MOST_BYTES and len(_currencies(capsule)) <= MOST_CURRENCIES


def _currencies(capsule: Capsule) -> set[str]:
    """Those that money was spent, received or moved in; cards' own need no chart of their own."""
    return {currency for known in capsule.months.values() for currency in known.sums}


def _packed_sums(currency: str, sums: MonthSums, place: Callable[[str], int]) -> _Sums:
    return _Sums(
        place(currency),
        sums.spent,
        sums.income,
        sums.debt_payments,
        sums.cash,
        [(place(category), spent) for category, spent in sums.by_category.items()],
    )


def _bank(bank: _Bank, texts: list[str]) -> BankName:
    return BankName(_moment(bank.as_of), texts[bank.name])


def _month(each: _MonthOf, texts: list[str]) -> BankMonth:
    return BankMonth(
        days=each.days,
        as_of=_moment(each.as_of),
        sums={
            texts[sums.currency]: MonthSums(
                spent=sums.spent,
                income=sums.income,
                debt_payments=sums.debt_payments,
                cash=sums.cash,
                by_category={texts[category]: spent for category, spent in sums.categories},
            )
            for sums in each.sums
        },
    )


def _figures(cards: Iterable[_Card], texts: list[str]) -> Iterable[tuple[tuple[CardId, str], CardFigure]]:
    for card in cards:
        mask = None if card.mask is None else texts[card.mask]
        key = CardId(texts[card.institution], texts[card.name], mask, texts[card.currency])
        for each in card.figures:
            day = date.fromordinal(each.day)
            yield (
                (key, month_of(day)),
                CardFigure(day=day, as_of=_moment(each.as_of), seen=each.seen, balance=each.balance, limit=each.limit),
            )


def _is_sound(capsule: Capsule) -> bool:
    """Whether it could have been read from banks: its parts are all there and at one, its codes of the usual length."""
    institutions = {institution for institution, _ in capsule.months} | {
        card.institution_id for card, _ in capsule.cards
    }
    codes = [
        *institutions,
        *(code for month in capsule.months.values() for code in month.sums),
        *(code for month in capsule.months.values() for sums in month.sums.values() for code in sums.by_category),
        *(code for card, _ in capsule.cards for code in (card.mask or "", card.currency)),
    ]
    return (
        NAMELESS not in institutions
        and institutions <= capsule.banks.keys()
        and len(capsule.all_months()) <= MOST_MONTHS
        and len(_currencies(capsule)) <= MOST_CURRENCIES
        and all(len(code) <= LONGEST_CODE for code in codes)
        and all(known.days <= days_in(month) for (_, month), known in capsule.months.items())
        and all(
            sum(sums.by_category.values()) == sums.spent
            for month in capsule.months.values()
            for sums in month.sums.values()
        )
        and all(figure.limit is None or figure.limit > 0 for figure in capsule.cards.values())
    )


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _name(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
