"""A person who does all that there is to do: looks at every page, fills in every form, calls every operation."""

import re
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from keepless.prove.bank import Bank
from keepless.prove.canaries import Canaries, Kind, Planted, draw_mark, draw_passphrase
from keepless.prove.mailbox import Mailbox
from keepless.prove.pages import Form, forms, links
from keepless.prove.routes import Call, calls, fields_of, unlike
from keepless.prove.visitor import FORM, Answer, Visitor

HTML = "text/html"
FIRST_REFUSAL = 400
# What ends something is left for the end (prove.leaving).
ENDS = re.compile("rotat|/end|forget|restore|revoke|disconnect|logout|delete")
# Where a person without a link to them would not come along.
_STARTS = ("/", "/statement", "/setup", "/account", "/what-you-hold", "/recovery", "/oauth-return?oauth_state_id=prove")
_MOST_PAGES = 80
_DAYS = 90  # what every tier shows
_ITEM = re.compile(r'"item_id":"([^"]+)"')


class Person:
    """One person: a browser, an e-mail address, and what they type where something is asked for."""

    def __init__(self, visitor: Visitor, bank: Bank, canaries: Canaries, banks: list[Planted], *, email: str) -> None:
        self.visitor = visitor
        self.bank = bank
        self.email = email
        self.canaries = canaries
        self.search = canaries.text(Kind.SEARCH, draw_mark())
        self._banks = banks
        self._passphrase = canaries.text(Kind.PASSPHRASE, draw_passphrase())
        self._capsule: str | None = None
        self._files: dict[str, str] = {}

    @property
    def bank_name(self) -> str:
        """The name of a bank of theirs."""
        return self._banks[0].name

    def sign_in(self, mailbox: Mailbox) -> bool:
        """By the link in the mail; False where that did not work. Raises TimeoutError where no mail comes."""
        if self.visitor.get("/sign-in", Accept=HTML).status >= FIRST_REFUSAL:
            return False
        self.visitor.submit("/sign-in", {"email": self.email}, Accept=HTML)
        link = self._link(mailbox)
        self.visitor.get(link, Accept=HTML)
        signed_in = self.visitor.submit(link, {}, Accept=HTML).status < FIRST_REFUSAL
        self.visitor.submit(link, {}, Accept=HTML)  # it works once
        return signed_in

    def sign_in_by_program(self, mailbox: Mailbox) -> bool:
        """The same with JSON, as a program would."""
        self.visitor.post("/api/sign-in", {"email": self.email})
        token = self._link(mailbox).rpartition("/")[2]
        return self.visitor.post("/api/sign-in/confirm", {"token": token}).status < FIRST_REFUSAL

    def _link(self, mailbox: Mailbox) -> str:
        path = urlsplit(mailbox.newest_link(self.email)).path
        self.canaries.secret(Kind.SIGN_IN, path.rpartition("/")[2])
        return path

    def connect(self) -> None:
        """One bank by Link, one by a pasted token."""
        self.visitor.post("/api/link-token", {})
        self.visitor.post("/api/exchange", {"public_token": self.bank.public_token(self._banks[0])})
        self.visitor.submit("/setup", {"access_token": self.bank.access_token(self._banks[1])}, Accept=HTML)
        self.visitor.post("/api/link-done", {})
        self.bank.note_items()

    def look_around(self) -> None:
        """Every page that links lead to, and every form of theirs that ends nothing."""
        waiting, seen = list(_STARTS), set[str]()
        sent = set[tuple[str, ...]]()
        while waiting and len(seen) < _MOST_PAGES:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            answer = self.visitor.get(path, Accept=HTML)
            if not answer.is_page:
                continue
            waiting += [link for link in links(path, answer.text) if link not in seen]
            for form in forms(path, answer.text):
                known = (form.action, *form.fields)
                if known not in sent and not ENDS.search(form.action):
                    sent.add(known)
                    self.fill_in(form)

    def fill_in(self, form: Form) -> Answer:
        """Sends a form with what this person would type."""
        typed = {name: self._typed(name, value) for name, value in form.fields.items()}
        if form.method == "GET":
            return self.visitor.get(f"{urlsplit(form.action).path}?{urlencode(typed)}", Accept=HTML)
        files = {name: self._file(form.action) for name in form.files}
        return self.visitor.submit(form.action, typed, files=files, Accept=HTML)

    def call_everything(self) -> None:
        """Every documented operation that ends nothing: as it should be asked, wrongly, and with all its parameters."""
        for call in self.operations():
            if not ENDS.search(call.path):
                self.call(call)
                self._call_wrongly(call)
        words = quote(self._banks[0].descriptions[0])
        for path in ("/", "/api/transactions", "/statement"):
            self.visitor.get(f"{path}?q={quote(self.search)}&days={_DAYS}", Accept=HTML)
            self.visitor.get(f"{path}?min={self._banks[0].amounts[2]}", Accept=HTML)
            self.visitor.get(f"{path}?merchant={words}&days=365", Accept=HTML)
        for kind in ("csv", "json", "ofx"):
            self.visitor.get(f"/api/export?format={kind}&days={_DAYS}&partial=yes")
            self.visitor.submit("/api/export", {"format": kind, "q": self.search, "partial": "yes"})

    def operations(self) -> list[Call]:
        """What /openapi.json documents."""
        return calls(self.visitor.get("/openapi.json").json())

    def call(self, call: Call, **chosen: Any) -> Answer:
        """Calls an operation with what this person would say; `chosen` stands instead where it is given."""
        if call.body is None:
            asked = {name: self._known(name, call.path) for name in call.parameters}
            query = urlencode({name: value for name, value in asked.items() if value})
            body = self._unsigned() if call.method == "POST" else None
            answer = self.visitor.ask(call.method, call.path + (f"?{query}" if query else ""), body)
            return self.visitor.get(call.path) if call.method == "GET" and query else answer
        fields = fields_of(call.body, lambda name: self._known(name, call.path)) | chosen
        if call.media_type == FORM:
            return self.visitor.submit(call.path, {name: str(value) for name, value in fields.items() if value})
        answer = self.visitor.send(call.method, call.path, fields)
        self._take(call.path, answer)
        return answer

    def _unsigned(self) -> bytes:
        """For those whose senders sign what they send: this is not signed, and must be refused."""
        return f'{{"item_id": "{self.bank_name}", "webhook_type": "{self.search}"}}'.encode()

    def _call_wrongly(self, call: Call) -> None:
        if call.parameters:
            self.visitor.ask(call.method, f"{call.path}?{urlencode(unlike(call.parameters))}")
            self.visitor.ask(call.method, f"{call.path}?{urlencode({self.search: self.bank_name})}")
        if call.method != "GET":
            as_json = {"Content-Type": "application/json"}
            self.visitor.ask(call.method, call.path, f'{{"{self.search}": '.encode(), **as_json)
            self.visitor.post(call.path, {"passphrase": self._passphrase, "nothing": self.bank_name})
            self.visitor.post(call.path, {}, **{"Sec-Fetch-Site": "cross-site"})

    def _take(self, path: str, answer: Answer) -> None:
        """Keeps what a later request hands back: capsules and files."""
        if not 0 < answer.status < FIRST_REFUSAL:
            return
        read = answer.json()
        capsule = read.get("capsule") if isinstance(read, dict) else None
        if isinstance(capsule, str):
            self._capsule = self.canaries.secret(Kind.CAPSULE, capsule)
        elif "Content-Disposition" in answer.headers:
            self._files[_subject(path)] = answer.text

    def _known(self, name: str, path: str) -> Any:
        """What this person puts into a field of that name; None for what they know nothing of."""
        match name:
            case "public_token":
                return self.bank.public_token(self._banks[0])
            case "item_id" | "repaired":
                return self._item()
            case "file":
                return self._file(path)
        given = {
            "passphrase": self._passphrase,
            "email": self.email,
            "capsule": self._capsule,
            "q": self.search,
            "merchant": self._banks[0].descriptions[0],
            "days": _DAYS,
            "format": "json",
            "partial": "yes",
            "on": True,
            "all": "others",
        }
        return given.get(name)

    def _file(self, path: str) -> str:
        return self._files.get(_subject(path), self.search)

    def _item(self) -> str | None:
        """The id of one of this person's own banks."""
        told = _ITEM.search(self.visitor.get("/api/dashboard").text)
        return told[1] if told else None

    def _typed(self, name: str, value: str) -> str:
        if name == "access_token":
            return self.bank.access_token(self._banks[1])
        return value or str(self._known(name, "") or "")


def _subject(path: str) -> str:
    """What a path is about: /api/trends/export and /api/trends/import are about trends, /recovery/revoke recovery."""
    return path.removeprefix("/api").strip("/").partition("/")[0]
