"""Kill -9 at every step, statement and commit of sending a message: nothing is lost, at most one comes twice."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from certhub.flows.sharing import messages
from certhub.history.events import store as history
from certhub.sharing.messages import store
from certhub.sharing.messages.rules import LEASE, MessageState, Template
from tests.drills.orders import KILLED, Scene, deaths
from tests.support.mail_sink import Sink, mail_sink
from tests.support.messages import FROM, a_message, by_mail, posted

pytestmark = pytest.mark.drill
STEPS = ("messages:1", "messages:2", "messages:3", "messages:4")


def arrived(sink: Sink, message_id: str) -> int:
    """How often a mail arrived, by its Message-ID."""
    return Counter(str(mail["Message-ID"])[1:].partition("@")[0] for _, mail in sink.taken())[message_id]


def test_a_message_arrives_whoever_dies(scene: Scene, tmp_path: Path) -> None:
    """Sent again two minutes after every death: once, or twice under one Message-ID where it died behind the send."""
    often = Counter[int]()
    with mail_sink(tmp_path / "mails") as sink:

        def prepare(name: str) -> dict[str, Any]:
            about = f"{len(sink.lines())}-{name}"
            with scene.hub() as hub:
                posted(hub, a_message(hub, about))
                with hub.reading() as unit:
                    message_id = store.id_of(unit, Template.INVITATION, about)
            return {"id": message_id, "port": sink.port}

        for order, ended in deaths(scene, "send_message", STEPS, prepare):
            before = arrived(sink, order["id"])
            assert before == 1 or (before == 0 and not ended)
            scene.clock.pass_(seconds=LEASE.total_seconds())
            with scene.hub() as hub:
                messages.send(by_mail(hub, sink.port))
                [file] = [one for one in messages.newest(limit=500, hub=hub).files if one.id == order["id"]]
                with hub.reading() as unit:
                    told = history.events(unit, subject=order["id"])
            assert MessageState.SENT is file.state
            assert ["message.sent"] == [one.type for one in told]
            often[arrived(sink, order["id"])] += 1
            assert arrived(sink, order["id"]) == 1 or (before == 1 and not ended)

    assert {1, 2} == often.keys()
    assert often[2] < often[1]


def test_a_death_behind_the_send_is_the_one_that_doubles(scene: Scene, tmp_path: Path) -> None:
    """Killed before the outcome is written: two mails, one Message-ID, one Date; killed before the send: one mail."""
    for step, times in (("messages:3", 1), ("messages:4", 2)):
        with mail_sink(tmp_path / step) as sink:
            with scene.hub() as hub:
                posted(hub, a_message(hub, step))
            assert [KILLED] == scene.order("send_message", kill={"step": step}, port=sink.port)
            with scene.hub() as hub:
                messages.send(by_mail(hub, sink.port))
                assert times - 1 == len(sink.taken())  # the lease of who died is not over
                scene.clock.pass_(seconds=LEASE.total_seconds())
                messages.send(by_mail(hub, sink.port))
            mails = [mail for _, mail in sink.taken()]

        assert times == len(mails)
        assert 1 == len({(mail["Message-ID"], mail["Date"]) for mail in mails})


def test_the_hub_s_own_worker_sends_what_the_command_queues(scene: Scene, tmp_path: Path) -> None:
    """Three processes: the command queues, `certhub worker` sends by its settings, a server refuses twice; one mail."""
    with mail_sink(tmp_path / "mails", "--refuse", "2") as sink:
        named = {
            "CERTHUB_DATA": str(scene.folder),
            "CERTHUB_MAIL_FROM": FROM,
            "CERTHUB_MAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        }
        certhub = [sys.executable, "-m", "certhub"]
        command = [*certhub, "message", "test", "one@example.org", "--json"]
        queued = json.loads(
            subprocess.run(command, env=os.environ | named, capture_output=True, check=True).stdout
        )
        worker = subprocess.Popen([*certhub, "worker"], env=os.environ | named, stderr=subprocess.DEVNULL)
        try:
            ends = time.monotonic() + 120
            while not sink.taken() and time.monotonic() < ends:
                time.sleep(0.5)
            time.sleep(15)  # longer than the first wait: what is sent again would come now
        finally:
            worker.terminate()
            worker.wait(20)
        [(_, mail)] = sink.taken()

        assert {"one@example.org": 2} == sink.refusals()
    assert queued["set_up"]
    assert f"<{queued['id']}@ezhou.example>" == mail["Message-ID"]
