"""A real app around a real hub on SQLite, called as people call it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.testclient import TestClient

from certhub.app import create_app
from certhub.hub import Hub
from tests.support.clients import client_of
from tests.support.region import Region, make_regions


@dataclass
class Api:
    """Calls the app of one region; a role stands for its token, None for nobody."""

    region: Region
    hub: Hub
    client: TestClient
    _keys: Iterator[int] = field(default_factory=itertools.count)

    def headers(self, role: str | None) -> dict[str, str]:
        """Return what a role sends with every call."""
        return {} if role is None else {"Authorization": f"Bearer {self.region.tokens[role]}"}

    def get(self, path: str, role: str | None = None, **headers: str) -> Any:
        """GET a path."""
        return self.client.get(path, headers={**self.headers(role), **headers})

    def post(
        self, path: str, body: Any, role: str | None = None, *, key: str | None = "", **headers: str
    ) -> Any:
        """POST JSON, with a fresh Idempotency-Key unless one is given; None sends none."""
        if key is not None:
            headers["Idempotency-Key"] = key or f"key-{next(self._keys)}"
        return self.client.post(path, json=body, headers={**self.headers(role), **headers})

    def send(
        self, path: str, content: bytes, role: str | None = None, *, method: str = "POST", **headers: str
    ) -> Any:
        """Send bytes as they are; `application/json` unless another Content-Type is given."""
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": f"key-{next(self._keys)}",
            **headers,
        }
        return self.client.request(method, path, content=content, headers={**self.headers(role), **headers})


def api_of(region: Region, hub: Hub | None = None) -> Api:
    """Return the app of a region, or of another hub made from its."""
    hub = hub or region.hub
    return Api(region, hub, client_of(create_app(hub=hub), raises=False))


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Region, Region]]:
    """Two demo regions; a module shares them, so a test looks only at what it made itself."""
    with make_regions(tmp_path_factory.mktemp("regions")) as made:
        yield made


@pytest.fixture(scope="module")
def api(regions: tuple[Region, Region]) -> Api:
    """The app of 420700."""
    return api_of(regions[0])


@pytest.fixture(scope="module")
def other(regions: tuple[Region, Region]) -> Api:
    """The app of 420100."""
    return api_of(regions[1])
