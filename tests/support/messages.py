"""Messages to people in tests: made up, queued and sent, with time passing in between."""

from dataclasses import replace
from datetime import timedelta

from certhub.adapters.mail import SmtpMessenger
from certhub.flows.sharing import messages
from certhub.history.events import store as history
from certhub.hub import Hub
from certhub.sharing.messages import store
from certhub.sharing.messages.record import MessageFile
from certhub.sharing.messages.rules import LONGEST_WAIT, Medium, Message, Template
from tests.support.region import Clock

PLANTED = "zhangsan.planted@example.org"
LINK = "https://hub.example/invite#4F7Q2M9K"
VALUES = {
    Template.INVITATION: {"region": "鄂州市", "until": "2026年12月1日", "link": LINK},
    Template.LOOK: {"when": "11月24日 17:41", "link": LINK},
    Template.DISPUTE: {"dispute": "4F7Q2M9K", "due": "2026年12月4日", "link": LINK},
    Template.EXPIRY: {"until": "2026年12月31日", "link": LINK},
    Template.TEST: {"region": "鄂州市"},
}
FROM = "hub@ezhou.example"


def a_message(hub: Hub, about: str = "1", address: str = PLANTED, **other: object) -> Message:
    """An invitation by mail, in Chinese, of use for a week; `other` are fields that differ."""
    template = other.get("template", Template.INVITATION)
    assert isinstance(template, Template)
    values = {
        "template": template,
        "medium": Medium.MAIL,
        "language": "zh",
        "values": VALUES[template],
        "expires_at": hub.now() + timedelta(days=7),
    }
    return Message(about=about, address=address, **(values | other))  # type: ignore[arg-type]


def posted(hub: Hub, *made: Message) -> int:
    """Queue messages; how many were new."""
    with hub.writing() as unit:
        return store.post(unit, *made)


def by_mail(hub: Hub, port: int) -> Hub:
    """The hub with a mail server on this machine."""
    return replace(hub, messengers={Medium.MAIL: SmtpMessenger(f"smtp://127.0.0.1:{port}", sender=FROM)})


def on_record(hub: Hub) -> list[MessageFile]:
    """Every message, newest first."""
    return messages.newest(limit=500, hub=hub).files


def sent_in_time(hub: Hub, clock: Clock, steps: int = 6) -> None:
    """Let the job have its turns, and each wait be over before the next."""
    for _ in range(steps):
        messages.send(hub)
        clock.pass_(seconds=LONGEST_WAIT.total_seconds())


def events(hub: Hub) -> list[str]:
    """The history of messages, oldest first: each event's name, and the id of its message."""
    with hub.reading() as unit:
        found = [one for one in history.events(unit, limit=500) if one.type.startswith("message.")]
    return [f"{one.type} {one.subject}" for one in reversed(found)]
