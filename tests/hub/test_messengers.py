"""The mail server and what stands between it and the hub: TLS, a login, time, and what it says."""

import ssl
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certhub.adapters.mail import SmtpMessenger
from certhub.adapters.messenger import Letter, NotSent, Trouble
from tests.hub.peers.test_network import self_signed
from tests.support.mail_sink import mail_sink

NOW = datetime(2026, 11, 24, 9, 41, tzinfo=UTC)
FROM, USER, PASSWORD = "hub@ezhou.example", "hub", "correct horse"


def letter(**other: str) -> Letter:
    """A letter to somebody; `other` are fields that differ."""
    fields = {"address": "alice@example.org", "subject": "您好", "text": "第一行\n.第二行\n"} | other
    return Letter("4F7Q2M9K", "test", "zh", NOW, values={}, **fields)


@pytest.fixture
def authority(tmp_path: Path) -> tuple[str, str]:
    """A certificate that nobody signed but itself, and its key."""
    return self_signed(tmp_path)


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    """The password of the hub's account."""
    path = tmp_path / "mail.password"
    path.write_text(f"{PASSWORD}\n")
    return path


def believing(authority: tuple[str, str]) -> ssl.SSLContext:
    """Whoever believes this certificate."""
    return ssl.create_default_context(cafile=authority[0])


@pytest.mark.parametrize(("scheme", "options"), [("smtp", ()), ("smtps", ("--at-once",))])
def test_a_letter_goes_over_tls_after_a_login(scheme, options, authority, password_file, tmp_path) -> None:
    """By STARTTLS and by TLS from the first byte; lines with a dot arrive as they were."""
    with mail_sink(tmp_path / "mails", "--tls", *authority, "--user", f"{USER}:{PASSWORD}", *options) as sink:
        messenger = SmtpMessenger(
            f"{scheme}://{USER}@127.0.0.1:{sink.port}",
            sender=FROM,
            password_file=password_file,
            tls=believing(authority),
        )
        messenger.send(letter(), at=NOW)
        messenger.send(letter(text="First\n.Second\n"), at=NOW)
        [(to, mail), (_, second)] = sink.taken()

    assert ("alice@example.org", "您好", "<4F7Q2M9K@ezhou.example>") == (
        to, mail["Subject"], mail["Message-ID"],
    )  # fmt: skip
    assert ["第一行", ".第二行"] == mail.get_content().splitlines()
    assert ["First", ".Second"] == second.get_content().splitlines()
    assert mail.as_bytes().isascii()


@pytest.mark.parametrize(("scheme", "options"), [("smtp", ()), ("smtps", ("--at-once",))])
def test_a_server_that_nobody_vouches_for_is_told_nothing(
    scheme, options, authority, password_file, tmp_path
) -> None:
    """The authorities of this machine do not know it: neither password nor letter goes there."""
    with mail_sink(tmp_path / "mails", "--tls", *authority, *options) as sink:
        messenger = SmtpMessenger(
            f"{scheme}://{USER}@127.0.0.1:{sink.port}", sender=FROM, password_file=password_file
        )
        with pytest.raises(NotSent) as refused:
            messenger.send(letter(), at=NOW)

        assert [] == sink.lines()
    assert (Trouble.NO_TLS, True) == (refused.value.trouble, refused.value.is_general)


def test_a_server_elsewhere_that_offers_no_tls_is_told_nothing(tmp_path) -> None:
    """Somebody on the way may have taken the offer out; 127.0.0.2 is no name of this machine for us."""
    with mail_sink(tmp_path / "mails", "--host", "127.0.0.2") as sink:
        with pytest.raises(NotSent) as refused:
            SmtpMessenger(f"smtp://127.0.0.2:{sink.port}", sender=FROM).send(letter(), at=NOW)

        assert [] == sink.lines()
    assert (Trouble.NO_TLS, True) == (refused.value.trouble, refused.value.is_general)


@pytest.mark.parametrize(
    ("password", "trouble", "reply"),
    [("wrong", Trouble.LOGIN_REFUSED, 535), (None, Trouble.SECRET_UNREADABLE, None)],
)
def test_a_login_that_fails_ends_no_letter(password, trouble, reply, authority, tmp_path) -> None:
    """It is the hub's trouble: the letter waits; what the server says of somebody is not repeated."""
    file = tmp_path / "mail.password"
    if password is not None:
        file.write_text(password)
    with mail_sink(tmp_path / "mails", "--tls", *authority, "--user", f"{USER}:{PASSWORD}") as sink:
        messenger = SmtpMessenger(
            f"smtp://{USER}@127.0.0.1:{sink.port}",
            sender=FROM,
            password_file=file,
            tls=believing(authority),
        )
        with pytest.raises(NotSent) as refused:
            messenger.send(letter(), at=NOW)

        assert [] == sink.lines()
    told = refused.value
    assert (trouble, reply, False, True) == (told.trouble, told.reply, told.is_final, told.is_general)
    assert "example.org" not in str(told)


def test_a_server_that_drips_ends_with_the_time_of_a_letter(tmp_path) -> None:
    """Each byte is in time for its own wait; the letter has one time in all."""
    with mail_sink(tmp_path / "mails", "--drip") as sink:
        begun = time.monotonic()
        with pytest.raises(NotSent) as refused:
            SmtpMessenger(f"smtp://127.0.0.1:{sink.port}", sender=FROM, seconds=1.0).send(letter(), at=NOW)

    assert Trouble.NO_CONNECTION is refused.value.trouble
    assert 1.0 <= time.monotonic() - begun < 5.0


@pytest.mark.parametrize(
    "other",
    [
        {"subject": "hello\r\nBcc: mallory@example.org"},
        {"subject": "hello\nBcc: mallory@example.org"},
        {"address": "alice@example.org\r\nBcc: mallory@example.org"},
        {"address": "alice@example.org>\r\nRCPT TO:<mallory@example.org"},
        {"address": "alice@example.org, mallory@example.org"},
    ],
)
def test_a_header_is_never_injected(other, tmp_path) -> None:
    """A line break in a subject or an address: nothing is sent, to nobody."""
    with mail_sink(tmp_path / "mails") as sink:
        with pytest.raises(NotSent) as refused:
            SmtpMessenger(f"smtp://127.0.0.1:{sink.port}", sender=FROM).send(letter(**other), at=NOW)

        assert [] == sink.lines()
    assert refused.value.is_final
