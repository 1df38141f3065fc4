"""`keepless run`: one command that starts everything, and leaves nothing behind."""

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from support.run import (
    REPOSITORY,
    Run,
    descendants,
    environment,
    is_alive,
    keepless,
    running,
    status_of,
    wait_until,
)
from support.valkey import valkey_server
from valkey import Valkey

from keepless import launch


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_run_in_an_empty_folder_makes_its_keys_serves_and_leaves_no_process(tmp_path, stop):
    with running(tmp_path) as run:
        assert run.process.poll() is None, run.said()
        assert status_of(f"{run.address}/") == 200
        started = descendants(run.process.pid)
        assert len(started) >= 3, "the local Plaid, the server and its worker"
        run.process.send_signal(stop)
        assert run.process.wait(30) == 0
        assert wait_until(lambda: not any(map(is_alive, started)), seconds=5)
    assert run.address in run.said()
    assert "Nothing was kept" in run.said()
    assert [path.name for path in tmp_path.iterdir()] == [".env"]
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_pressing_ctrl_c_again_and_again_leaves_no_process_either(tmp_path):
    with running(tmp_path) as run:
        started = descendants(run.process.pid)
        while run.process.poll() is None:
            run.process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        assert wait_until(lambda: not any(map(is_alive, started)), seconds=5)


def test_a_run_that_is_killed_outright_takes_its_servers_with_it(tmp_path):
    with running(tmp_path) as run:
        started = descendants(run.process.pid)
        run.process.kill()
        run.process.wait(10)
        assert wait_until(lambda: not any(map(is_alive, started)), seconds=15)


def test_a_run_whose_server_dies_says_so_and_stops_the_rest(tmp_path):
    with running(tmp_path) as run:
        started = descendants(run.process.pid)
        plaid = next(pid for pid in started if b"keepless.sandbox" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(plaid, signal.SIGKILL)
        assert run.process.wait(30) == 1
        assert "the local Plaid has ended by itself" in run.said()
        assert wait_until(lambda: not any(map(is_alive, started)), seconds=5)


def cache_of(run: Run) -> tuple[int, Path]:
    """The process of a run's own Valkey, and its folder."""
    for pid in descendants(run.process.pid):
        if Path(f"/proc/{pid}/comm").read_text() == "valkey-server\n":
            return pid, Path(f"/proc/{pid}/cwd").readlink()
    raise AssertionError(run.said())


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_hybrid_run_brings_a_cache_of_its_own_and_leaves_nothing_of_it(tmp_path, stop):
    with running(tmp_path, "--hybrid") as run:
        assert status_of(f"{run.address}/") == 200
        started = descendants(run.process.pid)
        valkey, folder = cache_of(run)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "valkey.sock").stat().st_mode) == 0o600
        assert b"_KEY=" not in Path(f"/proc/{valkey}/environ").read_bytes()
        with contextlib.closing(Valkey(unix_socket_path=str(folder / "valkey.sock"))) as client:
            asked = ("port", "save", "appendonly", "maxmemory", "maxmemory-policy")
            values = {name: client.config_get(name)[name] for name in asked}
            assert list(values.values()) == ["0", "", "no", str(256 * 1024 * 1024), "allkeys-lru"]
        run.process.send_signal(stop)
        run.process.wait(30)
        assert wait_until(lambda: not any(map(is_alive, started)), seconds=15)
        assert wait_until(lambda: not folder.exists(), seconds=5)
    assert "up  the sealed cache" in run.said()
    assert "overcommit" not in run.said()


def test_a_hybrid_run_whose_cache_dies_says_so_and_stops_the_rest(tmp_path):
    with running(tmp_path, "--hybrid") as run:
        started = descendants(run.process.pid)
        valkey, folder = cache_of(run)
        os.kill(valkey, signal.SIGKILL)
        assert run.process.wait(30) == 1
        assert "the sealed cache has ended by itself" in run.said()
        assert wait_until(lambda: not any(map(is_alive, started)), seconds=5)
        assert not folder.exists()


def test_a_hybrid_run_uses_the_cache_that_it_is_given(tmp_path):
    with valkey_server() as server, running(tmp_path, "--hybrid", REDIS_URL=server.url) as run:
        assert "Using the sealed cache at REDIS_URL." in run.said()
        assert server.url not in run.said()
        commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in descendants(run.process.pid)]
        assert not [command for command in commands if b"valkey-server" in command]


def test_a_run_without_the_option_has_no_cache(tmp_path):
    with running(tmp_path) as run:
        with pytest.raises(AssertionError):
            cache_of(run)
        assert "cache" not in run.said()


def test_where_there_is_no_valkey_for_the_machine_the_run_says_what_to_set(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "abacus")
    with pytest.raises(launch.LaunchError, match="no server for this machine; start one and set REDIS_URL"):
        launch.private_cache().__enter__()


def test_a_cache_that_does_not_start_says_why(monkeypatch, capsys):
    monkeypatch.setattr(launch, "CACHE_MEMORY", "much")
    with launch.private_cache() as (service, url):
        folder = Path(url.removeprefix("unix://")).parent
        with pytest.raises(launch.LaunchError, match="the sealed cache did not start"):
            launch.run([service], on_up=print)
    assert not folder.exists()


