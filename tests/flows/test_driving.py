"""Flows in the event loop: one writer commits for all, an answer follows its commit, and a race has one winner."""

import asyncio
from collections import Counter
from dataclasses import replace
from threading import Event, current_thread
from typing import Any

import pytest

from certhub.api.http import driving
from certhub.api.http.driving import TOGETHER, answered, answered_each, answered_in_turn
from certhub.flows.verification import results, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.verify import verification
from certhub.hub.effects import Commit
from certhub.verification.receipts import store as receipts
from tests.support.invariants import settled
from tests.support.region import Region
from tests.support.story import BUSINESS, issued, licence, ticket


def asked(code: str, name: str, **more: Any) -> VerificationRequest:
    """Return a question under an id."""
    return VerificationRequest(code, BUSINESS, "1号窗口", None, name, **more)


def flows(region: Region, questions: list[VerificationRequest]) -> list[Any]:
    """Return the flow of each question, of one clerk."""
    by = region.clerk
    return [verification(one, by=by, hub=region.hub) for one in questions]


def of_the_loop(region: Region) -> None:
    """Pass over what is about flows in the event loop: on PostgreSQL they run in threads."""
    if not region.hub.is_embedded:
        pytest.skip("this is about SQLite")


def codes_of(region: Region, questions: list[VerificationRequest]) -> list[str]:
    """Verify side by side; return the code of each report."""
    reports = asyncio.run(answered_each(flows(region, questions), region.hub))
    return [one["code"] for one in reports if not isinstance(one, BaseException)]


def test_a_code_that_thirty_scan_at_once_is_redeemed_once(home: Region) -> None:
    """One is good; to each of the others it is told that the code was used, and each has its own receipt."""
    code = ticket(home, issued(home, licence("驱-1")))
    questions = [asked(code, f"drive-race-{n}") for n in range(30)]

    told = Counter(codes_of(home, questions))

    assert {"OK": 1, "CODE_USED": 29} == told
    for one in questions:
        assert results.receipt(str(one.verification_id), by=home.clerk, hub=home.hub)["receipt"]
    assert [] == settled(home.hub, home.clock)


def test_one_id_that_comes_thirty_times_at_once_is_answered_once(home: Region) -> None:
    """Whoever lost the race for the id gets the report that is on record."""
    code = ticket(home, issued(home, licence("驱-2")))
    question = asked(code, "drive-same")

    reports = asyncio.run(answered_each(flows(home, [question] * 30), home.hub))

    with home.hub.reading() as unit:
        filed = receipts.get(unit, "drive-same")
    assert filed is not None
    assert [filed.report] * 30 == reports


def test_many_in_the_loop_come_to_the_same_as_one_by_one(home: Region) -> None:
    """Good codes, somebody else's text, and another region's word that nobody knows."""
    certificate = issued(home, licence("驱-3"))
    texts = [
        *(ticket(home, certificate) for _ in range(TOGETHER + 5)),
        "6217 0000",
        "EC1420700AAAAAAAAAAAAAA",
    ]
    together = codes_of(home, [asked(text, f"drive-many-{n}") for n, text in enumerate(texts)])
    again = [
        verify.verify(asked(text, f"drive-many-{n}"), by=home.clerk, hub=home.hub)["code"]
        for n, text in enumerate(texts)
    ]
    in_turn = asyncio.run(
        answered_in_turn(flows(home, [asked(t, f"drive-many-{n}") for n, t in enumerate(texts)]), home.hub)
    )
    assert together == again == [one["code"] for one in in_turn if not isinstance(one, BaseException)]


def test_what_a_flow_raises_is_its_own(home: Region) -> None:
    """An id that is another check's: that one is refused, its neighbours are answered."""
    certificate = issued(home, licence("驱-4"))
    first, second, third = (ticket(home, certificate) for _ in range(3))
    questions = [asked(first, "drive-a"), asked(second, "drive-a"), asked(third, "drive-c")]

    ended = asyncio.run(answered_each(flows(home, questions), home.hub))

    refused = [getattr(one, "code", None) for one in ended if isinstance(one, BaseException)]
    assert ["VERIFICATION_ID_TAKEN"] == refused
    assert 2 == sum(not isinstance(one, BaseException) and one["code"] == "OK" for one in ended)


def test_a_client_that_goes_away_leaves_what_was_committed(home: Region) -> None:
    """The same id then gets the report, and the code was used by it alone."""
    code = ticket(home, issued(home, licence("驱-5")))

    async def given_up() -> None:
        task = asyncio.create_task(answered(verification(asked(code, "drive-gone"), by=clerk, hub=hub), hub))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    clerk, hub = home.clerk, home.hub
    asyncio.run(given_up())

    assert "OK" == verify.verify(asked(code, "drive-gone"), by=clerk, hub=hub)["code"]
    assert "CODE_USED" == verify.verify(asked(code, "drive-other"), by=clerk, hub=hub)["code"]


