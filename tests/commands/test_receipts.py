"""`keepless verify-receipt`: a wrong receipt never prints as right."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import msgspec
import pytest
from click.testing import CliRunner

from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.adapters.sealing.receipts import ReceiptKeys
from keepless.commands.published import KEYS_PATH
from keepless.commands.published import MAX_BYTES as MAX_PUBLISHED
from keepless.commands.receipts import verify_receipt
from keepless.core.receipt import MAX_BYTES, Held, Receipt, Remains, Removed, RemovedBank
from keepless.services.receipts import signed

ISSUER = "https://keepless.example.test"
KEYS = ReceiptKeys(Keyring.parse(generate()))
OTHERS = ReceiptKeys(Keyring.parse(generate()))


def receipt(issuer=ISSUER, **fields):
    made = Receipt(
        kind="keepless.deletion",
        version=1,
        issuer=issuer,
        environment="production",
        issued_at="2026-11-23T14:30:05Z",
        account="ana@example.test",
        outcome="removed",
        held=Held(banks=(), rows={"users": 1, "sessions": 2}, cookies=("__Host-keepless",), copies=1),
        removed=Removed(
            banks=(
                RemovedBank(
                    name="First Platypus Bank", institution_id="ins_1", request_id="req-7", at="2026-11-23T14:30:04Z"
                ),
                RemovedBank(name="", institution_id="ins_2", request_id=None, at="2026-11-23T14:30:04Z"),
            ),
            rows={"users": 1, "sessions": 2, "trend_capsules": 0},
            cookies=("__Host-keepless",),
            copies=1,
        ),
        stays=(Remains(what="other_sessions", count=1), Remains(what="something new")),
    )
    return msgspec.structs.replace(made, **fields)


def keys_file(signer=KEYS, issuer=ISSUER) -> bytes:
    return msgspec.json.encode({"version": 1, "issuer": issuer, "receipt_keys": signer.public_keys(), "promise": ""})


@pytest.fixture
def folder(tmp_path):
    """A folder with a right receipt and its keys."""
    (tmp_path / "receipt.json").write_bytes(msgspec.json.encode(signed(receipt(), KEYS)))
    (tmp_path / "keys.json").write_bytes(keys_file())
    return tmp_path


def verify(folder, *arguments, file="receipt.json", keys="keys.json"):
    chosen = ["--keys", str(folder / keys)] if keys else []
    return CliRunner().invoke(verify_receipt, [str(folder / file), *chosen, *arguments])


def refused(result) -> str:
    """The one line of a refusal."""
    assert result.exit_code == 1, result.output
    assert "is right" not in result.output
    (line,) = result.output.splitlines()
    assert line.startswith("keepless: ")
    return line


def test_a_right_receipt_is_told_in_words(folder):
    result = verify(folder)
    assert result.exit_code == 0, result.output
    for words in (
        f"The receipt is right: {ISSUER} signed it",
        "2026-11-23 14:30:05 UTC",
        "ana@example.test",
        "First Platypus Bank (ins_1), 2026-11-23 14:30:04 UTC, request req-7",
        "a bank (ins_2), 2026-11-23 14:30:04 UTC, had ended before",
        "Rows deleted: users 1, sessions 2",
        "cookies in other browsers",
        "(1)",
        "something new",
        f"see that {ISSUER} is where you asked for it",
    ):
        assert words in result.output


@pytest.mark.parametrize(
    ("outcome", "words"), [("gone_already", "nothing more to remove"), ("nothing_held", "Nothing was held")]
)
def test_what_it_does_not_prove_it_does_not_say(folder, outcome, words):
    (folder / "receipt.json").write_bytes(msgspec.json.encode(signed(receipt(outcome=outcome), KEYS)))
    result = verify(folder)
    assert words in result.output
    assert "Everything that was held was deleted" not in result.output


def test_a_file_that_an_editor_laid_out_anew_is_still_right(folder):
    file = folder / "receipt.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()), indent=4, sort_keys=True, ensure_ascii=True))
    assert verify(folder).exit_code == 0


@pytest.mark.parametrize(
    "path",
    [
        ("receipt", "account"),
        ("receipt", "issued_at"),
        ("receipt", "environment"),
        ("receipt", "removed", "banks", 0, "request_id"),
        ("receipt", "removed", "banks", 0, "name"),
        ("receipt", "stays", 0, "what"),
        ("signature", "value"),
    ],
    ids=lambda path: ".".join(map(str, path)),
)
def test_a_changed_file_is_refused(folder, path):
    raw = json.loads((folder / "receipt.json").read_bytes())
    place = raw
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = place[path[-1]][:-1] + ("x" if place[path[-1]][-1] != "x" else "y")
    (folder / "receipt.json").write_text(json.dumps(raw))
    assert "was changed, or never issued" in refused(verify(folder))


def test_something_added_is_a_change(folder):
    raw = json.loads((folder / "receipt.json").read_bytes())
    raw["receipt"]["note"] = "and one bank more"
    (folder / "receipt.json").write_text(json.dumps(raw))
    assert "was changed" in refused(verify(folder))


def test_a_signature_by_somebody_elses_key_is_refused(folder):
    (folder / "receipt.json").write_bytes(msgspec.json.encode(signed(receipt(), OTHERS)))
    assert "has no key receipt-" in refused(verify(folder))


def test_a_signature_that_borrows_a_known_keys_id_is_refused(folder):
    forged = signed(receipt(), OTHERS)
    known = KEYS.public_keys()[0].key_id
    forged = msgspec.structs.replace(forged, signature=msgspec.structs.replace(forged.signature, key_id=known))
    (folder / "receipt.json").write_bytes(msgspec.json.encode(forged))
    assert "was changed, or never issued" in refused(verify(folder))


def test_keys_of_another_installation_are_refused(folder):
    (folder / "keys.json").write_bytes(keys_file(issuer="https://other.example.test"))
    assert "the keys are those of https://other.example.test" in refused(verify(folder))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no receipt"),
        (b"{}", "is no receipt"),
        (b"\x00\xff", "is no receipt"),
        (keys_file(), "is no receipt"),
        (b" " * (MAX_BYTES + 1), "longer than any receipt"),
        (None, "cannot be read"),
    ],
    ids=["empty", "an object", "bytes", "the keys", "huge", "missing"],
)
def test_what_is_no_receipt_is_refused(folder, content, words):
    (folder / "receipt.json").unlink()
    if content is not None:
        (folder / "receipt.json").write_bytes(content)
    assert words in refused(verify(folder))


def test_a_folder_is_no_receipt(folder):
    assert "cannot be read" in refused(verify(folder, file="."))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"issuer": 1}', b"x" * (MAX_PUBLISHED + 1)], ids=["empty", "a list", "odd", "huge"]
)
def test_what_is_no_list_of_keys_is_refused(folder, content):
    (folder / "keys.json").write_bytes(content)
    assert "keys" in refused(verify(folder))


def test_what_a_terminal_would_obey_is_not_printed(folder):
    names = [msgspec.structs.replace(receipt().removed.banks[0], name="\x1b[2J\x1b]0;right\x07\u202eknaB")]
    removed = msgspec.structs.replace(receipt().removed, banks=tuple(names))
    (folder / "receipt.json").write_bytes(msgspec.json.encode(signed(receipt(removed=removed), KEYS)))
    output = verify(folder).output
    assert not {"\x1b", "\x07", "\u202e"} & set(output)
    assert "?[2J" in output


class _Installation(BaseHTTPRequestHandler):
    """Answers as a test wants it to."""

    answer = (200, b"", {})
    asked: ClassVar[list[str]] = []

    def do_GET(self):
        type(self).asked.append(self.path)
        status, body, headers = self.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def installation():
    """A server of this machine; its address, and the class whose `answer` a test sets."""
    handler = type("Handler", (_Installation,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    thread.join()
    server.server_close()


def write_receipt(folder, issuer, signer=KEYS):
    (folder / "receipt.json").write_bytes(msgspec.json.encode(signed(receipt(issuer), signer)))


def test_without_keys_the_issuer_is_asked(folder, installation):
    address, handler = installation
    handler.answer = (200, keys_file(issuer=address), {})
    write_receipt(folder, address)
    assert verify(folder, keys=None).exit_code == 0
    assert handler.asked == [KEYS_PATH]


@pytest.mark.parametrize("suffix", ["", "/", KEYS_PATH])
def test_an_address_of_keys_may_be_the_installations(folder, installation, suffix):
    address, handler = installation
    handler.answer = (200, keys_file(), {})
    result = CliRunner().invoke(verify_receipt, [str(folder / "receipt.json"), "--keys", address + suffix])
    assert result.exit_code == 0, result.output
    assert handler.asked == [KEYS_PATH]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((302, b"", {"Location": KEYS_PATH + "?again"}), "answered 302"),
        ((404, b"{}", {}), "answered 404"),
        ((200, b"<html>", {}), "no list of keys"),
        ((200, b" " * (MAX_PUBLISHED + 1), {}), "longer than they can be"),
    ],
    ids=["a redirect", "not there", "a page", "huge"],
)
def test_an_issuer_that_answers_otherwise_is_refused(folder, installation, answer, words):
    address, handler = installation
    handler.answer = answer
    write_receipt(folder, address)
    assert words in refused(verify(folder, keys=None))
    assert handler.asked == [KEYS_PATH]


def test_an_issuer_that_answers_with_anothers_keys_is_refused(folder, installation):
    address, handler = installation
    handler.answer = (200, keys_file(OTHERS, issuer=address), {})
    write_receipt(folder, address)
    assert "has no key" in refused(verify(folder, keys=None))


@pytest.mark.parametrize(
    "issuer",
    [
        "http://192.0.2.1",
        "http://localhost.example.test",
        "https://user:word@keepless.example.test",
        "https://keepless.example.test/?x",
        "https://keepless.example.test/#x",
        "https://[::1",
        "https://keepless.example.test:x",
        "https://",
        "ftp://localhost",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_issuer_that_is_no_address_is_not_asked(folder, issuer):
    write_receipt(folder, issuer)
    assert "is no address that keys are asked of" in refused(verify(folder, keys=None))


def test_a_file_beside_the_receipt_is_no_issuer(folder):
    """Whoever forges a receipt can put keys of their own beside it: only the reader names a file of keys."""
    issuer = str(folder / "keys.json")
    (folder / "keys.json").write_bytes(keys_file(issuer=issuer))
    write_receipt(folder, issuer)
    assert "is no address" in refused(verify(folder, keys=None))


def test_an_issuer_that_cannot_be_reached_is_said(folder):
    write_receipt(folder, "http://127.0.0.1:9")
    assert "cannot be asked" in refused(verify(folder, keys=None))