def test_a_port_in_use_is_one_clear_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = keepless(tmp_path, "run", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 1
    assert "is in use: stop what listens there, or choose another with --port, or PORT in .env" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_port_is_taken_by_whatever_listens_on_it_and_a_local_plaid_is_told_from_the_rest(local_plaid):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(launch.LaunchError, match=f"port {port} is in use: .*, or choose another"):
            launch.require_free(port, choose="choose another")

        def hang_up():
            taken.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        assert not launch.is_local_plaid(f"http://127.0.0.1:{port}")
    assert launch.is_local_plaid(local_plaid.url)


def test_a_local_plaid_that_runs_already_is_used_and_left_running(tmp_path, local_plaid):
    with running(tmp_path, PLAID_BASE_URL=local_plaid.url) as run:
        assert f"Using the Plaid at {local_plaid.url}." in run.said()
        commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in descendants(run.process.pid)]
        assert not [command for command in commands if b"keepless.sandbox" in command]
    assert local_plaid.call("/health", method="GET")[0] == 200


def test_production_makes_no_keys_and_says_which_are_missing(tmp_path):
    refused = keepless(tmp_path, "run", "--production")
    assert refused.returncode == 1
    assert refused.stderr.startswith("keepless: TOKEN_ENCRYPTION_KEY is missing: run `keepless keygen`")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(["--edition", "database"], "not built yet"), (["--edition", "database", "--hybrid"], "not built yet")],
)
def test_an_edition_that_is_not_built_yet_says_so(tmp_path, arguments, reason):
    refused = keepless(tmp_path, "run", *arguments)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert reason in refused.stderr


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("A" * 43 + "=", "too regular"),
        ("short", "32 bytes"),
        ("", "is missing"),
    ],
)
def test_a_weak_key_does_not_start(tmp_path, keys, reason):
    refused = keepless(tmp_path, "run", "--production", TOKEN_ENCRYPTION_KEY=keys, **OTHER_SECRETS)
    assert refused.returncode == 1
    assert reason in refused.stderr
    assert "Traceback" not in refused.stderr


OTHER_SECRETS = {
    "FLASK_SECRET_KEY": "vJ8s-Qm2xT5kLw9rZb4NcYf7HgPd3aEu",
    "PLAID_CLIENT_ID": "client",
    "PLAID_SECRET": "secret",
}


def test_r9_a_deploy_with_the_wrong_key_does_not_start(tmp_path):
    made = keepless(tmp_path, "keygen")
    key, note = made.stdout.strip(), made.stderr
    assert len(key) == 44
    right = note.split()[2]
    other = keepless(tmp_path, "keygen").stdout.strip()
    refused = keepless(
        tmp_path,
        "run",
        "--production",
        TOKEN_ENCRYPTION_KEY=f"{other},{key}",
        TOKEN_ENCRYPTION_KEY_ID=right,
        **OTHER_SECRETS,
    )
    assert refused.returncode == 1
    assert f"expected is '{right}'" in refused.stderr


def test_keygen_never_overwrites_a_settings_file(tmp_path):
    first = keepless(tmp_path, "keygen", "--env-file", "my.env")
    written = (tmp_path / "my.env").read_text()
    second = keepless(tmp_path, "keygen", "--env-file", "my.env")
    assert "Wrote my.env" in first.stdout
    assert "left as it is" in second.stdout
    assert (tmp_path / "my.env").read_text() == written
    assert written not in first.stdout


def test_every_command_explains_itself(tmp_path):
    listed = keepless(tmp_path, "--help").stdout
    for command in ("run", "sandbox", "keygen"):
        assert command in listed
        assert keepless(tmp_path, command, "--help").returncode == 0


def test_use_stateless_false_says_that_the_database_edition_is_not_built_yet(tmp_path):
    refused = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=REPOSITORY,
        env=environment(tmp_path, USE_STATELESS="false", TOKEN_ENCRYPTION_KEY="x", **OTHER_SECRETS),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 3
    assert refused.stderr.strip() == (
        "keepless: USE_STATELESS=false: the database edition is not built yet; unset USE_STATELESS or set it to true"
    )


def test_gunicorn_gives_up_on_settings_that_are_refused_instead_of_trying_for_ever(tmp_path):
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:app", "--bind", "127.0.0.1:0", "--no-control-socket"]
    refused = subprocess.run(
        command, cwd=REPOSITORY, env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=30
    )
    assert refused.returncode == 3
    assert refused.stderr.count("keepless: TOKEN_ENCRYPTION_KEY is missing") == 1


def test_the_launch_names_serve_the_same_application(tmp_path):
    key = keepless(tmp_path, "keygen").stdout.strip()
    code = (
        "import config.wsgi, src.app_stateless; "
        "assert config.wsgi.app is src.app_stateless.app; "
        "print(config.wsgi.app.test_client().get('/health').status_code)"
    )
    served = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env=environment(tmp_path, TOKEN_ENCRYPTION_KEY=key, **OTHER_SECRETS),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (served.returncode, served.stdout.strip()) == (0, "200"), served.stderr
