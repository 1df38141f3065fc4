"""A client of ours for the local Plaid, and a server that misbehaves in ways the local Plaid does not."""

from collections.abc import Iterator

import pytest
from support.local_plaid import LocalPlaid
from support.plaid_bench import Bench, BenchMaker, RudeServer

from keepless.adapters.plaid.settings import Patience


@pytest.fixture
def bench_at() -> Iterator[BenchMaker]:
    """Makes a bench for a URL; `PlaidClient`'s keyword arguments may be given."""
    made: list[Bench] = []

    def make(url: str, **changes: object) -> Bench:
        made.append(Bench(url, **changes))
        return made[-1]

    yield make
    for bench in made:
        bench.client.close()


@pytest.fixture
def bench(local_plaid: LocalPlaid, bench_at: BenchMaker) -> Bench:
    return bench_at(local_plaid.url)


@pytest.fixture
def impatient(local_plaid: LocalPlaid, bench_at: BenchMaker) -> Bench:
    """A client whose time-outs are short, for the faults that are waited for."""
    return bench_at(local_plaid.url, patience=Patience(read=0.2))


@pytest.fixture
def rude_server() -> Iterator[RudeServer]:
    with RudeServer() as server:
        yield server
