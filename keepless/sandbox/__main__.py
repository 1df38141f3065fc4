"""`python -m keepless.sandbox`: the local Plaid by itself."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from keepless.sandbox.limits import REGIMES
from keepless.sandbox.options import DEFAULT_PORT, LOOPBACK, Options
from keepless.sandbox.server import CannotListen, run
from keepless.sandbox.user_files import BadUsersFolder


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the server; 1 where it cannot start, with one line that says why."""
    parser = argparse.ArgumentParser(
        prog="keepless.sandbox", description="A local Plaid with test banks and test users."
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free one (default %(default)s)")
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default %(default)s)")
    parser.add_argument("--latency-ms", type=float, default=0, help="how long each call takes at least")
    parser.add_argument("--users", type=Path, metavar="DIR", help="custom-user JSON files, each served as a bank")
    parser.add_argument("--rate-limits", choices=REGIMES, default="sandbox")
    chosen = parser.parse_args(arguments)
    options = Options(
        host=chosen.host,
        port=chosen.port,
        latency_ms=chosen.latency_ms,
        users_dir=chosen.users,
        rate_limits=chosen.rate_limits,
    )
    try:
        run(options)
    except (CannotListen, BadUsersFolder) as error:
        print(f"The local Plaid cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
