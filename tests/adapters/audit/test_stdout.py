"""The trail on standard output: one chain for each process, among whatever else is written there."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from support.trails import SECRET, StandingClock, kinds

from keepless.adapters.audit.checking import check_file, check_stream
from keepless.adapters.audit.keys import AuditSigner
from keepless.adapters.audit.stdout import StdoutSink
from keepless.adapters.sealing.keyring import Keyring
from keepless.adapters.sealing.keyring import generate as new_key
from keepless.services.audit import AuditTrail

# A process that writes to its standard output, forks once, and ends by itself.
WRITER = """
import os, sys
from datetime import datetime, UTC
from keepless.adapters.audit.keys import AuditSigner
from keepless.adapters.audit.stdout import StdoutSink
from keepless.adapters.sealing.keyring import Keyring
from keepless.core.secret import Secret
from keepless.services.audit import AuditTrail
clock = lambda: datetime(2026, 11, 23, 12, tzinfo=UTC)
trail = AuditTrail(StdoutSink(AuditSigner(Keyring.parse(sys.argv[1])), clock), clock, Secret("s" * 32))
print("a line of something else", flush=True)
for _ in range(120):
    trail.record("viewed_dashboard", who="ana")
child = os.fork()
for _ in range(30):
    trail.record("exported", who="ben")
if child:
    os.waitpid(child, 0)
"""


@pytest.fixture
def signer():
    return AuditSigner(Keyring.parse(new_key()))


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    os.close(reading)
    os.close(writing)


def lines_from(pipe):
    return os.read(pipe[0], 1024 * 1024).splitlines()


def test_a_process_signs_its_chain_as_it_goes_and_at_its_end(signer, pipe):
    clock = StandingClock()
    sink = StdoutSink(signer, clock, descriptor=pipe[1])
    trail = AuditTrail(sink, clock, SECRET)
    for _ in range(120):
        trail.record("viewed_dashboard", who="ana")
    sink.end()
    lines = lines_from(pipe)
    report = check_stream(lines, "stdout", signer.verify)
    (summary,) = report.trails
    assert report.findings == []
    assert (summary.acts, summary.checkpoints, summary.unattested) == (120, 3, 0)
    assert [json.loads(line).get("why") for line in (lines[0], lines[-1])] == ["begin", "end"]
    sink.end()
    assert lines_after(pipe) == []


def lines_after(pipe):
    try:
        return lines_from(pipe)
    except BlockingIOError:
        return []


def test_a_checkpoint_comes_after_ten_minutes(signer, pipe):
    clock = StandingClock()
    trail = AuditTrail(StdoutSink(signer, clock, descriptor=pipe[1]), clock, SECRET)
    trail.record("exported", who="ana")
    clock.now += timedelta(minutes=10)
    trail.record("exported", who="ana")
    trail.record("exported", who="ana")
    assert [json.loads(line).get("why") for line in lines_from(pipe)] == ["begin", None, "time", None, None]


def test_two_processes_on_one_output_are_two_trails_and_other_lines_are_passed_over(signer):
    key = new_key()
    command = [sys.executable, "-c", WRITER, key]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={"PYTHONPATH": os.pathsep.join(sys.path)})
    report = check_stream(done.stdout.splitlines(), "stdout", AuditSigner(Keyring.parse(key)).verify)
    assert report.findings == []
    assert report.foreign == 1
    assert sorted((each.acts, each.unattested) for each in report.trails) == [(30, 0), (150, 0)]


def test_what_is_wrong_is_found_in_a_file_that_a_collector_kept(signer, pipe, tmp_path):
    clock = StandingClock()
    trail = AuditTrail(StdoutSink(signer, clock, descriptor=pipe[1]), clock, SECRET)
    for _ in range(10):
        trail.record("viewed_dashboard", who="ana")
    lines = lines_from(pipe)
    del lines[4]
    kept = tmp_path / "collected.log"
    kept.write_bytes(b"\n".join([b"something else", *lines]) + b"\n")
    (finding,) = check_file(kept, signer.verify).findings
    assert (finding.kind, finding.place.line, finding.place.n) == ("dropped", 6, 5)


def test_lines_that_nobody_takes_refuse_no_act(signer):
    reading, writing = os.pipe()
    os.close(reading)
    clock, outcomes = StandingClock(), []
    sink = StdoutSink(signer, clock, descriptor=writing)
    trail = AuditTrail(sink, clock, SECRET, on_outcome=outcomes.append)
    trail.record("exported", who="ana")
    sink.end()
    os.close(writing)
    assert outcomes == ["failed"]


def test_nobodys_lines_can_be_read_from_here(signer, pipe):
    clock = StandingClock()
    trail = AuditTrail(StdoutSink(signer, clock, descriptor=pipe[1]), clock, SECRET)
    trail.record("exported", who="ana")
    trail.tidy()
    assert trail.lines_of("ana") is None


def test_a_stream_without_a_trail_is_not_said_to_be_sound(signer):
    assert kinds(check_stream([b"anything", b'{"chain":'], "stdout", signer.verify)) == ["truncated"]
