"""What another package adds to the app: routes, who may call them, files for the browser, scripts for our pages.

The product is whole without one. An addition that has a route of ours, such as `GET /`, takes its place; who may
call it stays what our own access.json says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter

from certhub.api.http.access import Rows


@dataclass(frozen=True)
class Addition:
    """Everything that one package adds.

    routers   looked at before ours
    rows      of its access.json, for its own paths
    static    packages with a folder `static/`, served under /assets/ with ours
    scripts   modules under /assets/js/ by the name of the page that loads them, after the page's own
    """

    routers: tuple[APIRouter, ...] = ()
    rows: Rows = field(default_factory=dict)
    static: tuple[str, ...] = ()
    scripts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NOTHING = Addition()
