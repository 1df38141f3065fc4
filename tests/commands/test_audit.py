"""`keepless audit`: what a person sees who checks a trail, and what comes out for one person."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import pytest
from click.testing import CliRunner
from support.trails import NOON, SECRET, Trail

from keepless.adapters.sql.schema import upgrade
from keepless.adapters.sql.stores import make_stores
from keepless.cli import cli
from keepless.core.secret import Secret


@pytest.fixture
def trail(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = Trail(tmp_path / "trail")
    for name in ("TOKEN_ENCRYPTION_KEY", "FLASK_SECRET_KEY", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text(f"TOKEN_ENCRYPTION_KEY={made.keys}\nFLASK_SECRET_KEY={SECRET.reveal()}\n")
    return made


def keepless(*arguments, stdin=None):
    """The exit code and what was printed on both outputs."""
    with_wide_lines = {"COLUMNS": "400"}
    done = CliRunner().invoke(cli, ["audit", *map(str, arguments)], input=stdin, env=with_wide_lines)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def refusal(*arguments) -> str:
    """The one line with which it refused."""
    code, told = keepless(*arguments)
    assert code == 1
    assert told.startswith("keepless: ")
    assert told.count("\n") == 1
    return told


def test_a_sound_trail_says_what_was_checked(trail):
    trail.act(150)
    code, told = keepless("verify", trail.folder)
    assert code == 0
    assert "152 lines, 150 of them acts, 2026-11-23T12:00:00Z to 2026-11-23T12:00:00Z" in told
    assert "2 checkpoints, signed by audit-" in told
    assert "Nothing is wrong with it." in told


def alter(lines):
    return [*lines[:70], lines[70].replace(b"viewed", b"Viewed"), *lines[71:]]


def drop(lines):
    return [*lines[:70], *lines[71:]]


def reorder(lines):
    return [*lines[:70], lines[71], lines[70], *lines[72:]]


def insert(lines):
    return [*lines[:70], lines[3], *lines[70:]]


def cut_off(lines):
    return lines[:-1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (alter, "altered  audit-2026-11-23.jsonl line 71, n 70:"),
        (drop, "dropped  audit-2026-11-23.jsonl line 71, n 71: n 70 should stand before it"),
        (reorder, "reordered  audit-2026-11-23.jsonl line 72, n 70:"),
        (insert, "inserted  audit-2026-11-23.jsonl line 71, n 3:"),
        (cut_off, "truncated  audit-2026-11-23.jsonl line 152, n 151:"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(trail, change, told):
    trail.act(150)
    trail.rewrite(change(trail.lines()))
    code, printed = keepless("verify", trail.folder)
    assert code == 1
    assert told in printed.replace("\n", " ")
    assert "This trail is not as it was written." in printed


def test_one_file_is_checked_by_itself(trail):
    trail.act(5)
    trail.clock.step(days=1)
    trail.act(5)
    code, printed = keepless("verify", trail.files()[1])
    assert code == 0
    assert "5 line(s) after the last checkpoint are not signed" in printed


def test_what_came_from_standard_output_is_checked_from_there(trail):
    trail.act(5)
    code, printed = keepless("verify", "-", stdin=b"hello\n" + trail.files()[0].read_bytes())
    assert code == 0
    assert "1 line(s) are of no audit trail" in printed


def test_an_auditor_needs_the_public_keys_alone(trail, tmp_path):
    trail.act(5)
    code, keys = keepless("keys")
    assert code == 0
    (tmp_path / ".env").unlink()
    assert "--keys" in refusal("verify", trail.folder)
    (tmp_path / "keys.json").write_text(keys)
    assert keepless("verify", trail.folder, "--keys", tmp_path / "keys.json")[0] == 0
    other = Trail(tmp_path / "other")
    other.act(5)
    code, printed = keepless("verify", other.folder, "--keys", tmp_path / "keys.json")
    assert code == 1
    assert "unknown key" in printed


@pytest.fixture
def publisher():
    """An installation's address: what it publishes, and a path that leads elsewhere."""
    served = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/moved"):
                self.send_response(302)
                self.send_header("Location", "/.well-known/keepless.json")
                self.end_headers()
                return
            self.send_response(200 if self.path in served else 404)
            self.end_headers()
            self.wfile.write(served.get(self.path, b""))

        def log_message(self, *_about):
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield served, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_public_keys_come_from_the_address_of_the_installation(trail, publisher):
    served, address = publisher
    trail.act(5)
    served["/.well-known/keepless.json"] = keepless("keys")[1].encode()
    assert keepless("verify", trail.folder, "--keys", address)[0] == 0
    for wrong in (f"{address}/moved", f"{address}/nothing"):
        assert re.search("answered (302|404)", refusal("verify", trail.folder, "--keys", wrong))


