"""The pages of a real app around a real hub, read without a browser."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from certhub.app import create_app
from certhub.demo.app import create_demo_app
from certhub.jobs.status_lists import publish
from certhub.settings import Profile
from tests.support.clients import client_of
from tests.support.region import Region, make_regions

PATHS = {"home": "/", "counter": "/counter", "me": "/me", "agency": "/agency", "ops": "/ops"}


@dataclass(frozen=True)
class Site:
    """One region's site: the region behind it, and a visitor without cookies."""

    region: Region
    visitor: TestClient

    def visit(self) -> TestClient:
        """Return another visitor, who has not been here before."""
        return client_of(self.visitor.app)


class Markup(HTMLParser):
    """What a page is made of: tags with their attributes in order, and the text of its JSON block."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data = ""
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        self._inside = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        """Leave a script."""
        self._inside = False

    def handle_data(self, data: str) -> None:
        """Keep what stands inside a script: there is only the JSON block."""
        if self._inside:
            self.data += data


def site_of(region: Region, profile: Profile = Profile.TEST) -> Site:
    """Return the site of a region as the demo serves it, or in production as `certhub serve` does."""
    settings = region.hub.settings.model_copy(update={"profile": profile})
    make = create_app if profile is Profile.PRODUCTION else create_demo_app
    return Site(region, client_of(make(hub=replace(region.hub, settings=settings))))


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Region, Region]]:
    """Two demo regions, shared by a module: pages only read, and test cards make codes of their own."""
    with make_regions(tmp_path_factory.mktemp("regions")) as made:
        for region in made:
            publish(region.hub)
        yield made


@pytest.fixture(scope="module")
def site(regions: tuple[Region, Region]) -> Site:
    """The pages of Ezhou, in a demo."""
    return site_of(regions[0])


@pytest.fixture(scope="module")
def other_site(regions: tuple[Region, Region]) -> Site:
    """The pages of Wuhan."""
    return site_of(regions[1])


@pytest.fixture(scope="module")
def closed_site(regions: tuple[Region, Region]) -> Site:
    """The same hub in production."""
    return site_of(regions[0], Profile.PRODUCTION)
