"""Messages to people: queued with what causes them, sent once, with nothing personal where others read it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from certhub.adapters.mail import SmtpMessenger
from certhub.adapters.message_webhook import WebhookMessenger
from certhub.adapters.messenger import Trouble
from certhub.db.leases import WORKER
from certhub.errors import BadRequest
from certhub.flows.sharing import messages
from certhub.jobs.runner import run_once
from certhub.jobs.table import SILENT_SECONDS
from certhub.setup.health import all_checks
from certhub.sharing.messages import store
from certhub.sharing.messages.rules import (
    FIRST_WAIT,
    LEASE,
    LONGEST_WAIT,
    REMEMBERED,
    Medium,
    MessageState,
    Template,
)
from tests.support.mail_sink import mail_sink
from tests.support.messages import (
    FROM,
    LINK,
    PLANTED,
    a_message,
    by_mail,
    events,
    on_record,
    posted,
    sent_in_time,
)
from tests.support.region import Region
from tests.support.webhook_sink import webhook_sink

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
PEOPLE = ("one@example.org", "two@example.org", "three@example.org")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """The key that signs for the gateways."""
    path = tmp_path / "webhook.key"
    path.write_text(KEY + "\n")
    return path


def only(hub):
    """The state, the attempts and the trouble of the one message."""
    [file] = on_record(hub)
    return file.state, file.attempts, file.trouble


def test_a_mail_server_that_refuses_twice_gets_each_message_once(home: Region, tmp_path: Path) -> None:
    """It is another process; it refuses at RCPT and after DATA; each mail has its Message-ID, and its event."""
    with mail_sink(tmp_path / "mails", "--refuse", "2") as sink:
        hub = by_mail(home.hub, sink.port)
        posted(hub, *(a_message(hub, str(at), to) for at, to in enumerate(PEOPLE)))
        sent_in_time(hub, home.clock)

        assert dict.fromkeys(PEOPLE, 2) == sink.refusals()
        assert sorted(PEOPLE) == sorted(to for to, _ in sink.taken())
    assert {(MessageState.SENT, 3)} == {(file.state, file.attempts) for file in on_record(hub)}
    ids = {file.id for file in on_record(hub)}
    assert ids == {mail["Message-ID"][1:-1].partition("@")[0] for _, mail in sink.taken()}
    assert sorted(f"message.sent {one}" for one in ids) == sorted(events(hub))


def test_a_mail_says_what_its_template_says_in_either_language(home: Region, tmp_path: Path) -> None:
    """The link and the day stand in the text; nothing personal in the subject; it asks for no answer."""
    with mail_sink(tmp_path / "mails") as sink:
        hub = by_mail(home.hub, sink.port)
        for language in ("zh", "en"):
            posted(hub, a_message(hub, language, language=language))
        messages.send(hub)
        mails = {mail["Content-Language"]: mail for _, mail in sink.taken()}

    assert {"zh", "en"} == mails.keys()
    assert "邀请您启用证照互信枢纽账号" == mails["zh"]["Subject"]
    assert "Your invitation to the certificate exchange hub" == mails["en"]["Subject"]
    for mail in mails.values():
        text = mail.get_body().get_content()
        assert LINK in text
        assert "2026年12月1日" in text
        assert "auto-generated" == mail["Auto-Submitted"]
        assert PLANTED == mail["To"]
        assert FROM == mail["From"]


@pytest.mark.parametrize("template", Template)
def test_no_subject_holds_a_value(template: Template, home: Region, tmp_path: Path) -> None:
    """Each value of each template is planted; the subject, which servers log, holds none of them."""
    from tests.support.messages import VALUES

    planted = {name: LINK if name == "link" else f"植入{name}甲乙丙" for name in VALUES[template]}
    with mail_sink(tmp_path / "mails") as sink:
        hub = by_mail(home.hub, sink.port)
        for language in ("zh", "en"):
            posted(hub, a_message(hub, language, template=template, language=language, values=planted))
        messages.send(hub)
        mails = [mail for _, mail in sink.taken()]

    assert 2 == len(mails)
    for mail in mails:
        assert [] == [value for value in (*planted.values(), PLANTED) if value in mail["Subject"]]
        assert all(value in mail.get_body().get_content() for value in planted.values())


def test_what_nobody_has_is_given_up_at_once(home: Region, tmp_path: Path) -> None:
    """A refusal by 5yz ends it at the first attempt, with its code and its event; others go on."""
    with mail_sink(tmp_path / "mails") as sink:
        hub = by_mail(home.hub, sink.port)
        posted(hub, a_message(hub, "1", "nobody@example.org"), a_message(hub, "2"))
        messages.send(hub)

        assert [PLANTED] == [to for to, _ in sink.taken()]
        assert {"nobody@example.org": 1} == sink.refusals()
    by_state = {file.state: file for file in on_record(hub)}
    assert (1, Trouble.REFUSED, 550) == (
        by_state[MessageState.GIVEN_UP].attempts,
        by_state[MessageState.GIVEN_UP].trouble,
        by_state[MessageState.GIVEN_UP].reply,
    )
    assert ["message.given_up", "message.sent"] == sorted(one.split()[0] for one in events(hub))


def test_a_message_is_queued_with_its_deed_or_not_at_all(home: Region) -> None:
    """What is rolled back leaves no message behind."""

    def deed() -> None:
        with home.hub.writing() as unit:
            assert 1 == store.post(unit, a_message(home.hub))
            raise RuntimeError("the deed failed")

    with pytest.raises(RuntimeError):
        deed()
    assert [] == on_record(home.hub)


def test_a_deed_that_is_done_again_queues_nothing_more(home: Region) -> None:
    """By template and what it is about: one message; another template about the same thing is another."""
    assert [1, 0, 0] == [posted(home.hub, a_message(home.hub, "7", to)) for to in PEOPLE]
    assert 1 == posted(home.hub, a_message(home.hub, "7", template=Template.LOOK))
    assert 2 == len(on_record(home.hub))


def test_what_has_ended_is_not_sent(home: Region, tmp_path: Path) -> None:
    """An invitation whose time is over is given up, also where no server is set up; nothing arrives."""
    with mail_sink(tmp_path / "mails") as sink:
        hub = by_mail(home.hub, sink.port)
        run_once(hub, "clock")
        posted(hub, a_message(hub, expires_at=hub.now() + timedelta(hours=1)))
        home.clock.pass_(hours=2)
        run_once(hub, "clock")
        messages.send(home.hub)
        messages.send(hub)

        assert [] == sink.lines()
    assert (MessageState.GIVEN_UP, 0, Trouble.EXPIRED) == only(hub)
    assert 1 == len(events(hub))


def test_a_clock_that_jumps_ahead_ends_no_message(home: Region, tmp_path: Path) -> None:
    """While the clock is in doubt the message is neither sent nor given up; set right, it is sent."""
    with mail_sink(tmp_path / "mails") as sink:
        hub = by_mail(home.hub, sink.port)
        look = run_once(hub, "clock").state
        posted(hub, a_message(hub))
        home.clock.jump(days=10)
        run_once(hub, "clock", look)
        messages.send(hub)
        assert (MessageState.WAITING, 0, None) == only(hub)
        home.clock.jump(days=-10)
        messages.send(hub)

        assert 1 == len(sink.taken())


def test_a_wait_that_a_wrong_clock_wrote_is_not_waited_for(home: Region, tmp_path: Path) -> None:
    """Deferred while the clock was eight hours ahead; set right, it is tried at once."""
    with mail_sink(tmp_path / "mails", "--refuse", "1") as sink:
        hub = by_mail(home.hub, sink.port)
        posted(hub, a_message(hub))
        home.clock.jump(hours=8)
        messages.send(hub)
        home.clock.jump(hours=-8)
        messages.send(hub)

        assert [1, 1] == [len(sink.taken()), sink.refusals()[PLANTED]]


def test_the_waits_grow_and_are_bounded(home: Region, tmp_path: Path) -> None:
    """Ten seconds, twice as long each time, an hour at the most: nobody is asked before that."""
    waits = []
    with mail_sink(tmp_path / "mails", "--refuse", "100") as sink:
        hub = by_mail(home.hub, sink.port)
        posted(hub, a_message(hub))
        for _ in range(12):
            messages.send(hub)
            [file] = on_record(hub)
            waits.append(file.not_before - hub.now())
            home.clock.pass_(seconds=waits[-1].total_seconds() - 1)
            messages.send(hub)
            home.clock.pass_(seconds=1)

        assert 12 == sink.refusals()[PLANTED]
    assert [FIRST_WAIT * 2**at for at in range(9)] + [LONGEST_WAIT] * 3 == waits
    assert (MessageState.WAITING, 12, Trouble.BUSY) == only(hub)


def test_a_server_that_is_away_costs_one_attempt_and_is_left_alone(home: Region, tmp_path: Path) -> None:
    """Of three messages one is tried; the job's next step leaves the medium alone for ten seconds."""
    with mail_sink(tmp_path / "mails") as sink:
        port = sink.port
    hub = by_mail(home.hub, port)
    posted(hub, *(a_message(hub, str(at), to) for at, to in enumerate(PEOPLE)))
    first = run_once(hub, "messages")
    run_once(hub, "messages", first.state)

    assert [0, 0, 1] == sorted(file.attempts for file in on_record(hub))
    assert {Trouble.NO_CONNECTION, None} == {file.trouble for file in on_record(hub)}
    home.clock.pass_(seconds=SILENT_SECONDS)
    run_once(hub, "messages", first.state)
    assert 2 == sum(file.attempts for file in on_record(hub))


