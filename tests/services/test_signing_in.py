"""Links to sign in with: once, for a quarter of an hour, in the browser that asked; and the sessions they begin."""

import threading
from datetime import timedelta

import msgspec
import pytest

from keepless.adapters.mail.local_mailbox import LocalMailbox
from keepless.adapters.memory_accounts import MemoryStores
from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.core.tiers import Tier
from keepless.errors import AccountsFault, MailFault, OtherAccount, SessionEnded, SignInRefused
from keepless.ports import Mail
from keepless.services.accounts import row_id
from keepless.services.signing_in import LASTS, Sessions, SigningIn, link_id, new_browser
from keepless.services.vault import BankKey

ANA, LEO = "ana@example.test", "leo@example.test"
BROWSER, OTHER_BROWSER = b"b" * 16, b"o" * 16
BANK = BankKey(BankRef("item-1", "ins_1", "First Bank"), Secret("access-sandbox-1"))


class Desk:
    """Signing in with a mailbox at hand."""

    def __init__(self, clock):
        self.clock = clock
        self.store = MemoryStores().accounts
        self.mailbox = LocalMailbox(clock, lambda _text: None)
        self.signing_in = SigningIn(self.store, self.mailbox, clock)
        self.sessions = Sessions(self.store, clock)

    def ask(self, email=ANA, browser=BROWSER, **options):
        return self.signing_in.ask(email, browser, lambda nonce: Mail(to=email, subject="Link", text=nonce), **options)

    def nonce(self):
        """That of the mail that came last."""
        return self.mailbox.received()[0].mail.text

    def confirm(self, asked, nonce=None, *, held=None, days=7):
        return self.signing_in.confirm(asked, nonce or self.nonce(), lambda _user: held, days=days)

    def sign_in(self, email=ANA, browser=BROWSER, **options):
        return self.confirm(self.ask(email, browser), **options)


@pytest.fixture
def desk(clock):
    return Desk(clock)


def test_the_first_link_makes_the_account_and_the_next_finds_it(desk, clock):
    first = desk.sign_in()
    assert (first.user.email, first.user.tier) == (ANA, Tier.FREE)
    assert first.vault.user == first.user.id
    clock.pass_by(days=1)
    assert desk.sign_in(browser=OTHER_BROWSER).user.id == first.user.id
    assert len(desk.store.users()) == 1


def test_a_session_lives_by_its_row_which_leads_to_no_cookie(desk, clock):
    done = desk.sign_in(days=30)
    row = desk.store.session(row_id(done.vault.session_id))
    assert row.user_id == done.user.id
    assert row.expires_at == done.vault.expires_at == clock().replace(microsecond=0) + timedelta(days=30)
    assert done.vault.session_id not in row.id


def test_a_link_works_once(desk):
    asked = desk.ask()
    nonce = desk.nonce()
    desk.confirm(asked, nonce)
    with pytest.raises(SignInRefused):
        desk.confirm(asked, nonce)
    assert len(desk.store.sessions(desk.store.find(ANA).id)) == 1


