"""Kill -9 before every statement and every commit of revoke, renew and show: all of it, or none of it."""

import json
from collections.abc import Callable, Iterator

import pytest
from certhub_verifier.formats.jose import base64url

from certhub.db import outbox
from certhub.errors import Unavailable
from certhub.flows.records import change, issue, renew
from certhub.flows.records.change import Order
from certhub.history.events import store as history
from certhub.hub import Hub
from certhub.jobs.sweeping import VOID_AFTER, sweep
from certhub.people.parties.people import Role
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State, Transition, wire_status
from certhub.records.status import store as status
from tests.drills.child import account
from tests.drills.orders import KILLED, Scene
from tests.support.story import key, licence

pytestmark = pytest.mark.drill
ORDER = Order("演示", "鄂演决字〔2026〕第9号")
MOST = 100


def deaths(scene: Scene, do: str, **more: str) -> Iterator[tuple[str, bool]]:
    """Yield certificates on which a deed was begun, each killed one statement (then one commit) later than the last.

    The last of either kind was not killed any more: all its statements ran.
    """
    for what in ("statement", "commit"):
        for n in range(1, MOST):
            with scene.hub() as hub:
                by, number = account(hub, Role.AGENCY), f"杀-{do}-{what}-{n}"
                certificate_id = str(issue.issue(licence(number), by=by, hub=hub, key=key(number))[0]["id"])
            ended = scene.order(do, certificate_id=certificate_id, kill={what: n}, **more)
            assert ended in ([KILLED], [0])
            yield certificate_id, ended == [0]
            if ended == [0]:
                assert n > 1
                break
        else:
            pytest.fail(f"{do} did not end within {MOST} of its {what}s")


def found(hub: Hub, certificate_id: str) -> Certificate:
    """Return a certificate by its public id."""
    with hub.reading() as unit:
        one = certificates.find(unit, certificate_id)
    assert one is not None
    return one


def again(scene: Scene, ask: Callable[[], object]) -> None:
    """Ask again as a client would, under the same key: now, and after the lease if it is in flight."""
    try:
        ask()
    except Unavailable:
        scene.clock.pass_(seconds=11)
        ask()


def test_revoke_is_whole_or_not_at_all(scene: Scene) -> None:
    """State, slot, event and word to the worker agree after every death; a retry ends it, told of once."""
    for certificate_id, ended in deaths(scene, "revoke"):
        with scene.hub() as hub:
            by, one = account(hub, Role.AGENCY), found(hub, certificate_id)
            assert one.state is (State.REVOKED if ended else one.state)
            agree(hub, one)
            once = key(f"revoke {certificate_id}")
            again(
                scene,
                lambda: change.change(certificate_id, Transition.REVOKE, ORDER, by=by, hub=hub, key=once),  # noqa: B023
            )
            one = found(hub, certificate_id)
            assert State.REVOKED is one.state
            agree(hub, one)


def agree(hub: Hub, one: Certificate) -> None:
    """The row, the slot and the history say the same."""
    with hub.reading() as unit:
        assert wire_status(one.state) == status.values_of(unit, one.list_no).get(one.list_index, 0)
        told = history.events(unit, subject=one.ref.hex(), type_="certificate.revoked")
        assert (1 if one.state is State.REVOKED else 0) == len(told)
        if one.state is State.REVOKED:
            assert str(one.list_no) in {ref for _, ref in outbox.posted(unit, outbox.STATUS_LISTS)}


def test_renew_leaves_one_that_is_active(scene: Scene) -> None:
    """After every death there is exactly one active version; a retry ends it; what was begun in vain is voided."""
    for certificate_id, _ in deaths(scene, "renew"):
        with scene.hub() as hub:
            by = account(hub, Role.AGENCY)
            number = found(hub, certificate_id).record.number
            assert 1 == [one.state for one in versions(hub, number)].count(State.ACTIVE)
            signed_are_on_record(scene, hub)
            once = key(f"renew {certificate_id}")
            again(scene, lambda: renew.renew(certificate_id, ORDER, None, by=by, hub=hub, key=once))  # noqa: B023
            assert State.SUPERSEDED is found(hub, certificate_id).state
            assert [2] == [one.version for one in versions(hub, number) if one.state is State.ACTIVE]
            scene.clock.pass_(seconds=VOID_AFTER.total_seconds() + 11)
            sweep(hub)
            left = {one.state for one in versions(hub, number)}
            assert left <= {State.ACTIVE, State.SUPERSEDED, State.VOIDED}


def versions(hub: Hub, number: str) -> list[Certificate]:
    """Return every version of the certificate with a number."""
    by = account(hub, Role.AGENCY)
    with hub.reading() as unit:
        newest = certificates.issued_by(unit, by.agencies, limit=500)
    return [one for one in newest if one.record.number == number]


def signed_are_on_record(scene: Scene, hub: Hub) -> None:
    """What was signed since the last look is the signing input of a certificate on record."""
    by = account(hub, Role.AGENCY)
    with hub.reading() as unit:
        on_record = {one.record.signing_input for one in certificates.issued_by(unit, by.agencies, limit=500)}
    assert set(scene.signed()) <= on_record
    scene.journal.unlink(missing_ok=True)


def test_a_sealed_code_is_on_record_before_it_is_signed(scene: Scene) -> None:
    """Every code that a key ever signed has its event, with its id; whoever died in between showed nothing."""
    for _, ended in deaths(scene, "show", mode="sealed"):
        with scene.hub() as hub, hub.reading() as unit:
            shown = {one.body["jti"] for one in history.events(unit, type_="certificate.shown", limit=500)}
        for signing_input in scene.signed():
            assert json.loads(base64url.decode(signing_input.split(".")[1]))["jti"] in shown
        assert ended == bool(scene.told())
        scene.acks.unlink(missing_ok=True)
