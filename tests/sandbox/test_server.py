"""The local Plaid as a program: it says when it listens, stops in order, and survives hostile callers."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3

from keepless.sandbox.__main__ import main
from keepless.sandbox.options import Options
from keepless.sandbox.server import CannotListen, serve_in_thread


@contextlib.contextmanager
def started(*arguments):
    command = [sys.executable, "-m", "keepless.sandbox", "--port", "0", *arguments]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield program, program.stdout.readline().split()[-1]
    finally:
        program.kill()
        program.communicate()


@pytest.mark.parametrize("asked_by", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_stops_in_order_when_asked(asked_by):
    with started() as (program, url):
        assert json.loads(urllib3.request("GET", url + "/health").data)["status"] == "ok"
        program.send_signal(asked_by)
        printed, complaints = program.communicate(timeout=10)
        assert (program.returncode, printed, complaints) == (0, "", "")


def test_a_call_under_way_is_let_go_when_it_stops():
    with started() as (program, url):
        urllib3.request("POST", url + "/sandbox/faults", json={"silence": 600})
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as caller:
            caller.sendall(b"POST /item/get HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
            hits = 0
            while not hits:
                hits = urllib3.request("GET", url + "/sandbox/faults").json()["faults"][0]["hits"]
            program.send_signal(signal.SIGTERM)
            assert program.wait(timeout=10) == 0
            assert caller.recv(100) == b""


def test_a_folder_of_users_makes_a_bank_of_each_json_file(tmp_path):
    user = {"override_accounts": [{"type": "depository", "subtype": "checking", "starting_balance": 12.5}]}
    (tmp_path / "corner shop.json").write_text(json.dumps(user))
    (tmp_path / "LICENSE").write_text("no user")
    with serve_in_thread(Options(port=0, users_dir=tmp_path)) as running:
        credentials = {"client_id": "someone", "secret": "something"}

        def call(path, **body):
            return urllib3.request("POST", running.url + path, json={**credentials, **body}).json()

        (bank,) = call("/institutions/search", query="corner", country_codes=["US"])["institutions"]
        assert bank["name"] == "corner shop"
        made = call(
            "/sandbox/public_token/create",
            institution_id=bank["institution_id"],
            initial_products=["transactions"],
        )
        token = call("/item/public_token/exchange", public_token=made["public_token"])["access_token"]
        assert call("/accounts/get", access_token=token)["accounts"][0]["balances"]["current"] == 12.5


def test_a_port_in_use_is_one_clear_line(local_plaid, capsys):
    port = local_plaid.url.rpartition(":")[2]
    assert main(["--port", port]) == 1
    said = capsys.readouterr().err
    assert f"127.0.0.1:{port} cannot be listened on (it is in use)" in said
    assert said.count("\n") == 1


def test_a_folder_of_users_that_is_not_there_is_one_clear_line(capsys, tmp_path):
    assert main(["--port", "0", "--users", str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err


def in_a_file(text, name="bad.json"):
    return lambda folder: (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _: None, "no file whose name ends in .json"),
        (in_a_file("{}", "notes.txt"), "no file whose name ends in .json"),
        (in_a_file("not json"), "bad.json is no custom user: The custom user is not JSON"),
        (
            in_a_file('{"override_accounts": [{"type": "purse"}]}'),
            "bad.json is no custom user: override_accounts[0].type",
        ),
        (in_a_file(" " * 1_000_001), "bad.json is no custom user: The custom user is too long"),
        (lambda folder: (folder / "bad.json").mkdir(), "bad.json is not a file"),
        (lambda folder: os.mkfifo(folder / "bad.json"), "bad.json is not a file"),
        (lambda folder: (folder / "bad.json").symlink_to("nowhere"), "bad.json is not a file"),
        (lambda folder: (folder / os.fsdecode(b"b\xe4d.json")).write_text("{}"), "has a name that is not Unicode"),
    ],
    ids=["empty", "none of json", "no json", "no user", "huge", "folder", "pipe", "dangling link", "odd name"],
)
def test_a_folder_of_users_that_cannot_be_served_is_one_clear_line(capsys, tmp_path, spoil, said):
    spoil(tmp_path)
    assert main(["--port", "0", "--users", str(tmp_path)]) == 1
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1


def test_callers_who_hang_up_halfway_or_talk_nonsense_leave_no_trace_in_the_log():
    with started() as (program, url):
        port = int(url.rpartition(":")[2])
        for sent in (b"POST /item/get HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{", b"\x00\x01\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port)) as caller:
                caller.sendall(sent)
        assert json.loads(urllib3.request("GET", url + "/health").data)["status"] == "ok"
        program.send_signal(signal.SIGTERM)
        assert program.communicate(timeout=10) == ("", "")


@pytest.mark.parametrize("address", ["http://[", "http://", "https://a:99999/", "ftp://a/", "nonsense"])
@pytest.mark.parametrize("field", ["redirect_uri", "webhook"])
def test_an_address_that_is_none_is_an_invalid_field(local_plaid, field, address):
    body = {"client_name": "x", "language": "en", "country_codes": ["US"], "products": ["transactions"]}
    asked = {**body, "user": {"client_user_id": "u"}, field: address}
    status, error = local_plaid.call("/link/token/create", asked)
    assert (status, error["error_code"]) == (400, "INVALID_FIELD")


def test_a_port_that_cannot_be_is_refused():
    with pytest.raises(CannotListen, match="99999"), serve_in_thread(Options(port=99_999)):
        pass


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        (b" " * (8 * 1024 * 1024 + 1), 413),
    ],
    ids=["empty", "cut", "no object", "no text", "deep list", "deep object", "huge"],
)
@pytest.mark.parametrize("path", ["/accounts/get", "/link/connect"])
def test_a_hostile_body_gets_plaids_error_object(local_plaid, path, body, status):
    answered, error = local_plaid.call(path, body)
    assert (answered, error["error_code"]) == (status, "INVALID_BODY")
    assert error["documentation_url"].endswith("#invalid-request-errors")


@pytest.mark.parametrize(("method", "path"), [("POST", "/no/such"), ("GET", "/accounts/get"), ("DELETE", "/")])
def test_what_plaid_does_not_have_is_not_found(local_plaid, method, path):
    status, error = local_plaid.call(path, method=method)
    assert (status, error["error_code"]) == (404, "NOT_FOUND")


def test_sleeping_calls_do_not_stand_in_the_way_of_others(local_plaid):
    token = local_plaid.connect("user_good")
    local_plaid.fault("/accounts/get", latency_ms=300)
    with ThreadPoolExecutor(40) as pool:
        slow = [pool.submit(local_plaid.call, "/accounts/get", {"access_token": token}) for _ in range(40)]
        assert local_plaid.call("/item/get", {"access_token": token})[0] == 200
        assert not any(each.done() for each in slow)
        assert [each.result()[0] for each in slow] == [200] * 40


def test_items_tell_what_is_alive_and_what_was_asked(local_plaid):
    first = local_plaid.connect("user_good")
    second = local_plaid.connect("user_good")
    local_plaid.call("/accounts/get", {"access_token": second})
    local_plaid.call("/item/remove", {"access_token": first})
    assert [(each["access_token"], each["state"], each["calls"]) for each in local_plaid.items()] == [
        (first, "removed", {"/item/remove": 1}),
        (second, "live", {"/accounts/get": 1}),
    ]