def test_a_batch_writes_together_and_is_answered_after(home: Region) -> None:
    """Forty codes are on record when their answers come, in three units of work and not in forty."""
    of_the_loop(home)
    certificate = issued(home, licence("驱-7"))
    questions = [asked(ticket(home, certificate), f"drive-unit-{n}") for n in range(2 * TOGETHER)]
    begun, writing = [], home.hub.writer._writing

    def counted() -> Any:
        begun.append(1)
        return writing()

    home.hub.writer._writing = counted  # type: ignore[method-assign]
    assert ["OK"] * 2 * TOGETHER == codes_of(home, questions)
    assert len(begun) <= 3  # two groups, and the receipts of the second

    home.hub.writer.commit(lambda _: None)  # after it, what was left is written too
    with home.hub.reading() as unit:
        filed = receipts.get_many(unit, [str(one.verification_id) for one in questions])
    assert {"OK"} == {(one.report or {})["code"] for one in filed.values()}
    assert [True] * 2 * TOGETHER == [one.receipt is not None for one in filed.values()]


def test_a_client_that_goes_away_from_a_batch_leaves_whole_verifications(home: Region) -> None:
    """What was committed is on record and its code used; of the rest nothing is there, and it may be sent again."""
    of_the_loop(home)
    certificate = issued(home, licence("驱-8"))
    questions = [asked(ticket(home, certificate), f"drive-left-{n}") for n in range(TOGETHER + 5)]

    async def given_up() -> None:
        task = asyncio.create_task(answered_each(flows(home, questions), home.hub))
        while not filed():
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    def filed() -> int:
        with home.hub.reading() as unit:
            return len(receipts.get_many(unit, [str(one.verification_id) for one in questions]))

    asyncio.run(given_up())

    assert TOGETHER == filed()
    assert ["OK"] * (TOGETHER + 5) == codes_of(home, questions)
    assert [] == settled(home.hub, home.clock)


def seen_in(flow: Any, threads: list[str]) -> Any:
    """The flow; the thread in which each of its commits is written is noted."""
    effect = next(flow)
    while True:
        if isinstance(effect, Commit):

            def noted(unit: Any, write: Any = effect.write) -> Any:
                threads.append(current_thread().name)
                return write(unit)

            effect = replace(effect, write=noted)
        given = yield effect
        try:
            effect = flow.send(given)
        except StopIteration as end:
            return end.value


def test_the_loop_inserts_what_its_flows_write(home: Region) -> None:
    """The writer's thread begins and commits, and meanwhile waits for the loop."""
    of_the_loop(home)
    code, threads = ticket(home, issued(home, licence("驱-9"))), list[str]()
    flow = seen_in(verification(asked(code, "drive-where"), by=home.clerk, hub=home.hub), threads)

    report = asyncio.run(answered(flow, home.hub))

    assert ("OK", [current_thread().name]) == (report["code"], threads)
    home.hub.writer.commit(lambda _: None)
    with home.hub.reading() as unit:
        filed = receipts.get(unit, "drive-where")
    assert filed is not None
    assert filed.receipt is not None


def test_a_loop_that_has_ended_holds_the_writer_up_no_longer(home: Region) -> None:
    """Its client is gone: the writer inserts itself, and what was handed over is on record or was never begun."""
    of_the_loop(home)
    code, threads = ticket(home, issued(home, licence("驱-10"))), list[str]()
    flow = seen_in(verification(asked(code, "drive-ended"), by=home.clerk, hub=home.hub), threads)
    effect = next(flow)
    loop, written = asyncio.new_event_loop(), Event()
    place = driving._InLoop(loop)
    home.hub.writer.submit_each([(effect.write, 1)], done=lambda _: written.set(), place=place)
    assert not written.wait(0.1)  # the loop does not run, and the writer waits for it

    loop.close()

    assert written.wait(10)
    assert ["certhub-writer"] == threads
    assert "OK" == verify.verify(asked(code, "drive-ended"), by=home.clerk, hub=home.hub)["code"]
    home.hub.writer.commit(lambda _: None)


def test_a_commit_that_fails_is_no_answer(home: Region) -> None:
    """Nobody is told of what is not on record, and the code is as good as before."""
    code = ticket(home, issued(home, licence("驱-6")))

    def broken(flow: Any) -> Any:
        """The flow, whose rows cannot be written once."""
        effect, has_failed = next(flow), False
        while True:
            if isinstance(effect, Commit) and not has_failed:
                has_failed, write = True, effect.write
                effect = replace(effect, write=lambda unit, write=write: (write(unit), 1 / 0))
            try:
                given = yield effect
            except ZeroDivisionError as failed:
                effect = flow.throw(failed)
            else:
                effect = flow.send(given)

    flow = broken(verification(asked(code, "drive-broken"), by=home.clerk, hub=home.hub))
    with pytest.raises(ZeroDivisionError):
        asyncio.run(answered(flow, home.hub))

    with home.hub.reading() as unit:
        assert receipts.get(unit, "drive-broken") is None
    assert "OK" == verify.verify(asked(code, "drive-later"), by=home.clerk, hub=home.hub)["code"]
