"""The trail in a folder: one chain for all processes and days, through crashes, full disks and locks."""

import errno
import fcntl
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from datetime import date

import pytest
from support.trails import Trail, kinds, notes

from keepless.adapters.audit import folder as module
from keepless.adapters.audit.checking import check_file
from keepless.adapters.audit.head import PLACE
from keepless.adapters.audit.reading import lines_of
from keepless.adapters.sealing.keyring import generate as new_key

# What another process writes: as many acts as it is told to, or until it is killed.
WRITER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from keepless.adapters.audit.folder import FolderSink
from keepless.adapters.audit.keys import AuditSigner
from keepless.adapters.sealing.keyring import Keyring
from keepless.core.secret import Secret
from keepless.services.audit import AuditTrail
folder, key, who, times = sys.argv[1:]
sink = FolderSink(Path(folder), AuditSigner(Keyring.parse(key)), days=90, patience=30.0)
trail = AuditTrail(sink, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC), Secret("s" * 32))
for _ in range(int(times)):
    trail.record("viewed_dashboard", who=who)
print("done", flush=True)
"""


@pytest.fixture
def trail(tmp_path):
    return Trail(tmp_path / "trail")


def writer(trail, who, times):
    command = [sys.executable, "-c", WRITER, str(trail.folder), trail.keys, who, str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": os.pathsep.join(sys.path)})


def test_an_act_is_a_line_that_says_who_did_what_when_and_nothing_else(trail):
    trail.audit.record("exported", who="ana", request="00ff", format="csv")
    begin, act = map(json.loads, trail.lines())
    assert (begin["did"], begin["n"], begin["prev"]) == ("checkpoint", 0, "0" * 64)
    assert {name: act[name] for name in ("n", "at", "did", "outcome", "request", "format")} == {
        "n": 1,
        "at": "2026-11-23T12:00:00Z",
        "did": "exported",
        "outcome": "done",
        "request": "00ff",
        "format": "csv",
    }
    assert len(act["who"]) == 16
    assert set(act) == {"chain", "n", "at", "who", "did", "outcome", "request", "format", "prev", "hash"}


def test_nobody_else_on_the_machine_reads_it(trail):
    trail.act()
    assert stat.S_IMODE(trail.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in trail.folder.iterdir()} == {0o600}


def test_it_verifies_with_the_public_keys_alone(trail):
    trail.act(250)
    report = trail.check()
    assert report.findings == []
    (summary,) = report.trails
    assert (summary.acts, summary.lines, summary.checkpoints) == (250, 253, 3)
    signed = [json.loads(line)["n"] for line in trail.lines() if b'"did":"checkpoint"' in line]
    assert signed == [0, 100, 200]  # 99 lines between them
    assert summary.has_head


def test_a_checkpoint_comes_after_ten_minutes_too(trail):
    trail.act()
    trail.clock.step(minutes=9)
    trail.act()
    assert trail.check().trails[0].checkpoints == 1
    trail.clock.step(minutes=1)
    trail.act()
    assert trail.check().trails[0].checkpoints == 2
    trail.clock.step(minutes=10)
    trail.act()
    assert trail.check().trails[0].checkpoints == 3


def test_each_utc_day_has_its_file_and_the_chain_goes_on_through_them(trail):
    trail.act()
    trail.clock.step(hours=12)
    trail.act()
    assert [path.name for path in trail.files()] == ["audit-2026-11-23.jsonl", "audit-2026-11-24.jsonl"]
    assert json.loads(trail.lines(0)[-1])["why"] == "end"
    assert json.loads(trail.lines(1)[0])["why"] == "start"
    assert trail.check().findings == []
    for path in trail.files():
        assert check_file(path, trail.signer.verify).findings == []


def test_a_clock_that_is_set_back_goes_on_in_the_later_file(trail):
    trail.clock.step(hours=12)
    trail.act()
    trail.clock.step(hours=-12)
    trail.act()
    assert len(trail.files()) == 1
    assert trail.check().findings == []


def test_days_that_are_over_go_and_the_rest_still_verifies(tmp_path):
    trail = Trail(tmp_path / "trail", days=2)
    for _ in range(5):
        trail.act(3)
        trail.clock.step(days=1)
    assert [path.name[6:16] for path in trail.files()] == ["2026-11-26", "2026-11-27"]
    report = trail.check()
    assert report.findings == []
    assert report.trails[0].first_n > 0


def test_days_that_somebody_else_took_away_are_missed(tmp_path):
    trail = Trail(tmp_path / "trail", days=3)
    for _ in range(5):
        trail.act(3)
        trail.clock.step(days=1)
    trail.files()[0].unlink()
    assert kinds(trail.check()) == ["dropped"]


def test_a_day_that_is_missing_in_the_middle_is_missed(trail):
    for _ in range(3):
        trail.act(3)
        trail.clock.step(days=1)
    trail.files()[1].unlink()
    (finding,) = trail.check().findings
    assert (finding.kind, finding.place.file, finding.place.line) == ("dropped", "audit-2026-11-25.jsonl", 1)


def test_tidying_at_start_lets_old_days_go_though_nobody_comes(tmp_path):
    trail = Trail(tmp_path / "trail", days=2)
    trail.act()
    trail.clock.step(days=10)
    trail.process().tidy()
    assert [path.name[6:16] for path in trail.files()] == ["2026-12-03"]
    assert trail.check().findings == []


def test_tidying_where_there_is_no_trail_begins_none(trail):
    trail.audit.tidy()
    assert trail.faults == []
    assert not trail.folder.exists()


def test_threads_and_processes_write_one_chain(trail):
    trail.act()
    others = [writer(trail, f"process-{number}", 150) for number in range(3)]
    threads = [
        threading.Thread(target=trail.process(30.0).record, args=("exported",), kwargs={"who": "x"}) for _ in "ab"
    ]
    here = trail.process(30.0)
    threads += [
        threading.Thread(target=lambda: [here.record("viewed_dashboard", who="here") for _ in range(50)])
        for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for each in others:
        assert each.communicate()[0] == b"done\n"
    report = trail.check()
    assert report.findings == []
    assert report.trails[0].acts == 1 + 3 * 150 + 2 + 4 * 50
    assert trail.faults == []


def test_a_process_that_was_forked_goes_on_with_the_chain(trail):
    trail.act(2)
    child = os.fork()
    if child == 0:
        try:
            trail.act(3)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    trail.act(2)
    assert trail.check().findings == []
    assert trail.check().trails[0].acts == 7


def test_processes_that_are_killed_leave_a_chain_that_verifies_once_somebody_writes_again(trail):
    """kill -9 in the middle of writing, many times; what was cut off is finished, and the trail says so."""
    for number in range(12):
        process = writer(trail, "killed", 1_000_000)
        known = trail.files()[-1].stat().st_size if trail.folder.exists() and trail.files() else 0
        while not trail.folder.exists() or not trail.files() or trail.files()[-1].stat().st_size == known:
            assert process.poll() is None
            time.sleep(0.005)
        time.sleep(0.003 * number)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    trail.act()
    report = trail.check()
    assert kinds(report) == []
    assert all("repaired" in each for each in notes(report))


def cut(trail, size):
    """As if the process had been killed when its file was so long."""
    with trail.files()[-1].open("r+b") as file:
        file.truncate(size)


@pytest.mark.parametrize("missing", [1, 2, 100, "all"])
def test_a_line_that_was_cut_off_is_finished_from_the_head_and_that_is_told(trail, missing):
    trail.act(5)
    last = trail.lines()[-1]
    cut(trail, trail.files()[-1].stat().st_size - (len(last) + 1 if missing == "all" else missing))
    assert set(kinds(trail.check())) <= {"truncated", "altered"}
    trail.process().record("exported", who="ana")
    report = trail.check()
    assert kinds(report) == []
    assert notes(report) == ["repaired after a crash: line completed"]
    assert last in trail.lines()


def test_what_was_written_behind_the_head_is_moved_aside_and_that_is_told(trail):
    trail.act(5)
    with trail.files()[-1].open("ab") as file:
        file.write(b'{"chain":"half a li')
    assert "altered" in kinds(trail.check())
    trail.process().record("exported", who="ana")
    report = trail.check()
    assert kinds(report) == []
    assert notes(report) == ["repaired after a crash: moved aside"]
    (aside,) = trail.folder.glob("*.aside-*")
    assert aside.read_bytes() == b'{"chain":"half a li'
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600


def test_a_forged_line_behind_the_head_is_not_taken_over(trail):
    """A line that is chained as ours are, by somebody without the key, who hopes that the next act signs it."""
    trail.act(5)
    forged = trail.lines()[-1].replace(b'"n":5', b'"n":6')
    with trail.files()[-1].open("ab") as file:
        file.write(forged + b"\n")
    trail.process().record("exported", who="ana")
    assert forged not in trail.lines()
    assert kinds(trail.check()) == []


def test_lines_that_were_dropped_from_the_end_stay_missing_after_the_next_act(trail):
    trail.act(10)
    trail.rewrite(trail.lines()[:-4])
    assert kinds(trail.check()) == ["truncated"]
    trail.process().record("exported", who="ana")
    report = trail.check()
    assert kinds(report) == ["dropped"]
    assert notes(report) == ["repaired after a crash: lines missing"]


def test_a_head_that_is_gone_is_told_before_and_after_the_next_act(trail):
    trail.act(10)
    (trail.folder / "head").unlink()
    trail.rewrite(trail.lines()[:-4])
    assert kinds(trail.check()) == ["truncated"]
    trail.process().record("exported", who="ana")
    assert kinds(trail.check()) == ["truncated"]


def test_a_head_that_somebody_else_wrote_is_not_gone_by(trail):
    """Lines dropped, and the head made to fit: it is signed, so that is seen, and never signed over."""
    trail.act(10)
    kept = trail.lines()[:-4]
    places = (trail.folder / "head").read_bytes()
    (trail.folder / "head").write_bytes(places.replace(b'"n":10', b'"n":06').replace(b'"n":9', b'"n":5'))
    trail.rewrite(kept)
    assert kinds(trail.check())[0] == "bad signature"
    trail.process().record("exported", who="ana")
    assert kinds(trail.check()) == ["truncated"]


def test_a_head_that_was_half_written_leaves_the_one_before(trail):
    """Killed within the head: the line that it was for was never written."""
    trail.act(5)
    places = bytearray((trail.folder / "head").read_bytes())
    newest = 5 % 2 * PLACE
    assert b'"n":5,' in places[newest : newest + PLACE]
    places[newest + 20 : newest + 200] = bytes(180)
    (trail.folder / "head").write_bytes(places)
    cut(trail, trail.files()[-1].stat().st_size - len(trail.lines()[-1]) - 1)
    assert kinds(trail.check()) == []
    trail.process().record("exported", who="ana")
    assert trail.check().findings == []


def test_a_head_that_is_put_back_with_the_lines_of_its_time_is_found_by_what_was_noted_later(trail):
    trail.act(5)
    head, lines = (trail.folder / "head").read_bytes(), trail.lines()
    trail.act(5)
    end = trail.check().trails[0]
    (trail.folder / "head").write_bytes(head)
    trail.rewrite(lines)
    assert kinds(trail.check()) == []
    assert kinds(trail.check(noted=(end.last_n, end.last_hash))) == ["altered"]


def test_a_file_that_waits_where_tomorrow_is_to_begin_is_put_aside(trail):
    trail.act()
    tomorrow = trail.folder / "audit-2026-11-24.jsonl"
    tomorrow.write_bytes(b"forged\n")
    trail.clock.step(days=1)
    trail.act()
    assert kinds(trail.check()) == []
    assert len(list(trail.folder.glob("*.aside-*"))) == 1


def test_files_that_are_all_gone_stay_missing(trail):
    trail.act(5)
    trail.files()[0].unlink()
    trail.act()
    assert set(kinds(trail.check())) == {"dropped"}


def test_a_new_key_goes_on_where_the_old_one_is_listed_still(trail):
    old = trail.keys
    trail.act(5)
    trail.keys = f"{new_key()},{old}"
    trail.audit = trail.process()
    trail.clock.step(minutes=20)
    trail.act(5)
    assert kinds(trail.check()) == []
    assert len(trail.check().trails[0].keys) == 2


def test_a_key_that_was_taken_away_leaves_lines_that_nobody_can_check(trail):
    trail.act(5)
    trail.keys = new_key()
    trail.process().record("exported", who="ana")
    report = trail.check()
    assert kinds(report) == ["unknown key"]
    assert notes(report) == ["repaired after a crash: head of unknown key"]


def test_a_disk_that_is_full_refuses_no_act_and_is_told_once_it_has_room(trail, monkeypatch):
    trail.act(2)
    written = module.repairs.write_all

    def full(descriptor, text):
        written(descriptor, text[:10])
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(module.repairs, "write_all", full)
        trail.act(3)
    assert trail.outcomes == ["written"] * 2 + ["failed"] * 3
    assert len(trail.faults) == 1
    trail.act()
    report = trail.check()
    assert kinds(report) == []
    assert any("3 act(s)" in each for each in notes(report))


def test_a_real_full_disk(tmp_path):
    """/dev/full stands for the folder's files: every write to it fails as on a full disk."""
    trail = Trail(tmp_path / "trail")
    trail.folder.mkdir()
    (trail.folder / "audit-2026-11-23.jsonl").symlink_to("/dev/full")
    trail.act(3)
    assert trail.outcomes == ["failed"] * 3


