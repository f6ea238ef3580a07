"""The demo's app: the product's, and on top of it a first page, ten test cards and a reset.

routes.py        the three routes           templates/  texts/  static/  types/   as in certhub/web
access.json      who may call them          serve.py    serves this app for one region
"""

import os
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI

from certhub.api.http.access import read_rows
from certhub.app import ENVIRONMENT, create_app
from certhub.demo import routes
from certhub.hub import Hub
from certhub.settings import BadSettings, Settings
from certhub.web.addition import Addition

PACKAGE = "certhub.demo"


def addition() -> Addition:
    """Return what the demo adds to the product's app."""
    return Addition(
        routers=(routes.router,),
        rows=read_rows(PACKAGE),
        static=(PACKAGE,),
        scripts={"counter": ("cards.js",)},
    )


def create_demo_app(settings: Settings | None = None, *, hub: Hub | None = None) -> FastAPI:
    """Return the demo's app of one hub: that of `settings`, opened here and closed with the app, or a given one.

    Raises:
        BadSettings: the hub is no demo's, or cannot be opened.
    """
    known = settings if hub is None else hub.settings
    if known is not None and not known.is_demo:
        raise BadSettings(f"the profile of {known.data} is {known.profile.value}: no demo is served there")
    return create_app(settings, hub=hub, addition=addition())


def create_demo_app_from_environment(environment: Mapping[str, str] = os.environ) -> FastAPI:
    """Return the demo's app of the hub whose folder CERTHUB_DATA names: the factory that a server is given.

    Raises:
        BadSettings: it names none, or not a demo's.
    """
    folder = environment.get(ENVIRONMENT)
    if not folder:
        raise BadSettings(f"set {ENVIRONMENT} to the hub's folder")
    return create_demo_app(Settings.load(Path(folder)))
