"""What is wrong with a trail, and where: each kind of change, on a trail of lines that are made here."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.core import audit
from keepless.core.audit_check import Kind, TrailCheck

KEY = "audit-1"


def sign(message, key=KEY):
    return sha256(key.encode() + message).hexdigest()


def verify(key_id, message, signature):
    return sign(message) == signature if key_id == KEY else None


def trail(count=20, *, every=5, at=0):
    """Lines n `at` to `at + count - 1`, a checkpoint first and after each `every`."""
    lines, prev = [], audit.NOTHING_BEFORE
    for n in range(at, at + count):
        prev = put(lines, n, prev, signed=(n - at) % every == 0)
    return lines


def put(lines, n, prev, *, signed=False, key=KEY, chain="c", **fields):
    numbered = {"chain": chain, "n": n, "at": "2026-11-23T14:30:05Z"}
    if signed:
        numbered |= {"did": audit.CHECKPOINT, "key": key}
    else:
        numbered |= {"who": "7f3a", "did": "viewed_dashboard"} | fields
    raw, digest = audit.line_of(numbered, prev, sign=(lambda message: sign(message, key)) if signed else None)
    lines.append(raw)
    return digest


def hash_of(raw):
    return audit.read_line(raw).hash


def head_of(lines, **more):
    entry = audit.read_line(lines[-1])
    about = {"chain": "c", "n": entry.n, "hash": entry.hash, "file": "f", "size": 1} | more
    return audit.Head(**about, checkpoint=0, checkpoint_at="2026-11-23T14:30:05Z", line="", key=KEY)


def found(lines, head=None, **more):
    """Kind, line and number of each fault."""
    check = TrailCheck("c", verify)
    for number, raw in enumerate(lines, start=1):
        check.take("f", number, raw)
    return [(each.kind, each.place.line, each.place.n) for each in check.finish(head, **more) if each.kind]


def rehashed(lines, first):
    """The lines from `first` on with new hashes, as somebody without the key would make them."""
    kept, prev = lines[:first], hash_of(lines[first - 1])
    for raw in lines[first:]:
        head, _, _ = raw.rpartition(b',"hash":')
        before, _, behind = head.partition(b'"prev":"')
        body = before + b'"prev":"' + prev.encode() + behind[64:]
        prev = sha256(body).hexdigest()
        kept.append(body + b',"hash":"' + prev.encode() + b'"}')
    return kept


def test_nothing_is_wrong_with_a_trail_as_it_was_written():
    assert found(trail(), head_of(trail()), is_whole=True) == []


def test_the_summary_says_what_was_checked():
    check = TrailCheck("c", verify)
    for number, raw in enumerate(trail(13), start=1):
        check.take("f", number, raw)
    check.finish()
    told = check.summary
    assert (told.lines, told.acts, told.checkpoints, told.unattested) == (13, 10, 3, 2)
    assert (told.first_n, told.last_n, told.keys) == (0, 12, {KEY})
    assert told.last_hash == hash_of(trail(13)[-1])


@pytest.mark.parametrize("place", [0, 1, 7, 10, 18, 19])
def test_an_altered_line_is_found_where_it_is(place):
    lines = trail()
    lines[place] = lines[place].replace(b"14:30:05", b"14:30:06")
    assert found(lines, head_of(trail()), is_whole=True) == [(Kind.ALTERED, place + 1, place)]


def test_a_line_that_is_no_json_any_more_is_one_altered_line():
    lines = trail()
    lines[7] = b"nothing of the kind"
    assert found(lines, head_of(trail()), is_whole=True) == [(Kind.ALTERED, 8, None)]


def test_a_first_line_that_cannot_be_read_is_one_altered_line_whatever_its_number_was():
    lines = trail(at=1_000)
    lines[0] = b"nothing of the kind"
    assert found(lines) == [(Kind.ALTERED, 1, None)]


def test_an_altered_line_whose_hash_was_made_anew_is_found_where_it_is():
    lines = trail()
    lines[7] = audit.line_of({"chain": "c", "n": 7, "at": "x", "did": "exported"}, hash_of(lines[6]))[0]
    assert found(lines) == [(Kind.ALTERED, 8, 7)]


def test_a_last_line_that_was_hashed_anew_is_found_by_the_head():
    lines = trail()
    lines[19] = audit.line_of({"chain": "c", "n": 19, "at": "x", "did": "exported"}, hash_of(lines[18]))[0]
    assert found(lines, head_of(trail())) == [(Kind.ALTERED, 20, 19)]


def test_lines_that_were_all_hashed_anew_are_found_by_the_next_checkpoint():
    lines = trail()
    lines[7] = lines[7].replace(b"viewed_dashboard", b"exported")
    assert found(rehashed(lines, 7))[0] == (Kind.BAD_SIGNATURE, 11, 10)


@pytest.mark.parametrize(
    ("gone", "place"),
    [((7,), 8), ((7, 8, 9), 8), ((1,), 2), ((18,), 19)],
    ids=["one", "three", "second", "last but one"],
)
def test_dropped_lines_are_found_where_they_are_missing(gone, place):
    lines = [raw for n, raw in enumerate(trail()) if n not in gone]
    assert found(lines, head_of(trail()), is_whole=True) == [(Kind.DROPPED, place, gone[-1] + 1)]


def test_dropped_lines_whose_gap_was_closed_are_found_by_the_next_checkpoint():
    lines = trail()
    closed = [raw.replace(b'"n":%d,' % n, b'"n":%d,' % (n - 1)) for n, raw in enumerate(lines) if n > 7]
    assert found(rehashed(lines[:7] + closed, 7))[0] == (Kind.BAD_SIGNATURE, 10, 9)


@pytest.mark.parametrize("dropped", [1, 2, 7, 19])
def test_a_missing_end_is_found_by_the_head(dropped):
    lines = trail()
    kept = lines[:-dropped]
    assert found(kept, head_of(lines)) == [(Kind.TRUNCATED, len(kept) + 1, len(kept))]


def test_a_missing_beginning_is_found_unless_it_was_retired():
    lines = trail(at=10)
    assert found(lines, head_of(lines), is_whole=True) == [(Kind.DROPPED, 1, 10)]
    put(lines, 30, hash_of(lines[-1]), did=audit.RETIRED, before=10)
    assert found(lines, head_of(lines), is_whole=True) == []
    assert found(lines[1:], head_of(lines), is_whole=True) == [(Kind.DROPPED, 1, 11)]


def test_two_lines_that_changed_places_are_found_once():
    lines = trail()
    lines[7], lines[8] = lines[8], lines[7]
    assert found(lines) == [(Kind.REORDERED, 9, 7)]


def test_a_line_that_was_moved_away_is_found_where_it_is_now():
    lines = trail()
    lines.append(lines.pop(7))
    assert found(lines) == [(Kind.REORDERED, 20, 7)]


def test_first_lines_that_changed_places_are_found_once():
    lines = trail()
    lines[0], lines[1] = lines[1], lines[0]
    assert found(lines, head_of(trail()), is_whole=True) == [(Kind.REORDERED, 2, 0)]


@pytest.mark.parametrize("place", [7, 8])
def test_a_line_that_was_put_in_with_the_number_of_another_is_told_from_it(place):
    """Before or behind the line whose number it has: the line that follows says which of them is right."""
    lines = trail()
    forged = audit.line_of({"chain": "c", "n": 7, "at": "x", "did": "exported"}, hash_of(lines[6]))[0]
    lines.insert(place, forged)
    assert found(lines) == [(Kind.INSERTED, place + 1, 7)]


def test_junk_that_was_put_in_is_found_where_it_is():
    lines = trail()
    lines.insert(7, b"junk")
    assert found(lines) == [(Kind.INSERTED, 8, None)]


def test_a_copy_of_a_line_is_one_that_was_put_in():
    lines = trail()
    lines.insert(12, lines[7])
    assert found(lines) == [(Kind.INSERTED, 13, 7)]
    lines = trail()
    lines.insert(8, lines[7])
    assert found(lines) == [(Kind.INSERTED, 9, 7)]


def test_a_line_of_another_trail_was_put_in():
    lines = trail()
    put(lines, 20, hash_of(lines[-1]), chain="other")
    assert found(lines) == [(Kind.INSERTED, 21, 20)]


def test_lines_behind_the_head_are_nobodys():
    lines = trail()
    head = head_of(lines)
    put(lines, 20, hash_of(lines[-1]))
    assert found(lines, head) == [(Kind.INSERTED, 21, 20)]


def test_a_checkpoint_that_somebody_else_signed_is_found():
    lines = trail(10)
    put(lines, 10, hash_of(lines[-1]), signed=True)
    broken = [raw.replace(b'"key":"audit-1"', b'"key":"audit-9"') for raw in lines[-1:]]
    assert found(lines[:-1] + rehashed(lines[:-1] + broken, 10)[-1:]) == [(Kind.UNKNOWN_KEY, 11, 10)]
    prev, other = hash_of(lines[9]), lines[:10]
    raw, _ = audit.line_of(
        {"chain": "c", "n": 10, "at": "x", "did": audit.CHECKPOINT, "key": KEY}, prev, sign=lambda _: "forged"
    )
    assert found([*other, raw]) == [(Kind.BAD_SIGNATURE, 11, 10)]


def test_a_checkpoint_without_a_signature_is_none():
    lines = trail(10)
    raw, _ = audit.line_of({"chain": "c", "n": 10, "at": "x", "did": audit.CHECKPOINT, "key": KEY}, hash_of(lines[-1]))
    assert found([*lines, raw]) == [(Kind.BAD_SIGNATURE, 11, 10)]


def test_a_long_stretch_without_a_checkpoint_is_found():
    assert found(trail(101, every=1_000)) == []
    assert found(trail(102, every=1_000)) == [(Kind.UNSIGNED, 102, 101)]


def test_a_lost_head_leaves_a_fault_that_nobody_can_explain_away():
    lines = trail(6)
    put(lines, 6, hash_of(lines[-1]), did=audit.REPAIRED, what="head_lost")
    assert found(lines, head_of(lines)) == [(Kind.TRUNCATED, 7, 6)]


def test_a_line_that_was_noted_down_has_to_be_there():
    lines = trail()
    for noted, faults in (((7, hash_of(lines[7])), []), ((7, "0" * 64), [Kind.ALTERED])):
        check = TrailCheck("c", verify, noted=noted)
        for number, raw in enumerate(lines, start=1):
            check.take("f", number, raw)
        assert [each.kind for each in check.finish()] == faults


def test_a_trail_of_noise_has_a_bounded_number_of_findings():
    check = TrailCheck("c", verify)
    for number in range(1, 2_000):
        check.take("f", number, b"noise")
    assert len(check.finish()) == 200
    assert check.more_faults == 1_799


@given(st.data())
def test_no_change_of_a_whole_trail_goes_unseen(data):
    """Lines dropped, doubled, moved or altered, several at once: something is found, and without an error of ours."""
    lines = trail()
    changed = list(lines)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed) - 1))
        match data.draw(st.sampled_from(["drop", "double", "move", "alter"])):
            case "drop" if len(changed) > 1:
                del changed[place]
            case "double":
                changed.insert(data.draw(st.integers(0, len(changed))), changed[place])
            case "move":
                changed.insert(data.draw(st.integers(0, len(changed) - 1)), changed.pop(place))
            case _:
                cut = data.draw(st.integers(0, max(0, len(changed[place]) - 1)))
                changed[place] = changed[place][:cut] + b"?" + changed[place][cut + 1 :]
    assert bool(found(changed, head_of(lines), is_whole=True)) is (changed != lines)
