"""Questions and answers by the key that signed them: state, term, purpose and region (tests/verifier has the table)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.listedkey import KeyState
from certhub_verifier.formats.trust.trustlist import RegionKeys, keys_path

from certhub.adapters.public_files import PublicFiles
from certhub.errors import BadRequest
from certhub.flows.verification.answer import answer
from certhub.hub import TRUST
from tests.flows.test_query import last_question, spent_rows
from tests.support.story import issued, licence, scan, ticket, told

DAY = timedelta(days=1)
STATES = {
    "retired": lambda now: {"state": KeyState.RETIRED},
    "compromised": lambda now: {"state": KeyState.COMPROMISED, "compromised_since": now + DAY},
    "ended": lambda now: {"from_": now - 2 * DAY, "until": now},
    "not begun": lambda now: {"from_": now + DAY, "until": now + 2 * DAY},
}


def say_of(region: str, reader, **entry: object) -> None:
    """Let one hub's trust list say something else of a region's exchange key."""
    folder = reader.hub.settings.data / TRUST
    listed = RegionKeys.from_bytes((folder / keys_path(region)).read_bytes())
    keys = tuple(replace(key, **entry) if key.purpose is Purpose.EXCHANGE else key for key in listed.keys)
    PublicFiles(folder).put(keys_path(region), replace(listed, keys=keys).to_bytes())
    reader.clock.pass_(seconds=2)


@pytest.mark.parametrize("state", STATES)
def test_a_question_by_a_key_that_may_not_sign_now_is_refused(home, other, state):
    """Retired, stolen, over or not yet begun: no answer, and the holder's code is still good."""
    say_of("420100", home, **STATES[state](home.clock.now() - timedelta(seconds=30)))
    code = ticket(home, issued(home, licence("营-1")))

    with pytest.raises(BadRequest, match="no exchange key"):
        scan(other, code)

    assert 0 == spent_rows(home)
    assert ("valid", "OK") == told(scan(home, code))


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.SEAL])
def test_a_question_is_signed_by_an_exchange_key(home, other, purpose):
    """The very question that was answered, signed by each of the asking region's other keys: refused."""
    scan(other, ticket(home, issued(home, licence("营-1"))))
    question, reply = last_question(home)
    payload = jws.parse(question, "xr-req+jwt").payload
    again = jws.sign(payload, typ="xr-req+jwt", key=other.hub.signer(purpose)).encode()

    if purpose is Purpose.EXCHANGE:
        assert reply == answer(question, hub=home.hub)
    else:
        with pytest.raises(BadRequest, match="question"):
            answer(again, hub=home.hub)


@pytest.mark.parametrize("state", STATES)
def test_an_answer_by_a_key_that_may_not_sign_now_is_no_answer(home, other, state):
    """What such a key says is never valid, whatever it says."""
    say_of("420700", other, **STATES[state](home.clock.now() - timedelta(seconds=30)))

    assert ("undetermined", "NOT_BELIEVED") == told(scan(other, ticket(home, issued(home, licence("营-1")))))


def test_a_question_of_one_region_is_not_signed_by_another(home, other):
    """Our own exchange key under the words of the region that asks."""
    scan(other, ticket(home, issued(home, licence("营-1"))))
    payload = jws.parse(last_question(home)[0], "xr-req+jwt").payload
    ours = jws.sign(payload, typ="xr-req+jwt", key=home.hub.signer(Purpose.EXCHANGE)).encode()

    with pytest.raises(BadRequest, match="not from the region that signed it"):
        answer(ours, hub=home.hub)