def test_nobody_else_sends_while_somebody_does(home: Region) -> None:
    """An attempt that began is alone with its message; once the lease is over another begins, and it ends nothing."""
    hub = home.hub
    posted(hub, a_message(hub))
    with hub.writing() as unit:
        [file] = store.due(unit, Medium.MAIL, limit=10)
        begun = store.claim(unit, file)
        assert begun is not None
        assert store.claim(unit, file) is None
        assert [] == store.due(unit, Medium.MAIL, limit=10)
    home.clock.pass_(seconds=LEASE.total_seconds())
    with hub.writing() as unit:
        [again] = store.due(unit, Medium.MAIL, limit=10)
        assert store.claim(unit, again) is not None
        assert not store.end(unit, begun, MessageState.SENT)
    assert (MessageState.WAITING, 2, None) == only(hub)


@pytest.mark.parametrize("medium", [Medium.SMS, Medium.APP])
def test_a_gateway_that_refuses_twice_gets_each_message_once(
    medium: Medium, home: Region, tmp_path: Path, key_file: Path
) -> None:
    """It is another process, and checks the signature from the specification's own words."""
    with webhook_sink(tmp_path / "posts", KEY, "--refuse", "2") as sink:
        to = WebhookMessenger(f"http://127.0.0.1:{sink.port}/send", medium=medium.value, key_file=key_file)
        hub = replace(home.hub, messengers={medium: to})
        posted(hub, *(a_message(hub, str(at), address=f"1380013800{at}", medium=medium) for at in range(3)))
        sent_in_time(hub, home.clock, steps=12)
        lines = sink.lines()

    taken = [line for line in lines if "taken" in line]
    assert [f"1380013800{at}" for at in range(3)] == sorted(line["to"] for line in taken)
    assert 6 == sum("refused" in line for line in lines)
    assert [] == [line for line in lines if "forged" in line]
    assert {file.id for file in on_record(hub)} == {line["taken"] for line in taken}
    assert all(line["body"]["values"]["link"] == LINK for line in taken)
    assert all(line["body"]["medium"] == medium.value for line in taken)


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        (422, (MessageState.GIVEN_UP, Trouble.REFUSED)),
        (307, (MessageState.WAITING, Trouble.BUSY)),
        (404, (MessageState.WAITING, Trouble.BUSY)),
        (401, (MessageState.WAITING, Trouble.LOGIN_REFUSED)),
    ],
)
def test_what_a_gateway_answers_decides(status, ended, home: Region, tmp_path: Path, key_file: Path) -> None:
    """What is wrong with a message ends it; what is wrong with the gateway ends none. No redirect is followed."""
    with webhook_sink(tmp_path / "posts", KEY, "--answer", str(status)) as sink:
        to = WebhookMessenger(f"http://127.0.0.1:{sink.port}/", medium="sms", key_file=key_file)
        hub = replace(home.hub, messengers={Medium.SMS: to})
        posted(hub, a_message(hub, address="13800138000", medium=Medium.SMS))
        messages.send(hub)

        assert 1 == len(sink.lines())
    [file] = on_record(hub)
    assert (ended, status) == ((file.state, file.trouble), file.reply)


