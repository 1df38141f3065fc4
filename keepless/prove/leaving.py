"""The end of a person's visit: all that ends something, in an order in which each still has something to end."""

from collections.abc import Callable, Sequence
from time import monotonic, sleep

from keepless.prove.pages import Form, forms
from keepless.prove.person import FIRST_REFUSAL, HTML, Person

# Words of their paths.
ROTATING = ("rotat", "account/end", "sessions/end", "forget", "disconnect")
RECOVERING = ("restore", "revoke", "forget", "disconnect")
_PAGES = ("/", "/statement", "/account", "/setup", "/recovery", "/rotate", "/delete-me")
# Plaid's faults may have opened a circuit, which closes again by itself.
_PATIENCE = 25.0


def end_things(person: Person, order: Sequence[str]) -> None:
    """Keys rotated, or the recovery file used; trends forgotten, banks disconnected: by form and by JSON."""
    found = person.operations()
    for word in order:
        for form in _forms(person):
            if word in form.action:
                person.fill_in(form)
                person.fill_in(form)  # keys are rotated in two steps; of the others the second finds it done
        for call in found:
            if word in call.path:
                person.call(call)
                person.call(call, go=True) if word == "rotat" else person.call(call)


def log_out(person: Person) -> bool:
    """Whether it was done, within a while."""
    return _again(lambda: person.visitor.submit("/logout", {}, Accept=HTML).status)


def delete_account(person: Person) -> bool:
    """By the page's form and once more by JSON, which says the same; whether it was done, within a while."""
    fields = {"email": person.email}
    by_form = _again(lambda: person.visitor.submit("/delete-me", fields, Accept=HTML).status)
    by_json = _again(lambda: person.visitor.send("DELETE", "/api/delete-me", fields).status)
    return by_form and by_json


def _forms(person: Person) -> list[Form]:
    pages = [(path, person.visitor.get(path, Accept=HTML).text) for path in _PAGES]
    found = {form.action: form for path, html in pages for form in forms(path, html) if form.method == "POST"}
    return list(found.values())


def _again(act: Callable[[], int]) -> bool:
    deadline = monotonic() + _PATIENCE
    while True:
        if 0 < act() < FIRST_REFUSAL:
            return True
        if monotonic() > deadline:
            return False
        sleep(1)
