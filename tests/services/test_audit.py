"""The trail as the application sees it: what is let into a line, and that nothing is refused for its sake."""

import pytest
from support.trails import NOON, SECRET, StandingClock

from keepless.services.audit import AuditTrail


class Sink:
    """Keeps the fields; fails while it is told to."""

    def __init__(self):
        self.lines = []
        self.error = None
        self.tidied = []

    def append(self, at, fields):
        if self.error is not None:
            raise self.error
        assert at == NOON
        self.lines.append(dict(fields))

    def tidy(self, at):
        if self.error is not None:
            raise self.error
        self.tidied.append(at)

    def lines_of(self, who, *, first):
        return iter([str((who, first)).encode()])


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def told():
    return []


@pytest.fixture
def trail(sink, told):
    return AuditTrail(sink, StandingClock(NOON), SECRET, on_outcome=told.append, on_fault=told.append)


def test_who_did_it_is_written_as_a_hash_that_is_equal_in_every_process(trail, sink):
    trail.record("exported", who="ana@example.test", format="csv")
    (line,) = sink.lines
    assert line == {"who": trail.who("ana@example.test"), "did": "exported", "outcome": "done", "format": "csv"}
    assert "ana" not in str(line)
    assert AuditTrail(Sink(), StandingClock(NOON), SECRET).who("x") == trail.who("x")


def test_nobody_is_an_empty_text(trail, sink):
    trail.record("asked_sign_in", who="")
    assert sink.lines[0]["who"] == ""


@pytest.mark.parametrize(
    ("value", "is_kept"),
    [("csv", True), (3, True), ("ana@example.test", False), ("48.15", False), ("First Bank", False), ("x" * 50, False)],
)
def test_a_fact_is_a_count_or_a_stable_word_or_it_is_left_out(trail, sink, value, is_kept):
    trail.record("exported", who="ana", fact=value)
    assert ("fact" in sink.lines[0]) is is_kept


@pytest.mark.parametrize("name", ["n", "prev", "hash", "chain", "sig", "key", "at", "before", "count"])
def test_a_fact_does_not_take_the_name_of_what_the_trail_says_of_itself(trail, sink, name):
    trail.record("exported", who="ana", **{name: 1})
    assert name not in sink.lines[0]


@pytest.mark.parametrize("did", ["", "Two Words", "checkpoint", "repaired", "retired", "missed"])
def test_an_act_has_a_name_of_its_own(trail, did):
    with pytest.raises(ValueError, match="stable words"):
        trail.record(did, who="ana")


@pytest.mark.parametrize("error", [OSError("full"), TimeoutError(), ValueError(), RuntimeError()])
def test_what_cannot_be_written_is_counted_told_once_and_made_up_for_in_the_trail(trail, sink, told, error):
    sink.error = error
    for _ in range(3):
        trail.record("exported", who="ana")
    assert told == ["failed", error, "failed", "failed"]
    sink.error = None
    trail.record("exported", who="ana")
    trail.record("exported", who="ana")
    assert told[4:] == ["written", "written"]
    assert [(line["did"], line.get("count")) for line in sink.lines] == [
        ("missed", 3),
        ("exported", None),
        ("exported", None),
    ]


def test_tidying_that_fails_stops_no_start(trail, sink, told):
    sink.error = OSError()
    trail.tidy()
    assert told == [sink.error]
    sink.error = None
    trail.tidy()
    assert sink.tidied == [NOON]


def test_lines_are_asked_for_by_the_hash(trail):
    assert trail.who("ana").encode() in next(trail.lines_of("ana"))
