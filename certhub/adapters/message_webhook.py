"""SMS and app messages, handed to a gateway: one POST of JSON, signed as the Standard Webhooks specification says.

    body                {"id", "medium", "template", "language", "to", "subject", "text", "values"}
    webhook-id          the message's id, the same in every attempt: who gets it twice can tell
    webhook-timestamp   seconds since 1970, of this attempt
    webhook-signature   v1,BASE64(HMAC-SHA-256(key, id ‖ "." ‖ timestamp ‖ "." ‖ body))
    key                 of the file: whsec_ and the base64 of 24 to 64 bytes

A status of 2yz is a message taken; 400, 410, 413 and 422 refuse it for good; every other says nothing of the message.
Redirects are not followed: a body with an address goes nowhere but where the settings say.
"""

import base64
import binascii
import hashlib
import hmac
import ssl
import time
from datetime import datetime
from pathlib import Path

import httpcore2
import httpx2

from certhub import plain_json
from certhub.adapters import wire
from certhub.adapters.messenger import Letter, NotSent, Trouble

WHOLE_SECONDS = 10.0
"""How long a gateway may take for one message, name and TLS included."""
FINAL = frozenset({400, 410, 413, 422})
KEY_MARK, KEY_BYTES = "whsec_", range(24, 65)


def signed_headers(key: bytes, message_id: str, at: datetime, body: bytes) -> list[tuple[str, str]]:
    """Return the three headers by which the gateway knows who speaks, and that it is now."""
    timestamp = str(int(at.timestamp()))
    message = b".".join((message_id.encode(), timestamp.encode(), body))
    signature = base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()
    return [
        ("webhook-id", message_id),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", f"v1,{signature}"),
    ]


class WebhookMessenger:
    """Hands the letters of one medium to its gateway; the key is read for each, so that a new one counts at once.

    `tls` says whom to believe, by default the authorities of this machine.
    """

    def __init__(self, url: str, *, medium: str, key_file: Path, tls: ssl.SSLContext | None = None) -> None:
        self._url, self._medium, self._key_file, self._tls = url, medium, key_file, tls

    def send(self, letter: Letter, *, at: datetime) -> None:
        """Have a letter taken by the gateway; raises NotSent."""
        body = plain_json.printed(
            {
                "id": letter.id,
                "medium": self._medium,
                "template": letter.template,
                "language": letter.language,
                "to": letter.address,
                "subject": letter.subject,
                "text": letter.text,
                "values": dict(letter.values),
            }
        )
        headers = [("Content-Type", "application/json"), ("User-Agent", "certhub")]
        status = self._post(body, headers + signed_headers(self._key(), letter.id, at, body))
        if 200 <= status < 300:
            return
        if status in FINAL:
            raise NotSent(Trouble.REFUSED, status, is_final=True)
        if status in {401, 403}:
            raise NotSent(Trouble.LOGIN_REFUSED, status, is_general=True)
        raise NotSent(Trouble.BUSY, status, is_general=status not in {408, 409, 429})

    def _post(self, body: bytes, headers: list[tuple[str, str]]) -> int:
        """Return the status of the answer, whose body nobody reads."""
        attempt = wire.Attempt(time.monotonic() + WHOLE_SECONDS)
        wire.begin(attempt)
        context = self._tls or httpx2.create_ssl_context(trust_env=False)
        try:
            with (
                httpcore2.ConnectionPool(ssl_context=context, network_backend=wire.Backend()) as pool,
                pool.stream("POST", self._url, headers=headers, content=body) as answer,
            ):
                return int(answer.status)
        except (ssl.SSLError, httpcore2.ConnectError) as broken:
            is_tls = isinstance(broken, ssl.SSLError) or isinstance(broken.__context__, ssl.SSLError)
            told = Trouble.NO_TLS if is_tls else Trouble.NO_CONNECTION
            raise NotSent(told, is_general=True) from None
        except (OSError, httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError):
            raise NotSent(Trouble.NO_CONNECTION, is_general=True) from None
        finally:
            attempt.end()

    def _key(self) -> bytes:
        try:
            text = self._key_file.read_text(encoding="ascii").strip()
            key = base64.b64decode(text.removeprefix(KEY_MARK), validate=True)
        except (OSError, UnicodeDecodeError, binascii.Error):
            raise NotSent(Trouble.SECRET_UNREADABLE, is_general=True) from None
        if not text.startswith(KEY_MARK) or len(key) not in KEY_BYTES:
            raise NotSent(Trouble.SECRET_UNREADABLE, is_general=True)
        return key
