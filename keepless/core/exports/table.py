"""Transactions as CSV (RFC 4180), with nothing in it that a spreadsheet would run. docs/export.md is the contract."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

from keepless.core.exports.content import Content, decimal_text, in_chunks
from keepless.core.kinds import kind_of

MEDIA_TYPE = "text/csv; charset=utf-8"
COLUMNS = (
    "date", "posted", "account", "account id", "bank", "merchant", "description", "amount", "currency", "category",
    "detailed category", "kind", "pending", "id",
)  # fmt: skip

# Without it, spreadsheets that open a file by double-click take UTF-8 for an older encoding: "Zoë" becomes "ZoÃ«".
_BYTE_ORDER_MARK = "\ufeff"

# What makes a formula, in the wide and small forms that spreadsheets for East Asian scripts read alike.
_FORMULA = r"=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
# What programs skip before it: blanks, quotes, controls and characters without a width; not the separators below.
_SKIPPED = (
    r"\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
    r"\"'`\xb4\u2018-\u201f"
)
# A cell begins where the text does. For a program that takes another separator than the comma it may also begin after
# a semicolon, tab or line break inside a text, quoted or not.
_CELL_BEGINS = re.compile(rf"\A(?='|[{_SKIPPED}]*[{_FORMULA}\t\r\n])|(?<=[;\t\r\n])(?='|[{_SKIPPED}]*[{_FORMULA}])")


def neutral(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula: an apostrophe goes before what might begin one.

    Also before an apostrophe, so that the way back is certain: where a cell begins, drop one. NUL, which no program
    reads, is left out. Source: OWASP, CSV Injection.
    """
    return _CELL_BEGINS.sub("'", text.replace("\0", ""))


def write(content: Content) -> Iterator[bytes]:
    """The header row and one row for each transaction, as chunks. Amounts keep Plaid's sign: positive is money out."""
    return in_chunks(_lines(content))


def _lines(content: Content) -> Iterator[str]:
    accounts = content.accounts()
    banks = {account_id: bank.bank.name for account_id, bank in content.banks_by_account().items()}
    line = StringIO(newline="")
    writer = csv.writer(line)  # RFC 4180 is what it writes unless told otherwise

    def written(*cells: str) -> str:
        line.seek(0)
        line.truncate()
        writer.writerow(cells)
        return line.getvalue()

    yield _BYTE_ORDER_MARK + written(*COLUMNS)
    for row in content.rows:
        account = accounts.get(row.account_id)
        yield written(
            row.date.isoformat(),
            row.posted.isoformat(),
            neutral(account.name if account else ""),
            neutral(row.account_id),
            neutral(banks[row.account_id]),
            neutral(row.merchant),
            neutral(row.name),
            decimal_text(row.amount, row.currency),  # a number, and nothing else can be in it
            neutral(row.currency),
            neutral(row.primary),
            neutral(row.detailed),
            kind_of(row, account.type if account else ""),
            "yes" if row.pending else "no",
            neutral(row.id),
        )