def test_a_key_that_cannot_be_read_sends_nothing(home: Region, tmp_path: Path) -> None:
    """A gateway hears nothing that is not signed; the message waits."""
    (tmp_path / "short").write_text("whsec_c2hvcnQ=")
    for file in ("missing", "short"):
        with webhook_sink(tmp_path / f"posts-{file}", KEY) as sink:
            to = WebhookMessenger(f"http://127.0.0.1:{sink.port}/", medium="sms", key_file=tmp_path / file)
            hub = replace(home.hub, messengers={Medium.SMS: to})
            posted(hub, a_message(hub, file, address="13800138000", medium=Medium.SMS))
            messages.send(hub)
            assert [] == sink.lines()
        assert {Trouble.SECRET_UNREADABLE} == {one.trouble for one in on_record(hub)}


def test_an_address_is_sealed_and_goes_when_the_message_has_ended(home: Region, tmp_path: Path) -> None:
    """Neither address nor link stands in the files of the database; what was sent is on record without them."""
    posted(home.hub, a_message(home.hub))
    planted = (PLANTED, "zhangsan.planted", LINK, "4F7Q2M9K")
    with home.hub.reading() as unit:
        [row] = unit.sql.exec_driver_sql("SELECT * FROM message")
    stored = b"".join(file.read_bytes() for file in home.hub.settings.data.glob("certhub.db*"))

    assert row.sealed
    assert bool(stored) == (home.hub.database.engine.dialect.name == "sqlite")
    assert [] == [one for one in planted if one.encode() in stored or one in str(row)]
    with mail_sink(tmp_path / "mails") as sink:
        messages.send(by_mail(home.hub, sink.port))
    with home.hub.reading() as unit:
        assert unit.sql.exec_driver_sql("SELECT sealed FROM message").scalar_one() is None


