"""Webhooks that are refused come again; one that hangs holds up nobody."""

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.local_plaid import local_plaid as serve

from keepless.sandbox.options import Options


@contextlib.contextmanager
def receiver(statuses):
    """A web server that answers with these statuses in turn; gives its address and the bodies it got."""
    bodies = []
    answers = iter(statuses)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(next(answers))
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/hooks?from=plaid", bodies
        finally:
            server.shutdown()
            thread.join()


def until(condition):
    waiting = threading.Event()
    for _ in range(500):
        if condition():
            return
        waiting.wait(0.01)
    pytest.fail("it did not happen within five seconds")


def test_a_refused_webhook_is_sent_again_until_it_is_taken():
    options = Options(port=0, rate_limits="off", webhook_retry_seconds=0.01)
    with serve(options) as plaid, receiver([500, 302, 200]) as (address, bodies):
        token = plaid.connect("user_good")
        plaid.call("/item/webhook/update", {"access_token": token, "webhook": address})
        until(lambda: plaid.webhooks()[0]["status"] == 200)
        assert plaid.webhooks()[0]["attempts"] == 3
        assert len(set(bodies)) == 1


def test_a_receiver_that_never_answers_holds_up_no_call_and_no_stop():
    with socket.create_server(("127.0.0.1", 0)) as silent, serve() as plaid:
        token = plaid.connect("user_good")
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        for _ in range(20):
            plaid.call("/item/webhook/update", {"access_token": token, "webhook": address})
        wanted = {"access_token": token, "start_date": "2024-01-01", "end_date": "2030-01-01"}
        assert plaid.call("/transactions/get", wanted)[0] == 200
        assert [each["status"] for each in plaid.webhooks()] == [None] * 20


@pytest.mark.parametrize("address", ["http://", "http://127.0.0.1:99999/", "http://[", "https://127.0.0.1:1/\r\nX: y"])
def test_an_address_that_cannot_be_is_a_webhook_that_never_arrives_or_a_refusal(local_plaid, address):
    token = local_plaid.connect("user_good")
    status, answer = local_plaid.call("/item/webhook/update", {"access_token": token, "webhook": address})
    assert (status, answer.get("error_code")) in ((200, None), (400, "INVALID_FIELD"))
    assert local_plaid.call("/item/get", {"access_token": token})[0] == 200
