"""A hub that loses power: everything before a step has happened, nothing after it has."""

from certhub.hub import Hub
from tests.support.region import Region, with_step


class PulledPlug(BaseException):
    """The power went."""


def cut(region: Region, step: str) -> Hub:
    """Return the region's hub, with the plug pulled before `step`."""

    def pull(name: str) -> None:
        if name == step:
            raise PulledPlug

    return with_step(region, pull)
