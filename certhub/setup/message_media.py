"""Whether messages to people can go out: a medium that is not set up while messages wait, or one that takes none."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from certhub.errors import HubError, Unavailable
from certhub.hub import Hub
from certhub.sharing.messages import store as messages
from certhub.sharing.messages.rules import Medium
from certhub.sharing.messages.store import Waiting

STUCK = timedelta(minutes=15)
"""A message that waits longer than this, and was tried, will hardly go out by itself."""
SETTINGS = {Medium.MAIL: "mail_url", Medium.SMS: "sms_webhook_url", Medium.APP: "app_webhook_url"}


def media(hub: Hub) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Yield a check for each medium that is set up or for which messages wait: its name, and what looks."""
    try:
        with hub.reading() as unit:
            waiting = messages.waiting(unit)
    except HubError:  # the check of the database says it
        return
    for medium in Medium:
        if medium in hub.messengers or medium in waiting:
            yield f"messages-{medium.value}", partial(_look, medium, waiting.get(medium), hub)


def _look(medium: Medium, waiting: Waiting | None, hub: Hub) -> dict[str, Any]:
    if waiting is None:
        return {"waiting": 0}
    said = f"{waiting.messages} wait, the oldest since {waiting.since:%Y-%m-%d %H:%M}Z"
    if medium not in hub.messengers:
        raise HubError(f"{said}; set {SETTINGS[medium]}", code=f"{medium.value.upper()}_NOT_SET_UP")
    if waiting.tried and hub.now() - waiting.since > STUCK:
        raise Unavailable(f"{said}; {waiting.tried} were tried: certhub message list", code="MESSAGES_STUCK")
    return {"waiting": waiting.messages}