def test_a_folder_that_cannot_be_made_refuses_no_act(tmp_path):
    (tmp_path / "file").write_text("")
    trail = Trail(tmp_path / "file" / "trail")
    trail.act(3)
    assert trail.outcomes == ["failed"] * 3
    assert len(trail.faults) == 1


def test_a_process_that_stands_still_with_the_lock_is_waited_for_once_and_then_left_alone(trail, monkeypatch):
    trail.act()
    audit, waits, locked = trail.process(patience=0.05), [], module.locked

    def counted(*about, **more):
        waits.append(about)
        return locked(*about, **more)

    monkeypatch.setattr(module, "locked", counted)
    descriptor = os.open(trail.folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    for _ in range(20):
        audit.record("exported", who="ana")
    os.close(descriptor)
    assert len(waits) == 1
    assert trail.outcomes == ["written"] + ["failed"] * 20
    assert [type(each) for each in trail.faults] == [TimeoutError]


def test_files_that_are_links_are_not_followed(trail, tmp_path):
    trail.folder.mkdir()
    target = tmp_path / "elsewhere"
    target.write_text("")
    (trail.folder / "head").symlink_to(target)
    trail.act()
    assert trail.outcomes == ["failed"]
    assert target.read_text() == ""


def test_the_lines_of_one_are_theirs_alone_over_all_days(trail):
    for _ in range(3):
        trail.act(2, who="ana")
        trail.act(3, who="ben")
        trail.clock.step(days=1)
    lines = list(trail.audit.lines_of("ana"))
    assert len(lines) == 6
    assert {json.loads(line)["who"] for line in lines} == {trail.audit.who("ana")}
    assert len(list(trail.audit.lines_of("ana", first=date(2026, 11, 25)))) == 2
    last = lines_of(trail.folder, trail.audit.who("ana"), last=date(2026, 11, 24))
    assert len(list(last)) == 4


def test_lines_are_found_across_the_pieces_in_which_files_are_read(trail, monkeypatch):
    from keepless.adapters.audit import reading

    trail.act(30, who="ana")
    trail.act(30, who="ben")
    for chunk in (1, 7, 333):
        monkeypatch.setattr(reading, "_CHUNK", chunk)
        assert len(list(trail.audit.lines_of("ana"))) == 30


def test_the_trail_is_checked_while_others_write_to_it(trail):
    trail.act()
    process = writer(trail, "busy", 1_000_000)
    try:
        for _ in range(20):
            time.sleep(0.02)
            assert kinds(trail.check()) == []
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
