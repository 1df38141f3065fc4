"""Settings: strict, from the environment or from files, refused in one line."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.config import PlaidAccess, Settings
from keepless.errors import ConfigError

REPOSITORY = Path(__file__).parents[1]
KEY = "Zk1xv8Jm5uQw3yTn7rBs2LcXe9HdGa4PfKo6iVjWlNs="
SECRET = "vJ8s-Qm2xT5kLw9rZb4NcYf7HgPd3aEu"
MINIMAL = {
    "TOKEN_ENCRYPTION_KEY": KEY,
    "FLASK_SECRET_KEY": SECRET,
    "PLAID_CLIENT_ID": "client",
    "PLAID_SECRET": "secret",
}


def settings(**changed: str) -> Settings:
    return Settings.from_env({**MINIMAL, **changed})


def test_the_minimal_settings_run_stateless_against_the_local_plaid():
    minimal = settings()
    assert minimal.use_stateless
    assert minimal.plaid.environment == "local"
    assert minimal.plaid.base_url == "http://127.0.0.1:5002"
    assert minimal.plaid.link_script == "http://127.0.0.1:5002/link/v2/stable/link-initialize.js"
    assert (minimal.port, minimal.session_days) == (5001, 7)


@pytest.mark.parametrize("name", MINIMAL)
def test_a_missing_setting_is_named_with_what_to_do(name):
    environment = {key: value for key, value in MINIMAL.items() if key != name} | {"PLAID_ENV": "sandbox"}
    with pytest.raises(ConfigError, match=rf"^{name} is missing: \S.*") as refusal:
        Settings.from_env(environment)
    assert "\n" not in str(refusal.value)


def test_the_local_plaid_knows_nobody_so_its_keys_may_be_left_out():
    access = PlaidAccess.from_env({})
    assert (access.environment, access.client_id, access.secret.reveal()) == ("local", "local", "local")


def test_plaids_own_environments_use_plaids_hosts_and_plaids_link():
    production = settings(PLAID_ENV="production")
    assert production.plaid.base_url == "https://production.plaid.com"
    assert production.plaid.link_script == "https://cdn.plaid.com/link/v2/stable/link-initialize.js"


@pytest.mark.parametrize("text", ["1", "True", "yes", "on", "TRUE", "0", "no"])
def test_use_stateless_is_parsed_strictly(text):
    with pytest.raises(ConfigError, match="USE_STATELESS must be one of true, false"):
        settings(USE_STATELESS=text)


@pytest.mark.parametrize(("text", "chosen"), [("true", True), ("false", False), ("", True), (" false\n", False)])
def test_use_stateless_takes_true_and_false(text, chosen):
    assert settings(USE_STATELESS=text).use_stateless is chosen


@pytest.mark.parametrize("secret", ["short", "a" * 64, "ab" * 32])
def test_a_weak_flask_secret_key_is_refused(secret):
    with pytest.raises(ConfigError, match="FLASK_SECRET_KEY is too weak") as refusal:
        settings(FLASK_SECRET_KEY=secret)
    assert secret not in str(refusal.value)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "5001x", "٣٤", "1e3", "99999999999999999999", "00000000199999"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(ConfigError, match="PORT must be a whole number from 1 to 65535"):
        settings(PORT=port)


@pytest.mark.parametrize("days", ["0", "31", "seven"])
def test_session_days_stay_within_a_month(days):
    with pytest.raises(ConfigError, match="SESSION_DAYS must be"):
        settings(SESSION_DAYS=days)


@pytest.mark.parametrize(
    "address",
    [
        "plaid.example",
        "ftp://plaid.example",
        "https://",
        "https://me@plaid.example",
        "https://plaid.example/?a=b",
        "https://[",
    ],
)
def test_an_address_of_plaid_that_is_none_is_refused(address):
    with pytest.raises(ConfigError, match="PLAID_BASE_URL must be"):
        settings(PLAID_BASE_URL=address)


def test_plain_http_is_for_this_machine_only():
    assert settings(PLAID_BASE_URL="http://127.0.0.1:9/").plaid.base_url == "http://127.0.0.1:9"
    with pytest.raises(ConfigError, match="plain http is for this machine only"):
        settings(PLAID_BASE_URL="http://plaid.example")


def test_plaids_own_environments_are_spoken_to_over_https_only():
    with pytest.raises(ConfigError, match="PLAID_BASE_URL must be https where PLAID_ENV is sandbox"):
        settings(PLAID_ENV="sandbox", PLAID_BASE_URL="http://127.0.0.1:9")


@pytest.mark.parametrize(
    "address",
    [
        "https://money.example/oauth-return",
        "https://money.example:8443/oauth-return",
        "http://localhost:5001/oauth-return",
    ],
)
def test_an_address_to_come_back_to_is_one_of_this_installation(address):
    assert settings(PLAID_ENV="sandbox", PLAID_REDIRECT_URI=address).redirect_uri == address


@pytest.mark.parametrize(
    "address",
    [
        "https://money.example/",
        "https://money.example/oauth-return/more",
        "https://money.example/app/oauth-return",
        "https://money.example/oauth-return,https://other.example/oauth-return",
        "https://money.example/oauth-return?next=/",
        "https://user@money.example/oauth-return",
        "http://money.example/oauth-return",
        "/oauth-return",
    ],
)
def test_any_other_address_to_come_back_to_is_refused_in_one_line(address):
    with pytest.raises(ConfigError, match="PLAID_REDIRECT_URI must be") as refused:
        settings(PLAID_REDIRECT_URI=address)
    assert "\n" not in str(refused.value)


def test_in_production_plaid_takes_no_plain_http_to_come_back_to():
    with pytest.raises(ConfigError, match="PLAID_REDIRECT_URI must be https"):
        settings(PLAID_ENV="production", PLAID_REDIRECT_URI="http://localhost:5001/oauth-return")


def test_a_secret_may_come_from_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    environment = {key: value for key, value in MINIMAL.items() if key != "TOKEN_ENCRYPTION_KEY"}
    read = Settings.from_env({**environment, "TOKEN_ENCRYPTION_KEY_FILE": str(file)})
    assert read.token_encryption_key.reveal() == KEY


def test_a_secret_from_two_places_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="PLAID_SECRET and PLAID_SECRET_FILE are both set"):
        settings(PLAID_SECRET_FILE=str(tmp_path / "secret"))


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path):
    environment = {key: value for key, value in MINIMAL.items() if key != "PLAID_SECRET"}
    with pytest.raises(ConfigError, match="PLAID_SECRET_FILE cannot be read: FileNotFoundError"):
        Settings.from_env({**environment, "PLAID_SECRET_FILE": str(tmp_path / "none")})


def test_accounts_are_there_where_a_database_is_named_and_its_password_does_not_print():
    assert settings().accounts is None
    named = settings(DATABASE_URL="postgresql://keepless:s3cretpassword@db.example/keepless")
    assert named.accounts is not None
    assert named.accounts.database_url.reveal().startswith("postgresql://")
    assert "s3cretpassword" not in repr(named)


@pytest.mark.parametrize("url", ["mysql://127.0.0.1/keepless", "postgresql://127.0.0.1", "accounts.db", "sqlite://"])
def test_a_database_that_is_none_of_ours_refuses_to_start(url):
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        settings(DATABASE_URL=url)


@pytest.mark.parametrize("name", ["MAIL_URL", "BILLING_WEBHOOK_SECRET", "REAPER_PUBLIC_KEY"])
def test_what_is_for_accounts_refuses_to_start_without_them(name):
    with pytest.raises(ConfigError, match=f"{name} is for accounts: set DATABASE_URL too"):
        settings(**{name: "something"})


@pytest.mark.parametrize("missing", ["MAIL_URL", "PUBLIC_URL"])
@pytest.mark.parametrize("where", [{"PLAID_ENV": "sandbox"}, {"HTTPS_ONLY": "true"}], ids=["sandbox", "https only"])
def test_accounts_that_others_use_need_a_mail_server_and_an_address_of_their_own(missing, where):
    whole = {
        **where,
        "DATABASE_URL": "sqlite:///accounts.db",
        "MAIL_URL": "smtp://127.0.0.1?from=a@b.test",
        "PUBLIC_URL": "https://keepless.test",
    }
    assert settings(**whole).accounts is not None
    with pytest.raises(ConfigError, match=f"{missing} is missing"):
        settings(**{name: value for name, value in whole.items() if name != missing})


def test_the_reapers_private_key_is_kept_off_the_web_tier():
    with pytest.raises(ConfigError, match="keep it where `keepless reap` runs"):
        settings(REAPER_PRIVATE_KEY="reaper-private.of.a-test")


def test_the_audit_trail_goes_where_it_is_told_to(tmp_path):
    assert settings().audit is None
    assert settings(AUDIT_LOG="stdout").audit.folder is None
    kept = settings(AUDIT_LOG=str(tmp_path), AUDIT_DAYS="30").audit
    assert (kept.folder, kept.days) == (tmp_path, 30)


def test_the_sealed_cache_is_there_where_an_address_is_given_and_its_password_does_not_print():
    assert settings().redis_url is None
    url = "redis://:s3cretpassword@cache.example:6380/2"
    with_cache = settings(REDIS_URL=url)
    assert with_cache.redis_url is not None
    assert with_cache.redis_url.reveal() == url
    assert "s3cretpassword" not in repr(with_cache)


def test_the_address_of_the_cache_may_come_from_a_file(tmp_path):
    (tmp_path / "url").write_text("redis://127.0.0.1:6379\n")
    from_file = settings(REDIS_URL_FILE=str(tmp_path / "url")).redis_url
    assert from_file is not None
    assert from_file.reveal() == "redis://127.0.0.1:6379"


def test_an_address_of_the_cache_that_is_wrong_is_refused_without_being_repeated():
    with pytest.raises(ConfigError, match="REDIS_URL must begin with") as refusal:
        settings(REDIS_URL="http://:s3cretpassword@cache.example")
    assert "s3cret" not in str(refusal.value)


def test_r19_an_operators_own_access_token_is_not_read():
    token = "access-sandbox-00000000-0000-4000-8000-000000000000"
    assert token not in repr(settings(PLAID_ACCESS_TOKEN=token))
    assert settings(PLAID_ACCESS_TOKEN=token) == settings()


def test_no_secret_prints():
    shown = repr(settings(METRICS_TOKEN=SECRET))
    assert KEY not in shown
    assert SECRET not in shown


@given(
    st.dictionaries(
        st.sampled_from(
            ["PORT", "PLAID_ENV", "SESSION_DAYS", "PLAID_BASE_URL", "PLAID_REDIRECT_URI", "LOG_FORMAT", "REDIS_URL"]
        ),
        st.text(),
    )
)
def test_any_text_gives_settings_or_a_refusal(changed):
    with contextlib.suppress(ConfigError):
        settings(**changed)


def test_every_setting_is_documented():
    code = (REPOSITORY / "keepless/config.py").read_text()
    named = set(re.findall(r'"([A-Z][A-Z_]{3,})"', code))
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", (REPOSITORY / "docs/settings.md").read_text(), re.MULTILINE))
    assert named == documented


def test_plaids_own_view_of_what_recurs_is_asked_for_only_where_the_operator_says_so():
    assert not settings().plaid.recurring
    assert settings(PLAID_RECURRING="true").plaid.recurring
    with pytest.raises(ConfigError, match="PLAID_RECURRING must be one of true, false"):
        settings(PLAID_RECURRING="yes")