def test_what_somebody_altered_is_not_sent(home: Region, tmp_path: Path) -> None:
    """A blob of another message is no letter; a row whose medium was changed carries no MAC of ours."""
    with mail_sink(tmp_path / "mails") as sink:
        hub = by_mail(home.hub, sink.port)
        posted(
            hub, a_message(hub, "1"), a_message(hub, "2", PEOPLE[0]), a_message(hub, "3", medium=Medium.APP)
        )
        with hub.writing() as unit:
            one, two = (store.id_of(unit, Template.INVITATION, about) for about in ("1", "2"))
            unit.sql.exec_driver_sql(
                f"UPDATE message SET sealed = (SELECT sealed FROM message WHERE id = '{two}') WHERE id = '{one}'"
            )
            unit.sql.exec_driver_sql("UPDATE message SET medium = 'mail' WHERE medium = 'app'")
        messages.send(hub)

        assert [PEOPLE[0]] == [to for to, _ in sink.taken()]
    assert {one: Trouble.UNREADABLE, two: None} == {file.id: file.trouble for file in on_record(hub)}


@pytest.mark.parametrize(
    ("medium", "address"),
    [
        (Medium.MAIL, "a@b.example\r\nBcc: c@d.example"),
        (Medium.MAIL, "a b@example.org"),
        (Medium.MAIL, "a@example.org, b@example.org"),
        (Medium.MAIL, "<a@example.org>"),
        (Medium.MAIL, "nobody"),
        (Medium.SMS, "138-0013"),
        (Medium.APP, "张三"),
    ],
)
def test_what_is_no_address_is_refused_where_it_is_queued(medium, address, home: Region) -> None:
    """With its code, and without repeating it."""
    with pytest.raises(BadRequest) as refused:
        posted(home.hub, a_message(home.hub, address=address, medium=medium))

    assert "ADDRESS_UNFIT" == refused.value.code
    assert address not in str(refused.value)


