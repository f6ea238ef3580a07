"""Calls an app in memory by the name that its hub has: the host of its url, as everybody who calls it must."""

from fastapi import FastAPI
from starlette.testclient import TestClient


def client_of(app: FastAPI, *, raises: bool = True) -> TestClient:
    """Return a client of the app; with `raises` an exception that nobody answered is the test's own."""
    return TestClient(app, base_url=app.state.hub.settings.url, raise_server_exceptions=raises)
