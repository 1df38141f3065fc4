"""Canaries for tests of the search: one of each kind, always the same."""

from decimal import Decimal

from keepless.prove.canaries import Canaries, Kind

MARK = "zqvkwxjp"
EMAIL = "ana.zqvkwxjp@example.test"
TOKEN = "access-sandbox-0f47c1ba-15b2-4a4e-a28a-0d3e9ac1d1f1"
AMOUNT = Decimal("481516234.27")
COOKIE = "v1.1a2b3c4d." + "Qm9_z-R4" * 12
SECRET = bytes(range(200, 216))


def some_canaries() -> Canaries:
    made = Canaries()
    made.text(Kind.MERCHANT, MARK)
    made.text(Kind.ACCOUNT, "Øst & Søn qxzvjkbw")
    made.text(Kind.EMAIL, EMAIL)
    made.token(Kind.ACCESS_TOKEN, TOKEN)
    made.amount(AMOUNT)
    made.secret(Kind.COOKIE, COOKIE)
    made.blob(Kind.SESSION, SECRET)
    return made
