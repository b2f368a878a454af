"""Places to work and to wait: nobody waits for ever, and a full queue says so at once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.serve import MAX_THREADS
from app.shared.answers import answered
from app.shared.turns import FILES, N_PLACES, PICTURES, READINGS, SEARCHES, BusyError, Turns

WORDS = "Many visitors are being served just now; try again in a moment."


def test_no_more_work_at_a_time_than_there_are_places() -> None:
    turns, now, most = Turns(2, 6, 10), [0], [0]
    counting = threading.Lock()

    def work(_: int) -> None:
        with turns.take():
            with counting:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.02)
            with counting:
                now[0] -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert most == [2]


def test_who_finds_the_queue_full_is_told_at_once() -> None:
    turns = Turns(1, 1, 10)
    entered, leave = threading.Event(), threading.Event()

    def work() -> None:
        with turns.take():
            entered.set()
            leave.wait(10)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(work) for _ in range(2)]
        entered.wait(10)
        while turns._room._value > 0:  # the second one waits by now
            time.sleep(0.001)
        begun = time.perf_counter()
        with pytest.raises(BusyError, match="try again in a moment"), turns.take():
            pass
        assert time.perf_counter() - begun < 1
        leave.set()
        for one in both:
            one.result()
    with turns.take():  # and all places are free again
        pass


def test_patience_ends() -> None:
    turns = Turns(1, 1, 0.05)
    with turns.take(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(turns.take().__enter__)
        with pytest.raises(BusyError):
            waiting.result()
    with turns.take():
        pass


def test_an_error_gives_the_place_back() -> None:
    turns = Turns(1, 0, 1)
    for _ in range(3):
        with pytest.raises(KeyError), turns.take():
            raise KeyError


def test_a_script_is_told_whether_asking_again_may_help() -> None:
    turns = Turns(1, 0, 1)

    @answered(turns)
    def function(question: object) -> dict[str, object]:
        if question == "bad":
            raise ValueError("this is bad")
        return {"answer": question}

    assert function("good") == {"answer": "good"}
    assert function("bad") == {"error": "This is bad."}
    with turns.take():
        assert function("good") == {"error": WORDS, "busy": True}


def test_all_that_wait_leave_threads_free() -> None:
    kinds = (READINGS, PICTURES, SEARCHES, FILES)
    assert len({id(turns) for turns in kinds}) == len(kinds)  # a flood of one fills its own alone
    assert sum(turns.n_places for turns in kinds) == N_PLACES < MAX_THREADS