def test_twenty_uses_of_one_link_at_once_begin_one_session(desk):
    asked = desk.ask()
    nonce = desk.nonce()
    start = threading.Barrier(20)
    outcomes = []

    def use():
        start.wait()
        try:
            outcomes.append(desk.confirm(asked, nonce))
        except SignInRefused:
            outcomes.append(None)

    threads = [threading.Thread(target=use) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (done,) = (each for each in outcomes if each)
    assert len(outcomes) == 20
    assert [row.id for row in desk.store.sessions(done.user.id)] == [row_id(done.vault.session_id)]


def test_a_link_is_of_no_use_in_another_browser_and_not_used_up_by_it(desk):
    asked = desk.ask()
    nonce = desk.nonce()
    with pytest.raises(SignInRefused):
        desk.confirm(msgspec.structs.replace(asked, browser=OTHER_BROWSER), nonce)
    assert desk.store.users() == []
    assert desk.confirm(asked, nonce)


def test_a_link_for_one_address_signs_nobody_else_in(desk):
    asked = desk.ask()
    with pytest.raises(SignInRefused):
        desk.confirm(msgspec.structs.replace(asked, email=LEO))


def test_several_links_of_one_browser_work_each_once(desk):
    first = desk.ask()
    first_nonce = desk.nonce()
    second = desk.ask()
    second_nonce = desk.nonce()
    assert first_nonce != second_nonce
    assert desk.confirm(second, first_nonce)
    assert desk.confirm(second, second_nonce)
    for nonce in (first_nonce, second_nonce):
        with pytest.raises(SignInRefused):
            desk.confirm(first, nonce)


@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False), (1, False)], ids=["before", "at", "after"])
def test_a_link_is_good_for_fifteen_minutes(desk, clock, seconds, works):
    asked = desk.ask()
    clock.pass_by(seconds=LASTS.total_seconds() + seconds)
    if works:
        assert desk.confirm(asked)
    else:
        with pytest.raises(SignInRefused):
            desk.confirm(asked)


def test_what_a_browser_asked_for_is_over_even_if_a_row_were_not(desk, clock):
    asked = desk.ask()
    desk.store.ask(link_id("later", BROWSER, ANA), at=clock(), until=clock() + timedelta(days=9))
    clock.pass_by(days=1)
    with pytest.raises(SignInRefused):
        desk.confirm(asked, "later")


def test_the_row_that_waits_tells_nothing_of_link_browser_and_address(desk):
    asked = desk.ask()
    (waiting,) = desk.store._rows.links
    assert len(waiting) == 64
    assert waiting == link_id(desk.nonce(), BROWSER, ANA)
    assert not any(part in waiting for part in (desk.nonce(), asked.email, BROWSER.hex()))


def test_no_two_ways_to_split_the_parts_give_one_id():
    ids = {
        link_id("ab", b"c", "d"),
        link_id("a", b"bc", "d"),
        link_id("a", b"b", "cd"),
        link_id("", b"ab", "cd"),
        link_id("abc", b"", "d"),
    }
    assert len(ids) == 5


def test_r7_each_sign_in_has_a_new_id_and_a_new_secret_and_keeps_the_banks(desk):
    before = msgspec.structs.replace(desk.sign_in().vault, banks=(BANK,))
    after = desk.sign_in(held=before).vault
    assert after.banks == before.banks
    assert after.session_id != before.session_id
    assert after.secret != before.secret
    assert len(after.secret) == 16


def test_signing_in_again_in_the_same_browser_ends_the_session_before(desk):
    before = desk.sign_in()
    after = desk.sign_in(held=before.vault)
    assert [row.id for row in desk.store.sessions(after.user.id)] == [row_id(after.vault.session_id)]


def test_what_a_visitor_had_connected_before_signing_in_comes_along(desk, vault):
    anonymous = vault.with_bank(BANK)
    done = desk.sign_in(held=anonymous)
    assert done.vault.banks == (BANK,)
    assert done.vault.user == done.user.id
    assert done.vault.session_id != anonymous.session_id


def test_a_vault_whose_session_had_ended_is_revived(desk):
    before = msgspec.structs.replace(desk.sign_in().vault, banks=(BANK,))
    desk.sessions.end(before.user, row_id(before.session_id))
    after = desk.sign_in(held=before).vault
    assert after.banks == (BANK,)
    assert desk.store.session(row_id(after.session_id))
    assert desk.store.session(row_id(before.session_id)) is None


