"""A demo's folder is kept from one start to the next, and from one version to the next."""

import json

from certhub_keys.cost import Cost

from certhub.demo.regions import Plan, prepare
from certhub.hub import Hub
from certhub.people.parties import store as parties
from certhub.records.certificates import store as certificates
from certhub.settings import Profile, Settings
from tests.support.last_release import unpack
from tests.support.region import Clock


def test_a_demo_of_an_earlier_version_comes_up_again(tmp_path):
    """Whoever pulls a newer version starts what they had: tables and rows are brought up, with everything in them."""
    _, facts = unpack(tmp_path)
    plan = Plan(tmp_path, ("http://420700.test", "http://420100.test"), cost=Cost.TEST, profile=Profile.TEST)

    tokens = prepare(plan, clock=Clock())

    assert {"420700", "420100"} == tokens.keys()
    hub = Hub.open(Settings.load(tmp_path / "420700"), clock=Clock())
    assert hub.trust.regions.keys() >= tokens.keys()
    with hub.reading() as unit:
        assert facts["good"] == certificates.find(unit, facts["good"]).certificate_id
        assert None is not parties.actor_of(unit, tokens["420700"]["agency"])
    assert not hub.database.refused
    hub.close()
    adopted = json.loads((tmp_path / "420700" / "adopted.json").read_text())
    assert (4, 3) == (len(adopted["accounts"]), adopted["rows"]["certificate"])
