"""The rows of the table of faults that are about accounts: signing in, tiers, and the database behind them."""

from collections.abc import Mapping

from keepless import errors
from keepless.web.errors import DeletionIncomplete, DeletionInterrupted
from keepless.web.fault import RETRY, Fault
from keepless.web.language import N_

OF_ACCOUNTS: Mapping[type[errors.KeeplessError], Fault] = {
    errors.SessionEnded: Fault(
        401,
        "session_ended",
        N_("Your session has ended"),
        N_("It was signed out here or elsewhere. All it can still do is to disconnect its banks at Plaid."),
        N_("Sign in again at /sign-in, or disconnect the banks at /."),
    ),
    errors.OtherAccount: Fault(
        409,
        "other_account",
        N_("This browser holds the banks of another account"),
        N_("They stay sealed for that account. Nothing was changed."),
        N_("Sign in to that account, or disconnect its banks at / first."),
    ),
    errors.SignInRefused: Fault(
        403,
        "sign_in_refused",
        N_("This link does not sign you in"),
        N_("It works once, for 15 minutes, and only in the browser that asked for it."),
        N_("Ask for a new link at /sign-in."),
    ),
    errors.StepUpNeeded: Fault(
        403,
        "step_up_needed",
        N_("Show that it is you"),
        N_("For this you have to have signed in within five minutes, or to give the e-mail address of your account."),
        N_("Send it as email, or sign in anew."),
    ),
    errors.NotInTier: Fault(
        403,
        "not_in_tier",
        N_("Your tier does not include this"),
        N_("It is part of another one."),
        N_("See your tier at /account."),
    ),
    errors.RateLimited: Fault(
        429,
        "rate_limited",
        N_("Too many attempts"),
        N_("As many as are let through from one place, or for one address, were made."),
        N_("Try again later."),
        retry_after=60,
    ),
    errors.AccountsFault: Fault(
        503,
        "accounts_unavailable",
        N_("Accounts cannot be reached right now"),
        N_("Your cookie is left as it is, and your banks stay connected."),
        RETRY,
        retry_after=10,
    ),
    errors.MailFault: Fault(
        503,
        "mail_unavailable",
        N_("The mail could not be sent"),
        N_("The mail server did not take it. No link was sent."),
        N_("Check the address, then try again in a moment."),
        retry_after=30,
    ),
    DeletionIncomplete: Fault(
        502,
        "deletion_incomplete",
        N_("Not everything is deleted yet"),
        N_("Plaid did not confirm every bank. The keys of those that are left stay sealed in your cookie."),
        N_("Send the request again: what is gone stays gone. problems says what is wrong with each bank."),
    ),
    DeletionInterrupted: Fault(
        503,
        "deletion_interrupted",
        N_("Not everything is deleted yet"),
        N_("Your banks are disconnected at Plaid, but the database or the cache could not be reached."),
        N_("Send the request again in a moment: what is gone stays gone."),
        retry_after=10,
    ),
}