def test_whether_the_vault_can_be_bound_is_asked_before_the_link_is_used(desk):
    asked = desk.ask()
    seen = []

    def refuse(user_id):
        seen.append(user_id)
        raise OtherAccount

    with pytest.raises(OtherAccount):
        desk.signing_in.confirm(asked, desk.nonce(), refuse, days=7)
    assert seen == [""]
    assert desk.store.users() == []
    user = desk.confirm(asked).user  # the link still works
    asked = desk.ask()
    with pytest.raises(OtherAccount):
        desk.signing_in.confirm(asked, desk.nonce(), refuse, days=7)
    assert seen == ["", user.id]


def test_an_account_that_was_deleted_since_does_not_come_back_by_an_older_link(desk, clock):
    user = desk.sign_in().user
    asked = desk.ask()
    assert asked.user_id == user.id
    desk.store.delete(user.id, at=clock())
    with pytest.raises(SignInRefused):
        desk.confirm(asked)
    assert desk.store.users() == []


def test_nor_in_place_of_one_that_was_made_anew(desk, clock):
    user = desk.sign_in().user
    asked = desk.ask()
    nonce = desk.nonce()
    desk.store.delete(user.id, at=clock())
    anew = desk.sign_in(browser=OTHER_BROWSER).user
    with pytest.raises(SignInRefused):
        desk.confirm(asked, nonce)
    assert len(desk.store.sessions(anew.id)) == 1


class LeavesMeanwhile:
    """A store whose user is deleted between the look-up and the use of the link."""

    def __init__(self, store, clock, *, comes_back):
        self._store, self._clock, self._comes_back = store, clock, comes_back

    def __getattr__(self, name):
        return getattr(self._store, name)

    def sign_in(self, name, email, **values):
        self._store.delete(self._store.find(email).id, at=self._clock())
        if self._comes_back:
            self._store.ask("x" * 64, at=self._clock(), until=self._clock() + LASTS)
            at, until = values["at"], values["until"]
            self._store.sign_in("x" * 64, email, new_user_id="0" * 36, session_id="s" * 64, at=at, until=until)
        return self._store.sign_in(name, email, **values)


@pytest.mark.parametrize("comes_back", [False, True], ids=["gone", "made-anew"])
def test_a_deletion_in_the_middle_of_signing_in_wins(desk, clock, comes_back):
    desk.sign_in()
    asked = desk.ask()
    racing = SigningIn(LeavesMeanwhile(desk.store, clock, comes_back=comes_back), desk.mailbox, clock)
    with pytest.raises(SignInRefused):
        racing.confirm(asked, desk.nonce(), lambda _user: None, days=7)
    assert [user.id for user in desk.store.users()] == (["0" * 36] if comes_back else [])
    assert [row.id for row in desk.store.sessions("0" * 36)] == (["s" * 64] if comes_back else [])


def test_a_browser_in_which_a_deletion_was_begun_finishes_that_first(desk, clock):
    before = desk.sign_in().vault
    desk.store.tombstone(before.user, row_id(before.session_id), at=clock())
    with pytest.raises(SessionEnded) as ended:
        desk.sign_in(held=before)
    assert ended.value.leaving


def test_a_session_that_could_not_be_written_is_ended(desk):
    done = desk.sign_in()
    desk.signing_in.undo(done.user.id, done.vault)
    assert desk.store.sessions(done.user.id) == []


class Counting:
    """A store that writes down what is asked of it."""

    def __init__(self, store):
        self._store, self.calls = store, []

    def __getattr__(self, name):
        def call(*values, **named):
            self.calls.append(name)
            return getattr(self._store, name)(*values, **named)

        return call


def test_the_very_same_is_done_for_an_address_that_is_known_and_for_one_that_is_not(desk, clock):
    desk.sign_in()
    counting = Counting(desk.store)
    watched = SigningIn(counting, desk.mailbox, clock)

    def done(email, *, bogus):
        counting.calls.clear()
        asked = watched.ask(email, BROWSER, lambda nonce: Mail(to=email, subject="Link", text=nonce))
        with pytest.raises(SignInRefused) as refused:
            watched.confirm(asked, bogus, lambda _user: None, days=7)
        return list(counting.calls), str(refused.value)

    known, unknown = done(ANA, bogus="nothing"), done(LEO, bogus="nothing")
    assert known == unknown
    assert known[0] == ["find", "ask", "find", "sign_in"]


