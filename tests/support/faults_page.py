"""docs/faults.md, written from the cells of the matrix."""

from collections.abc import Iterator, Mapping

from support.looks import PATHS, Look
from support.matrix import Cell

from keepless.errors import Action

Cells = Mapping[tuple[str, str], Cell]

# A row: the trouble's name, its own code ("" where it has none), and its cells.
Rows = list[tuple[str, str, Cells]]

_HEAD = """\
# Every fault, and what is seen of it

What a visitor sees when Plaid, a bank or the way to them fails: each of Plaid's error codes ([plaid](plaid.md),
sections 2 and 3) and each way in which no good answer comes, without a copy of the bank and with one of every age, on
the page and over the API. `{test}` looks at each of these cells on the running application,
in front of the local Plaid, and keeps this page equal to what it saw;
`KEEPLESS_WRITE_DOCS=1 .venv/bin/pytest {test}` writes it anew.
[Outages](outages.md) tells how Plaid is left alone for a while, [errors](errors.md) has the words.

## What holds in every cell

- The page (`/statement`), its stream (`/api/live`) and `/api/dashboard` answer 200 and name the bank. Only the list
  (`/api/transactions`), which would be empty for want of a bank, is a problem then: 503 with `Retry-After` where
  waiting helps, 409 where the person has to act, 502 where only whoever runs the installation can. Nothing is a 500,
  and nobody waits for longer than the adapter is patient.
- A bank of which nothing is shown has its card: what is wrong, its code and the next step, the same on the page and in
  the API.
- A fresh copy is disturbed by nothing: nobody is asked.
- An older copy is shown at once with its age, whatever is wrong, and stays. Only where the connection itself has ended
  it is forgotten: the stream withdraws it, and the next look does not show it.
- A copy of more than seven days is never shown, even where the cache still has it.
- The sealed cookie is never cleared, shrunk or written (R6). The hints cookie, which holds no secret, is.

## How to read the tables

A trouble meets every call to Plaid, unless one is named, and goes on. Those that pass within the request, and are
mended by asking again, are not here. The bank has had news since the copy was made.

| word | means |
|---|---|
| another | a code of that type which nobody knows yet |
| left alone | it has failed for so long that nobody is asked for a while |
| code | Plaid's in the bank's problem, or ours where no answer came ([errors](errors.md)); "its own" is the trouble's |
| step | the problem's `action`, below |
| list | `/api/transactions`; its status is 200 where none is named |
| figures | of the bank as it is now; "accounts" where no transaction came with them |
| copy | of the bank as it was when the copy was made, with its age |
| card, problem | what is wrong with the bank, on the page and in `problems` or a line of the stream |
| next | what the next look gives, once all that ran behind the first one is over; where that is something else |
| kept | whether a copy is in the cache in the end |

| step | what the page offers |
|---|---|
{steps}

"""

STEPS = {
    Action.RETRY: "a button that asks again",
    Action.WAIT: "nothing: it asks again by itself",
    Action.RECONNECT: "a login at the bank, or disconnecting",
    Action.RELINK: "connecting anew, or disconnecting",
    Action.DROP: "connecting anew, or taking the bank off the list",
    Action.OPERATOR: "disconnecting; else it is up to whoever runs the installation",
    Action.NONE: "disconnecting",
}

# The state that is looked up, and what is said of it. That without a copy both editions say the same is a test.
_SECTIONS = {
    "expired": (
        "No copy, or one that is over",
        """\
The stateless edition, where `cache` is `none` and nothing is kept; and a copy of seven days and a second.""",
    ),
    "fresh": (
        "A fresh copy",
        """\
Here five minutes old: of less than ten, and no webhook has told of news since.""",
    ),
    "stale": (
        "An older copy",
        """\
Here three days old. It is shown first, and then renewed by what has changed since. What came of that, the stream says
at once. Page, dashboard and list say the age, and from the next look on what is wrong.""",
    ),
}


def page(rows: Rows, *, test: str) -> str:
    """The text of docs/faults.md."""
    steps = "\n".join(f"| `{action}` | {what} |" for action, what in STEPS.items())
    sections = ("\n".join(_section(state, rows)) for state in _SECTIONS)
    return _HEAD.format(test=test, steps=steps) + "\n\n".join(sections) + "\n"


def _section(state: str, rows: Rows) -> Iterator[str]:
    title, text = _SECTIONS[state]
    yield f"## {title}"
    yield ""
    yield text
    yield ""
    yield "| trouble | code | step | page | stream | dashboard | list | `cache` | kept |"
    yield "|" + "---|" * 9
    grouped: dict[tuple[str, ...], list[str]] = {}
    for name, code, cells in rows:
        row = _row({path: cells[state, path] for path in PATHS}, code)
        grouped.setdefault(row, []).append(name)
    for row, names in grouped.items():
        who = "all of them" if len(names) == len(rows) else ", ".join(names)
        yield f"| {who} | {' | '.join(row)} |"


def _row(cells: Mapping[str, Cell], own: str) -> tuple[str, ...]:
    statement, stream, board, rows = (cells[path] for path in PATHS)
    looks = (stream.first, board.first, board.then)
    codes = dict.fromkeys(look.problem for look in looks if look.problem)
    actions = dict.fromkeys(look.action for look in looks if look.action)
    return (
        ", then ".join("its own" if code == own else f"`{code}`" for code in codes) or "-",
        ", ".join(f"`{action}`" for action in actions) or "-",
        _told(statement, "card"),
        _told(stream, "problem"),
        _told(board, "problem"),
        _told(rows, "problem"),
        ", then ".join(f"`{use}`" for use in dict.fromkeys((board.first.cache, board.then.cache))),
        "yes" if board.is_kept else "no",
    )


def _told(cell: Cell, problem: str) -> str:
    first, then = _seen(cell.first, problem), _seen(cell.then, problem)
    return first if first == then else f"{first}; next: {then}"


def _seen(look: Look, problem: str) -> str:
    shown = list(look.shown)
    if shown and look.lacks == "terms":
        shown[-1] += " without terms"
    if look.problem:
        shown.append(problem)
    if look.code:
        return f"{look.status} `{look.code}`" + (", `Retry-After`" if look.retry_after else "")
    return ", ".join(shown)
