"""A demo's folder is kept from one start to the next, and from one version to the next."""

from certhub_keys.cost import Cost

from certhub.db import migrate
from certhub.db.engine import open_engine
from certhub.demo.regions import Plan, prepare
from certhub.hub import Hub, database_url
from certhub.settings import Profile, Settings
from tests.support.region import Clock


def test_a_demo_of_an_earlier_version_comes_up_again(tmp_path):
    """Whoever pulls a newer version starts what they had: the tables are brought up with everything in them."""
    plan = Plan(tmp_path, ("http://420700.test", "http://420100.test"), cost=Cost.TEST, profile=Profile.TEST)
    prepare(plan, clock=Clock())
    settings = Settings.load(tmp_path / "420700")
    engine = open_engine(database_url(settings))
    migrate.downgrade(engine, "0001")
    engine.dispose()

    tokens = prepare(plan, clock=Clock())

    assert {"420700", "420100"} == tokens.keys()
    hub = Hub.open(settings, clock=Clock())
    assert hub.trust.regions.keys() >= tokens.keys()
    hub.close()