def test_no_mail_is_sent_while_the_database_is_away(desk, clock):
    class Down:
        def __getattr__(self, name):
            def fail(*_values, **_named):
                raise AccountsFault("unreachable")

            return fail

    away = SigningIn(Down(), desk.mailbox, clock)
    with pytest.raises(AccountsFault):
        away.ask(ANA, BROWSER, lambda nonce: Mail(to=ANA, subject="Link", text=nonce))
    assert desk.mailbox.received() == []


def test_a_mail_that_cannot_be_sent_is_a_fault(desk, clock):
    class Down:
        def send(self, _mail):
            raise MailFault("unreachable")

    with pytest.raises(MailFault):
        SigningIn(desk.store, Down(), clock).ask(ANA, BROWSER, lambda nonce: Mail(to=ANA, subject="L", text=nonce))


def test_what_was_asked_does_not_print(desk):
    assert repr(desk.ask()) == "Asked()"


def test_a_browser_without_a_secret_gets_a_random_one():
    assert len({new_browser() for _ in range(100)}) == 100
    assert len(new_browser()) == 16


def test_sessions_that_live_are_listed_the_newest_first(desk, clock):
    first = desk.sign_in(days=1)
    clock.pass_by(hours=1)
    second = desk.sign_in(browser=OTHER_BROWSER)
    assert [row.id for row in desk.sessions.of(first.user.id)] == [
        row_id(second.vault.session_id),
        row_id(first.vault.session_id),
    ]
    clock.pass_by(days=2)
    assert [row.id for row in desk.sessions.of(first.user.id)] == [row_id(second.vault.session_id)]


def test_a_deletion_that_was_begun_is_no_session(desk, clock):
    done = desk.sign_in()
    desk.store.tombstone(done.user.id, row_id(done.vault.session_id), at=clock())
    assert desk.sessions.of(done.user.id) == []


class Ending(Counting):
    """The same, with what `end` was told."""

    def end(self, user_id, ids, *, reap_from):
        self.calls.append((list(ids), reap_from))
        return self._store.end(user_id, ids, reap_from=reap_from)


def test_another_browsers_session_may_be_reaped_at_once_and_ones_own_in_its_time(desk, clock):
    own, other = desk.sign_in(), desk.sign_in(browser=OTHER_BROWSER)
    own_id, other_id = row_id(own.vault.session_id), row_id(other.vault.session_id)
    store = Ending(desk.store)
    sessions = Sessions(store, clock)
    assert sessions.end(own.user.id, other_id, own=own_id)
    assert sessions.end(own.user.id, own_id, own=own_id)
    assert store.calls == [([other_id], clock()), ([own_id], None)]
    assert not sessions.end(own.user.id, own_id, own=own_id)


def test_all_others_are_ended_and_then_all(desk):
    vaults = [desk.sign_in(browser=bytes([number]) * 16).vault for number in range(4)]
    user, own = vaults[0].user, row_id(vaults[0].session_id)
    assert desk.sessions.end_others(user, own) == 3
    assert [row.id for row in desk.sessions.of(user)] == [own]
    assert desk.sessions.end_others(user, own) == 0
    assert desk.sessions.end_all(user, own) == 1
    assert desk.sessions.of(user) == []


def test_nobody_ends_the_sessions_of_others(desk):
    ana, leo = desk.sign_in(), desk.sign_in(LEO, OTHER_BROWSER)
    assert not desk.sessions.end(leo.user.id, row_id(ana.vault.session_id))
    assert desk.sessions.end_all(leo.user.id, row_id(ana.vault.session_id)) == 1
    assert len(desk.sessions.of(ana.user.id)) == 1
