"""What one look at a bank gave, read from each of the ways to look: the page, its stream, the dashboard, the list."""

import json
import re
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any, NamedTuple

from werkzeug.test import TestResponse

BANK = "First Platypus Bank"
COPIED, ANEW = 2, 3  # rows: one more is at the bank than when the copy was made


class Look(NamedTuple):
    """What one look gave.

    `code` and `retry_after` are of an answer that is a problem. `shown` is what came of the bank, in this order: a
    copy, figures (as the bank has them now), accounts (figures without any row), same, withdrawn; `lacks` is what they
    came without: rows, terms. `problem` and `action` are the bank's, "" for none; the page's action is its button's.
    """

    status: int
    code: str = ""
    retry_after: bool = False
    shown: tuple[str, ...] = ()
    lacks: str = ""
    problem: str = ""
    action: str = ""
    cache: str = ""
    names_bank: bool = True
    tells_age: bool = True


class _Page(HTMLParser):
    """The statement's rows, bank tables, and notices with their controls."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows = self.banks = self.notices = 0
        self.controls: set[str] = set()
        self.codes: list[str] = []
        self.words: list[str] = []
        self._in_code = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = dict(attrs)
        classes = (have.get("class") or "").split()
        self.rows += tag == "td" and "when" in classes
        self.banks += tag == "table" and "accounts" in classes
        self.notices += tag == "article" and "notice" in classes
        self._in_code = tag == "code"
        if tag == "button" and "data-connect" in have:
            self.controls.add("reconnect")
        if tag == "a" and classes == ["button"]:
            self.controls.add({"/setup": "relink", "/": "retry"}[have["href"] or ""])
        if tag == "meta" and have.get("http-equiv") == "refresh":
            self.controls.add("wait")

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._in_code:
            self.codes.append(data)
            self._in_code = False


def _read_page(answer: TestResponse) -> Look:
    page = _Page(answer.text)
    words = re.sub(r"\s+", " ", " ".join(page.words))
    missing = {
        "terms": "no terms of cards and loans" in words or "terms of its cards and loans could not be read" in words,
        "rows": "gives Plaid no transactions" in words or "transactions could not be read" in words,
    }
    return Look(
        answer.status_code,
        shown=(_figures(page.rows),) if page.banks else (),
        lacks=" ".join(what for what, is_missing in missing.items() if is_missing),
        problem=page.codes[0] if page.notices else "",
        action=" ".join(sorted(page.controls)),
        names_bank=BANK in words,
        tells_age=re.search(rf"{BANK}\b[^.]*3 days old", words) is not None,
    )


def _read_stream(answer: TestResponse) -> Look:
    first, *lines, last = map(json.loads, answer.text.splitlines())
    assert (first["type"], last["type"]) == ("start", "end")
    banks = [line for line in lines if line["type"] == "bank"]
    problems = [line for line in lines if line["type"] == "problem"]
    kinds = {"bank": lambda line: _figures(len(line["rows"])), "same": lambda _: "same"}
    shown = tuple(kinds[line["type"]](line) for line in lines if line["type"] in kinds)
    is_withdrawn = bool(banks) and not all(line["copy_stands"] for line in problems)
    return Look(
        answer.status_code,
        shown=(*shown, "withdrawn") if is_withdrawn else shown,
        lacks=_lacking(banks),
        **_problem([line["problem"] for line in problems]),
        cache=", ".join(line["cache"] for line in banks),
        names_bank=[each["name"] for each in first["banks"]] == [BANK],
        tells_age=all("fetched_at" in line for line in banks),
    )


def _read_dashboard(answer: TestResponse) -> Look:
    told = answer.json
    return Look(
        answer.status_code,
        shown=tuple(_figures(told["transactions"]["total"]) for _ in told["banks"]),
        lacks=_lacking(told["banks"]),
        **_problem(told["problems"]),
        cache=told["cache"],
        names_bank={each["name"] for each in told["banks"]} | {each["bank"]["name"] for each in told["problems"]}
        == {BANK},
        tells_age=all("fetched_at" in bank for bank in told["banks"]),
    )


def _read_transactions(answer: TestResponse) -> Look:
    told = answer.json
    if answer.status_code != HTTPStatus.OK:
        return Look(
            answer.status_code,
            code=told["code"],
            retry_after="Retry-After" in answer.headers,
            **_problem(told["problems"]),
        )
    return Look(
        answer.status_code,
        shown=(_figures(told["total"]),),
        lacks="rows" if any(gap["code"] for gap in told["gaps"]) else "",
        **_problem(told["problems"]),
        cache=told["cache"],
    )


def _figures(rows: int) -> str:
    return {COPIED: "copy", ANEW: "figures", 0: "accounts"}[rows]


def _problem(problems: list[dict[str, Any]]) -> dict[str, Any]:
    if not problems:
        return {}
    (only,) = problems
    assert only["bank"]["name"] == BANK
    return {"problem": only["code"], "action": only["action"]}


def _lacking(banks: list[dict[str, Any]]) -> str:
    members = {"terms": "liabilities_problem", "rows": "transactions_problem"}
    return " ".join(what for what, member in members.items() if any(bank[member] for bank in banks))


READERS = {
    "/statement": _read_page,
    "/api/live": _read_stream,
    "/api/dashboard": _read_dashboard,
    "/api/transactions": _read_transactions,
}
PATHS = tuple(READERS)
