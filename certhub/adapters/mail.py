"""Mail, handed to one server by SMTP.

    smtp://user@host:587     TLS is begun inside (STARTTLS); a server that offers none gets nothing, but on this machine
    smtps://user@host:465    TLS from the first byte

A header cannot be injected: EmailMessage refuses a line break in one. Subject and body go as 7-bit, so that every
server takes them. Whether a refusal is for good is told by its code: 5yz of the recipient or of the contents is, 4yz is
not; what the server has against the hub itself (login, sender, TLS) is no letter's fault, and ends none.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import unquote, urlsplit

from certhub.adapters.messenger import Letter, NotSent, Trouble
from certhub.settings import LOOPBACK

WAIT_SECONDS, WHOLE_SECONDS = 10.0, 30.0
"""How long one answer may take, and a letter in all."""
SUBMISSION, SUBMISSION_TLS = 587, 465
_POLICY = SMTP.clone(cte_type="7bit")


class SmtpMessenger:
    """Hands letters to a mail server, each over a connection of its own.

    `url` as above; `password_file` holds the password of its user and is read for each letter, so that a new one
    counts at once; `tls` says whom to believe, by default the authorities of this machine; `seconds` is how long a
    letter may take in all.
    """

    def __init__(
        self,
        url: str,
        *,
        sender: str,
        password_file: Path | None = None,
        tls: ssl.SSLContext | None = None,
        seconds: float = WHOLE_SECONDS,
    ) -> None:
        place = urlsplit(url)
        self._is_tls = place.scheme == "smtps"
        self._host = place.hostname or ""
        self._port = place.port or (SUBMISSION_TLS if self._is_tls else SUBMISSION)
        self._user = unquote(place.username or "")
        self._sender, self._domain = sender, sender.rpartition("@")[2]
        self._password_file, self._tls, self._seconds = password_file, tls, seconds

    def send(self, letter: Letter, *, at: datetime) -> None:
        """Have a letter taken by the server; raises NotSent."""
        mail = self._mail(letter)
        with _bounded(self._seconds) as known:
            client = self._connected(known)
            self._enter(client)
            _hand_over(client, self._sender, letter.address, mail)

    def _mail(self, letter: Letter) -> bytes:
        mail = EmailMessage(policy=_POLICY)
        try:
            mail["From"] = Address(addr_spec=self._sender)
            mail["To"] = Address(addr_spec=letter.address)
            mail["Subject"] = letter.subject
            mail["Date"] = letter.made_at
            mail["Message-ID"] = f"<{letter.id}@{self._domain}>"
            mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer by a machine
            mail.set_content(letter.text)
            mail["Content-Language"] = letter.language
            return mail.as_bytes()
        except ValueError:  # an address that is none, a line break in a header
            raise NotSent(Trouble.REFUSED, is_final=True) from None

    def _connected(self, known: list[smtplib.SMTP]) -> smtplib.SMTP:
        seconds = min(WAIT_SECONDS, self._seconds)
        try:
            if self._is_tls:
                return _Tls(known, self._host, self._port, self._domain, seconds, self._context())
            return _Plain(known, self._host, self._port, self._domain, seconds)
        except smtplib.SMTPConnectError as refused:
            raise _trouble_of_all(refused.smtp_code) from None
        except ssl.SSLError:
            raise NotSent(Trouble.NO_TLS, is_general=True) from None
        except (OSError, smtplib.SMTPException):
            raise NotSent(Trouble.NO_CONNECTION, is_general=True) from None

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _enter(self, client: smtplib.SMTP) -> None:
        """Begin TLS where it has not begun, and sign in where there is a user."""
        try:
            client.ehlo_or_helo_if_needed()
            if not self._is_tls and (self._host not in LOOPBACK or client.has_extn("starttls")):
                client.starttls(context=self._context())
            if self._user:
                client.login(self._user, self._password())
        except smtplib.SMTPAuthenticationError as refused:
            raise NotSent(Trouble.LOGIN_REFUSED, refused.smtp_code, is_general=True) from None
        except smtplib.SMTPNotSupportedError:
            told = Trouble.LOGIN_REFUSED if client.has_extn("starttls") or self._is_tls else Trouble.NO_TLS
            raise NotSent(told, is_general=True) from None
        except ssl.SSLError:
            raise NotSent(Trouble.NO_TLS, is_general=True) from None
        except smtplib.SMTPResponseException as refused:
            raise _trouble_of_all(refused.smtp_code) from None
        except (OSError, smtplib.SMTPException):
            raise NotSent(Trouble.NO_CONNECTION, is_general=True) from None

    def _password(self) -> str:
        try:
            return (self._password_file or Path()).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise NotSent(Trouble.SECRET_UNREADABLE, is_general=True) from None


def _hand_over(client: smtplib.SMTP, sender: str, address: str, mail: bytes) -> None:
    try:
        client.sendmail(sender, [address], mail)
    except smtplib.SMTPRecipientsRefused as refused:
        [(code, _)] = refused.recipients.values()
        raise _refusal(code) from None
    except smtplib.SMTPDataError as refused:
        raise _refusal(refused.smtp_code) from None
    except smtplib.SMTPSenderRefused as refused:
        raise NotSent(Trouble.SENDER_REFUSED, refused.smtp_code, is_general=True) from None
    except smtplib.SMTPResponseException as refused:
        raise _trouble_of_all(refused.smtp_code) from None
    except (OSError, smtplib.SMTPException):
        raise NotSent(Trouble.NO_CONNECTION, is_general=True) from None


def _trouble_of_all(code: int) -> NotSent:
    """Return why nothing is taken now; a code that is none was no answer."""
    if 400 <= code < 600:
        return NotSent(Trouble.BUSY, code, is_general=True)
    return NotSent(Trouble.NO_CONNECTION, is_general=True)


def _refusal(code: int) -> NotSent:
    is_final = code >= 500
    return NotSent(Trouble.REFUSED if is_final else Trouble.BUSY, code, is_final=is_final)


class _Plain(smtplib.SMTP):
    """A connection that is known from its first byte on, so that it can be cut."""

    def __init__(self, known: list[smtplib.SMTP], host: str, port: int, domain: str, seconds: float) -> None:
        known.append(self)
        super().__init__(host, port, domain, timeout=seconds)


class _Tls(smtplib.SMTP_SSL):
    """The same over TLS."""

    def __init__(
        self,
        known: list[smtplib.SMTP],
        host: str,
        port: int,
        domain: str,
        seconds: float,
        context: ssl.SSLContext,
    ) -> None:
        known.append(self)
        super().__init__(host, port, domain, timeout=seconds, context=context)


@contextmanager
def _bounded(seconds: float) -> Iterator[list[smtplib.SMTP]]:
    """Give a list for a connection: it is hung up in the end, or cut when the time is over; what was taken stays so.

    A server that sends a byte now and then is in time for every single wait, and has no time in all.
    """
    known: list[smtplib.SMTP] = []

    def cut() -> None:
        for line in [client.sock for client in known if client.sock is not None]:
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RDWR)  # not TLS's goodbye, which waits

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield known
    finally:
        for client in known:
            with suppress(OSError, smtplib.SMTPException):
                client.quit()
            client.close()
        timer.cancel()
