"""Sessions at rest in a real database, banks at a real local Plaid, and `keepless reap` as an operator runs it."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from support.databases import accounts_stores, database, empty_database, postgres  # noqa: F401  fixtures
from support.local_plaid import LocalPlaid
from support.run import environment

from keepless.adapters.sealing.reaper import Installation, ReaperPair, ReaperSeal, generate
from keepless.adapters.sql.stores import SqlStores
from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.services.accounts import row_id
from keepless.services.envelopes import LAST_DAY
from keepless.services.reaping import Reaping
from keepless.services.vault import BankKey, Vault, new_vault

CLIENT = "client-of-a-test"
HOME = Installation("local", CLIENT)
_numbers = count(1)


@dataclass
class Town:
    """People with banks, as the web tier left them. `due` and `living` are the item ids of each kind."""

    stores: SqlStores
    plaid: LocalPlaid
    reaping: Reaping
    due: dict[str, str] = field(default_factory=dict)  # token by item id
    living: dict[str, str] = field(default_factory=dict)

    def visitors(self, how_many: int, *, since_days: int, days: int = 7) -> list[Vault]:
        """People without an account, who connected a bank so many days ago."""
        return [self._with_bank(self._vault(since_days, days)) for _ in range(how_many)]

    def members(self, how_many: int, *, since_days: int, days: int = 7) -> list[Vault]:
        """People with an account, who signed in so many days ago."""
        vaults = []
        for _ in range(how_many):
            number = next(_numbers)
            user, link, vault = str(UUID(int=number)), f"link-{number}", self._vault(since_days, days)
            at = vault.issued_at
            self.stores.accounts.ask(link, at=at, until=at + timedelta(minutes=15))
            signed_in = self.stores.accounts.sign_in(
                link,
                f"person-{number}@example.test",
                new_user_id=user,
                session_id=row_id(vault.session_id),
                at=at,
                until=vault.expires_at,
            )
            assert signed_in is not None
            vaults.append(self._with_bank(msgspec.structs.replace(vault, user=user)))
        return vaults

    def end(self, vaults: list[Vault]) -> None:
        """These members' sessions were ended an hour ago, from another browser."""
        at = datetime.now(UTC) - timedelta(hours=1)
        for vault in vaults:
            assert self.stores.accounts.end(vault.user, [row_id(vault.session_id)], reap_from=at) == 1
            [key] = vault.banks
            self.due[key.bank.item_id] = self.living.pop(key.bank.item_id)

    def live_items(self) -> set[str]:
        return {item["item_id"] for item in self.plaid.items() if item["state"] == "live"}

    def removals(self) -> dict[str, int]:
        """How often each item was to be removed."""
        return {item["item_id"]: item["calls"].get("/item/remove", 0) for item in self.plaid.items()}

    def envelopes(self) -> list[bytes]:
        """What is in the table."""
        found, after = [], ""
        while page := self.stores.reaper.due(LAST_DAY, after=after):
            found += [each.sealed for each in page]
            after = page[-1].id
        return found

    def _vault(self, since_days: int, days: int) -> Vault:
        issued_at = datetime.now(UTC) - timedelta(days=since_days)
        return new_vault(issued_at, days=days, session_id=f"session-{next(_numbers)}", secret=bytes(16))

    def _with_bank(self, vault: Vault) -> Vault:
        token = self.plaid.connect("user_good")
        item_id = next(reversed(self.plaid.world.items))
        full = vault.with_bank(BankKey(BankRef(item_id, "ins_109508", "First Platypus Bank"), Secret(token)))
        assert self.reaping.cover(full)
        kind = self.due if vault.expires_at < datetime.now(UTC) else self.living
        kind[item_id] = token
        return full


@pytest.fixture(scope="session")
def pair() -> ReaperPair:
    return generate()


@pytest.fixture
def town(database: str, local_plaid: LocalPlaid, pair: ReaperPair) -> Iterator[Town]:  # noqa: F811
    with accounts_stores(database) as stores:
        yield Town(stores, local_plaid, Reaping(stores.reaper, ReaperSeal.parse(pair.public, HOME), str(HOME)))


@pytest.fixture
def settings(database: str, local_plaid: LocalPlaid, pair: ReaperPair, tmp_path: Path) -> dict[str, str]:  # noqa: F811
    """What the machine has on which the reaper runs."""
    return environment(
        tmp_path,
        REAPER_PRIVATE_KEY=pair.private.reveal(),
        DATABASE_URL=database,
        PLAID_ENV="local",
        PLAID_BASE_URL=local_plaid.url,
        PLAID_CLIENT_ID=CLIENT,
        PLAID_SECRET="secret-of-a-test",
    )


# What differs between the two databases is in tests/adapters/sql and in the other tests here; these take long.
on_postgresql = pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)

Reap = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def reap(settings: dict[str, str], tmp_path: Path) -> Reap:
    """`keepless reap` with these options, to its end; keywords change its settings, None takes one away."""

    def run(*options: str, **changed: str | None) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "keepless", "reap", *options],
            cwd=tmp_path,
            env={name: value for name, value in {**settings, **changed}.items() if value is not None},
            capture_output=True,
            text=True,
            check=False,
            timeout=110,
        )

    return run


@pytest.fixture
def reaping(settings: dict[str, str], tmp_path: Path) -> Callable[..., contextlib.AbstractContextManager]:
    """`keepless reap` with these options, as a process that a test interrupts; ended with the block."""

    @contextlib.contextmanager
    def run(*options: str) -> Iterator[subprocess.Popen]:
        command = [sys.executable, "-m", "keepless", "reap", *options]
        with subprocess.Popen(
            command, cwd=tmp_path, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    return run


def side_by_side(act: Callable[[str], object], each: list[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, each))


def figures(printed: str) -> dict[str, str]:
    """What a run printed: the figure of each line by its words."""
    lines = (line.strip().partition("  ") for line in printed.splitlines())
    return {words: figure for figure, _, words in lines if words}