@pytest.mark.parametrize("address", ["http://keepless.example.test", "ftp://127.0.0.1", "file:///etc/passwd"])
def test_public_keys_come_over_https_or_from_this_machine(trail, address):
    trail.act()
    assert "https" in refusal("verify", trail.folder, "--keys", address)


def test_an_end_that_was_noted_down_is_looked_for(trail):
    trail.act(5)
    noted = keepless("verify", trail.folder)[1].partition("--noted later: ")[2].split()[0]
    trail.act(5)
    assert keepless("verify", trail.folder, "--noted", noted)[0] == 0
    assert keepless("verify", trail.folder, "--noted", f"3:{'0' * 64}")[0] == 1
    assert "N:HASH" in refusal("verify", trail.folder, "--noted", "3")


@pytest.mark.parametrize("missing", ["nothing-here", "trail/nothing-here"])
def test_a_trail_that_is_not_there_is_said_in_one_line(trail, missing):
    trail.act()
    assert refusal("verify", missing) == f"keepless: {missing} cannot be read: No such file or directory\n"


def test_an_empty_folder_is_not_said_to_be_sound(trail, tmp_path):
    (tmp_path / "empty").mkdir()
    assert keepless("verify", tmp_path / "empty") == (
        1,
        "truncated  head line 1: there is no trail here\nThis trail is not as it was written.\n",
    )


def test_the_lines_of_one_person_come_out_as_they_are(trail):
    for _ in range(3):
        trail.act(2, who="ana")
        trail.act(2, who="ben")
        trail.clock.step(days=1)
    code, told = keepless("export", trail.folder, "--who", trail.audit.who("ana"))
    lines = told.splitlines()
    assert code == 0
    assert len(lines) == 6
    assert set(lines) <= {line.decode() for file in range(3) for line in trail.lines(file)}
    span = ("--from", "2026-11-24", "--to", "2026-11-24")
    assert len(keepless("export", trail.folder, "--who", trail.audit.who("ana"), *span)[1].splitlines()) == 2


def test_the_lines_of_an_account_are_found_by_its_address(trail, tmp_path, monkeypatch):
    url = Secret(f"sqlite:///{tmp_path / 'accounts.db'}")
    upgrade(url)
    stores = make_stores(url)
    stores.accounts.ask("link", at=NOON, until=NOON.replace(hour=13))
    user = stores.accounts.sign_in(
        "link", "ana@example.test", new_user_id=str(uuid4()), session_id="s", at=NOON, until=NOON.replace(hour=13)
    )
    stores.close()
    trail.act(3, who=user.id)
    trail.act(3, who="another")
    assert "DATABASE_URL" in refusal("export", trail.folder, "--user", "ana@example.test")
    monkeypatch.setenv("DATABASE_URL", url.reveal())
    told = keepless("export", trail.folder, "--user", "Ana@Example.test")[1].splitlines()
    assert [json.loads(line)["who"] for line in told] == [trail.audit.who(user.id)] * 3
    assert "no account" in refusal("export", trail.folder, "--user", "ben@example.test")


@pytest.mark.parametrize(
    "arguments", [(), ("--user", "a@example.test", "--who", "0" * 16), ("--who", "short"), ("--who", '"' * 16)]
)
def test_whose_lines_are_meant_has_to_be_said(trail, arguments):
    trail.act()
    assert refusal("export", trail.folder, *arguments)


def test_no_key_no_secret_reaches_what_is_printed(trail):
    trail.act(5)
    printed = keepless("keys")[1] + keepless("verify", trail.folder)[1]
    assert "audit-" in printed
    assert trail.keys not in printed
    assert SECRET.reveal() not in printed