@pytest.mark.parametrize(
    "link",
    [
        "https://hub.example/invite?name=张三",
        "https://hub.example/invite?id=1",
        "https://hub.example/张三",
        "https://hub.example/%E5%BC%A0",
        "https://hub.example/zhangsan.planted@example.org",
        "javascript:alert(1)",
        "hub.example/invite",
    ],
)
def test_a_link_carries_nothing_about_anybody(link: str, home: Region) -> None:
    """No question mark, no script but ASCII, not the address: such a message is not queued."""
    from tests.support.messages import VALUES

    with pytest.raises(ValueError, match="a link in a message"):
        posted(home.hub, a_message(home.hub, values=VALUES[Template.INVITATION] | {"link": link}))


def test_values_that_a_template_does_not_know_are_told(home: Region) -> None:
    """Who forgets a value is told which there are, before anything is on record."""
    with pytest.raises(TypeError, match="link, region, until"):
        posted(home.hub, a_message(home.hub, values={"region": "鄂州市"}))


def test_a_channel_that_is_not_set_up_loses_nothing_and_is_told(home: Region, tmp_path: Path) -> None:
    """Messages wait; health names the medium, and is good again when they have gone out."""
    posted(home.hub, a_message(home.hub), a_message(home.hub, "2", "13800138000", medium=Medium.SMS))
    run_once(home.hub, "messages")

    def told(hub):
        return {one.check: one.code for one in all_checks(hub) if one.check.startswith("messages-")}

    assert {"messages-mail": "MAIL_NOT_SET_UP", "messages-sms": "SMS_NOT_SET_UP"} == told(home.hub)
    with mail_sink(tmp_path / "mails", "--refuse", "1") as sink:
        hub = by_mail(home.hub, sink.port)
        messages.send(hub)
        assert {"messages-mail": None, "messages-sms": "SMS_NOT_SET_UP"} == told(hub)
        home.clock.pass_(minutes=16)
        assert "MESSAGES_STUCK" == told(hub)["messages-mail"]
        messages.send(hub)
        assert 1 == len(sink.taken())
    assert {"messages-mail": None, "messages-sms": "SMS_NOT_SET_UP"} == told(hub)


def test_what_has_ended_is_forgotten_thirty_days_later(home: Region, tmp_path: Path) -> None:
    """What waits is not, however old it is."""
    with mail_sink(tmp_path / "mails") as sink:
        hub = by_mail(home.hub, sink.port)
        posted(hub, a_message(hub), a_message(hub, "2", "13800138000", medium=Medium.SMS))
        messages.send(hub)
    forgotten = []
    for days in (REMEMBERED.days - 1, 2):
        home.clock.pass_(days=days)
        with hub.writing() as unit:
            forgotten.append(store.forget(unit, unit.now))

    assert [0, 1] == forgotten
    assert (MessageState.WAITING, 0, None) == only(hub)


def test_events_and_logs_name_nobody(home: Region, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whom a message went to, and what it said, is in no event and in no line of the log."""
    from certhub.history.events import store as history

    with mail_sink(tmp_path / "mails") as sink:
        hub = by_mail(home.hub, sink.port)
        messages.post_test(Medium.MAIL, PLANTED, "en", by="command line", hub=hub)
        posted(hub, a_message(hub, "2", "nobody@planted.example"))
        messages.send(hub)
    posted(hub, a_message(hub, "3"))
    messages.send(hub)
    with hub.reading() as unit:
        told = [one for one in history.events(unit, limit=500) if one.type.startswith("message.")]

    assert {
        ("message.sent", WORKER),
        ("message.given_up", WORKER),
        ("message.tested", "command line"),
    } == {(e.type, e.actor) for e in told}
    assert "planted" not in str(told) + caplog.text
    assert ["no_connection", "refused"] == sorted(
        one.getMessage().rpartition(" ")[2] for one in caplog.records if one.name == "certhub.messages"
    )
    assert isinstance(hub.messengers[Medium.MAIL], SmtpMessenger)
