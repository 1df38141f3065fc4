"""Trying again later, once for all who ask."""

import threading

from support.run import wait_until

from keepless.services.again import Again


def test_it_is_done_once_for_all_who_ask_while_it_waits():
    done = []
    again = Again(lambda: done.append(threading.current_thread()), 0.05)
    for _ in range(5):
        again.later()
    assert done == []
    assert wait_until(lambda: done)
    assert len(done) == 1
    assert done[0].daemon
    assert done[0] is not threading.current_thread()


def test_the_work_itself_may_ask_for_the_next_time():
    done = threading.Event()
    left = [3]

    def work() -> None:
        left[0] -= 1
        if left[0]:
            again.later()
        else:
            done.set()

    again = Again(work, 0.01)
    again.later()
    assert done.wait(10)
    assert left == [0]
