"""What the client and the server complain of -> the stable words of `errors.CacheFault`."""

from valkey import exceptions

UNREACHABLE = "unreachable"
SLOW = "slow"
FULL = "full"
READ_ONLY = "read_only"
RUBBISH = "rubbish"
REFUSED = "refused"
FORGOTTEN = "forgotten"

# The first word of an error reply that the client has no class for.
_WORDS = {
    "MISCONF": READ_ONLY,  # snapshots to disk fail, so writes are refused
    "NOREPLICAS": READ_ONLY,
    "BUSY": SLOW,  # someone's script runs
    "CLUSTERDOWN": UNREACHABLE,
    "MASTERDOWN": UNREACHABLE,
    "TRYAGAIN": UNREACHABLE,
    "MOVED": UNREACHABLE,  # only where following it led nowhere
    "ASK": UNREACHABLE,
}


def of_exchange(cause: Exception) -> str:
    """Why an exchange broke off, after which its connection is not used again.

    A parser that is fed with rubbish raises what it likes, so what is not known is that.
    """
    if isinstance(cause, (exceptions.TimeoutError, TimeoutError)):
        return SLOW
    if isinstance(cause, exceptions.AuthenticationError):
        return REFUSED
    if isinstance(cause, (exceptions.ConnectionError, OSError)):
        return UNREACHABLE
    return of_reply(cause) if isinstance(cause, exceptions.ResponseError) else RUBBISH


def of_reply(error: exceptions.ResponseError) -> str:
    """Why a command was refused, over a connection that goes on working."""
    if isinstance(error, exceptions.OutOfMemoryError):
        return FULL
    if isinstance(error, exceptions.ReadOnlyError):
        return READ_ONLY
    return _WORDS.get(str(error).partition(" ")[0], REFUSED)
