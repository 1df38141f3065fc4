"""Who was paid, from the ways in which banks write it: "LUMEN STREAM 8374" and "Lumen Stream" are one payee (P5)."""

import re
from collections.abc import Iterable, Mapping

from keepless.core.filters import fold
from keepless.core.models import Transaction

# What says how a payment was made and not to whom: processors, kinds of payment, endings of addresses and companies.
# fmt: off
_SAYS_NOTHING = frozenset({
    "ach", "autopay", "bill", "billpay", "card", "co", "com", "corp", "credit", "debit", "dep", "deposit", "des", "dir",
    "direct", "eft", "epay", "inc", "inst", "io", "llc", "ltd", "monthly", "net", "online", "org", "pay", "payment",
    "paypal", "payroll", "pmt", "pos", "pp", "ppd", "purchase", "pymt", "recurring", "sq", "subscription", "tst", "us",
    "web", "www",
})
# fmt: on
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_NAMES_LEARNED = 3  # ways to write one merchant that are looked at
_LONG_WORD = 5


def words_of(name: str) -> tuple[str, ...]:
    """The words that tell who it is: no numbers, no kinds of payment. All the words where none would be left."""
    words = [word for word in _BETWEEN_WORDS.split(fold(name)) if word]
    telling = [word for word in words if word.isalpha() and word not in _SAYS_NOTHING]
    return tuple(telling or words)


def payees(by_merchant: Mapping[str, Iterable[Transaction]]) -> dict[str, str]:
    """The payee of each merchant as shown, the same for all the ways in which one is written.

    A row that names no merchant is that of the merchant whose name, or whose usual line at the bank, its line begins
    with; the longest such name counts.
    """
    named: dict[tuple[str, ...], str] = {}
    lines: dict[tuple[str, ...], str] = {}
    nameless: dict[str, tuple[str, ...]] = {}
    found: dict[str, str] = {}
    for merchant in sorted(by_merchant):
        words = words_of(merchant)
        names = sorted({row.name for row in by_merchant[merchant]} - {merchant})[:_NAMES_LEARNED]
        if names:
            found[merchant] = named.setdefault(words, " ".join(words))
            for name in names:
                lines.setdefault(words_of(name), found[merchant])
        else:
            nameless[merchant] = words
    known = {**lines, **named}
    for words in sorted(nameless.values(), key=len):
        if (len(words) > 1 or len("".join(words)) >= _LONG_WORD) and _begins(words, known) is None:
            known[words] = " ".join(words)
    for merchant, words in nameless.items():
        found[merchant] = _begins(words, known) or " ".join(words)
    return found


def _begins(words: tuple[str, ...], known: Mapping[tuple[str, ...], str]) -> str | None:
    return next((known[words[:size]] for size in range(len(words), 0, -1) if words[:size] in known), None)
