"""Every background job, closed: who adds one adds a row.

A step of a job is one function of the hub and of what the step before left; it returns how much it did and what the
next step goes on from. A job whose state is lost with its process begins anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from certhub.flows.people.listing import list_agencies
from certhub.flows.sharing import messages
from certhub.flows.verification import notices
from certhub.hub import Hub
from certhub.jobs.clocks import watch
from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.status_lists import PUBLISH_SECONDS, publish
from certhub.jobs.sweeping import sweep
from certhub.records.certificates.record import Place
from certhub.setup.documents import keep_rules
from certhub.setup.state_history import fill_next
from certhub.sharing.messages.rules import Medium

Name = TypeVar("Name", bound=str)

SILENT_SECONDS = 10.0
"""How long a region that did not answer is told nothing, and a medium that cannot be used is given nothing."""


class Done(NamedTuple):
    """What one step of a job did: how many things, and what the next step goes on from."""

    how_many: int
    state: Any = None


@dataclass(frozen=True)
class Job:
    """One job.

    seconds       how long after the beginning of a step the next one is due
    needs_lease   one process at a time does it; one that does not need it is done by every process
    waits         it may wait for other regions: so it has a thread of its own, as every job has that needs no lease;
                  the others are done together, in the table's order
    words         what it does, in Chinese / in English
    step          does some of it: (hub, state) → Done; the first step is handed None
    """

    name: str
    seconds: float
    needs_lease: bool
    words: str
    step: Callable[[Hub, Any], Done]
    waits: bool = False

    @property
    def is_apart(self) -> bool:
        """Whether it has a thread of its own."""
        return self.waits or not self.needs_lease


def _clock(hub: Hub, last: float | None) -> Done:
    look = watch(hub, last)
    return Done(int(look.is_jump), look.monotonic)


def _publish(hub: Hub, _: None) -> Done:
    return Done(publish(hub))


def _list(hub: Hub, _: None) -> Done:
    return Done(list_agencies(hub))


def _sweep(hub: Hub, _: None) -> Done:
    return Done(sweep(hub))


def _fill(hub: Hub, after: Place | None) -> Done:
    return Done(*fill_next(hub.database, after))


def _fetch(hub: Hub, _: None) -> Done:
    return Done(fetch_peer_lists(hub))


def _notices(hub: Hub, silent: Mapping[str, float] | None) -> Done:
    """Send notices; a region that did not answer is left alone for a while."""
    now = hub.clock.monotonic()
    alone = _still_silent(silent, now)
    sent, failed = notices.send(hub, silent=frozenset(alone))
    return Done(sent, {**alone, **dict.fromkeys(failed, now + SILENT_SECONDS)})


def _messages(hub: Hub, silent: Mapping[Medium, float] | None) -> Done:
    """Send messages to people; a medium that cannot be used is left alone for a while."""
    now = hub.clock.monotonic()
    alone = _still_silent(silent, now)
    ended, failed = messages.send(hub, silent=frozenset(alone))
    return Done(ended, {**alone, **dict.fromkeys(failed, now + SILENT_SECONDS)})


def _still_silent(silent: Mapping[Name, float] | None, now: float) -> dict[Name, float]:
    """Return who is still left alone, with the monotonic time until when."""
    return {name: until for name, until in (silent or {}).items() if until > now}


def _rules(hub: Hub, _: None) -> Done:
    return Done(keep_rules(hub.public_files, hub.catalogue))


JOBS: Mapping[str, Job] = MappingProxyType(
    {
        job.name: job
        for job in (
            Job("clock", PUBLISH_SECONDS, True,
                "比对时钟，跳变记录在案 / compare the clocks and put a jump on record", _clock),
            Job("publish", PUBLISH_SECONDS, True,
                "签发并公布本地区状态列表 / sign and publish this region's status lists", _publish),
            Job("list", PUBLISH_SECONDS, True,
                "按机构目录更新信任名录，新机构在此制章 / let the trust list say what the organisation says", _list),
            Job("sweep", 10.0, True,
                "作废没有签成的证照，清除过期内容 / void what was never signed, forget what has had its time", _sweep),
            Job("fill", 10.0, True,
                "补齐旧程序留下的状态变更 / fill in changes of state that older code made without a row", _fill),
            Job("fetch", 30.0, False,
                "取回其他地区的状态列表 / fetch the status lists of other regions", _fetch, waits=True),
            Job("rules", 3600.0, False,
                "保存各事项的核验规则，供按摘要查取 / keep the rules of every matter under their digests", _rules),
            Job("notices", 1.0, True,
                "向其他地区发送核验结论与异议通知 / tell other regions verdicts, disputes and findings", _notices,
                waits=True),
            Job("messages", 1.0, True,
                "发送邮件、短信和应用消息 / send mail, SMS and app messages to people", _messages, waits=True),
        )
    }
)  # fmt: skip
"""Every job by its name; those that need the lease in the order of a round: the clocks are looked at first."""
