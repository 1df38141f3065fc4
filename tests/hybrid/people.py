"""Visitors of Keepless over HTTP, each with an amount in their rows that is nobody else's."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from urllib.parse import urlencode

import urllib3
from support.cookie_jar import CookieJar
from support.local_plaid import LocalPlaid

FIRST_PAGE = 500  # as much as Plaid gives at once
_numbers = count(1)


@dataclass(frozen=True)
class Figures:
    """What one answer says of a visitor's money, in minor units: how many rows, their sum, whose marks they bear."""

    rows: int
    total: int
    marks: tuple[int, ...]


@dataclass(frozen=True)
class Look:
    """One answer: what the cache did for it, and its figures; for a stream those of the last line that had rows."""

    status: int
    cache: tuple[str, ...] = ()
    figures: Figures | None = None
    problems: tuple[str, ...] = ()
    fetched_at: tuple[str, ...] = ()
    start: date | None = None


@dataclass
class Person:
    """A browser with its jar. A GET writes no cookie that matters here, so threads may share one."""

    token: str
    mark: int
    item_id: str = ""
    jar: CookieJar = field(default_factory=CookieJar)
    _http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=256, retries=False))

    @classmethod
    def with_bank(cls, plaid: LocalPlaid, address: str, user: str = "demo") -> "Person":
        """Somebody who has this household, bought something that nobody else did, and has connected the bank."""
        token, number = plaid.connect(user), next(_numbers)
        mark = 1_000_003 * number  # in cents
        today = datetime.now(UTC).date() - timedelta(days=1)
        bought = {"amount": mark / 100, "description": f"Canary House {number}", "iso_currency_code": "USD"}
        dates = {"date_transacted": today.isoformat(), "date_posted": today.isoformat()}
        status, answer = plaid.call(
            "/sandbox/transactions/create", {"access_token": token, "transactions": [bought | dates]}
        )
        assert status == 200, answer
        person = cls(token, mark, next(item["item_id"] for item in plaid.items() if item["access_token"] == token))
        person.connect(address)
        return person

    def connect(self, address: str) -> None:
        answer = self.ask(address, "/setup", access_token=self.token)
        assert answer.status == 303, answer.data.decode()

    def ask(self, address: str, path: str, **form: str) -> urllib3.BaseHTTPResponse:
        """A GET, or a POST of the form where there is one; cookies are kept as a browser keeps them."""
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json, text/html;q=0.9"}
        headers["Cookie"] = self.jar.header
        body = None
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        answer = self._http.request(
            "POST" if form else "GET", address + path, body=body, headers=headers, redirect=False, timeout=60
        )
        return self.jar.apply(answer)

    def live(self, address: str) -> Look:
        """The page's stream, to its end."""
        answer = self.ask(address, "/api/live")
        if answer.status != 200:
            return Look(answer.status)
        return look_of(list(map(json.loads, answer.data.splitlines())))

    def rows(self, address: str) -> Look:
        """The first page of transactions, as JSON."""
        answer = self.ask(address, "/api/transactions")
        if answer.status != 200:
            return Look(answer.status)
        told = json.loads(answer.data)
        amounts = [row["amount"] for row in told["transactions"]]
        return Look(200, (told["cache"],), figures_of(amounts, told["total"]))

    def board(self, address: str) -> tuple[int, str, int]:
        """The dashboard: status, what the cache did, and what was spent in the period, in cents."""
        answer = self.ask(address, "/api/dashboard")
        if answer.status != 200:
            return answer.status, "", 0
        told = json.loads(answer.data)
        spent = [each["period"]["spent"] for each in told["spending"] if each["currency"] == "USD"]
        return 200, told["cache"], sum(spent)

    def truth(self, plaid: LocalPlaid, start: date) -> Figures:
        """The figures since that day by the bank's own word: asked without Keepless."""
        today = datetime.now(UTC).date()
        rows: list[dict] = []
        while True:
            options = {"count": FIRST_PAGE, "offset": len(rows)}
            body = {"access_token": self.token, "start_date": start.isoformat(), "end_date": today.isoformat()}
            _, page = plaid.call("/transactions/get", body | {"options": options})
            rows += page["transactions"]
            if len(rows) >= page["total_transactions"]:
                break
        since = [row for row in rows if (row["authorized_date"] or row["date"]) >= start.isoformat()]
        return figures_of([round(row["amount"] * 100) for row in since])

    def close(self) -> None:
        self._http.clear()


def figures_of(amounts: list[int], rows: int | None = None) -> Figures:
    return Figures(
        len(amounts) if rows is None else rows,
        sum(amounts),
        tuple(sorted(amount for amount in amounts if amount and amount % 1_000_003 == 0)),
    )


def look_of(lines: list[dict]) -> Look:
    """What a whole stream says of one bank."""
    assert lines[-1]["type"] == "end", "the stream broke off"
    banks = [line for line in lines if line["type"] == "bank"]
    return Look(
        200,
        tuple(line["cache"] for line in banks),
        figures_of([row[4] for row in banks[-1]["rows"]]) if banks else None,
        tuple(line["problem"]["code"] for line in lines if line["type"] == "problem"),
        tuple(line["fetched_at"] for line in lines if line["type"] in ("bank", "same")),
        date.fromisoformat(lines[0]["period"]["start"]),
    )
