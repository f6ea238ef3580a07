"""A mail server of its own process: `python -m tests.support.mail_sink JOURNAL [--refuse N] [--tls CERT KEY]`.

It prints its port, then writes a line of JSON for whatever happens to a mail:

    {"refused": 450, "to": ADDRESS}                      the first N attempts of each recipient: once at RCPT, once
                                                         after DATA, and so on; nobody@… is refused for good
    {"taken": MESSAGE_ID, "to": ADDRESS, "mail": TEXT}   the mail as it came

With `--tls` it offers STARTTLS, and takes no mail without it, or speaks TLS at once (`--at-once`); with
`--user NAME:PASSWORD` it wants a login as well; with `--drip` it greets by a byte each tenth of a second, for ever.
"""

import argparse
import asyncio
import base64
import json
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Sink:
    """A server that runs: where, and what it has written down."""

    port: int
    journal: Path

    def lines(self) -> list[dict[str, Any]]:
        """Everything that happened, oldest first."""
        return [json.loads(line) for line in self.journal.read_text(encoding="utf-8").splitlines()]

    def taken(self) -> list[tuple[str, EmailMessage]]:
        """What was taken: for whom, and the mail."""
        found = []
        for line in self.lines():
            if "taken" in line:
                mail = message_from_string(line["mail"], policy=default)
                assert isinstance(mail, EmailMessage)
                found.append((line["to"], mail))
        return found

    def refusals(self) -> Counter[str]:
        """How often each recipient was refused."""
        return Counter(line["to"] for line in self.lines() if "refused" in line)


@contextmanager
def mail_sink(journal: Path, *options: str) -> Iterator[Sink]:
    """Run the server in a process of its own."""
    with sink("tests.support.mail_sink", journal, *options) as running:
        yield running


@contextmanager
def sink(module: str, journal: Path, *options: str) -> Iterator[Sink]:
    """Run a server that prints its port and keeps a journal, in a process of its own."""
    journal.touch()
    command = [sys.executable, "-m", module, str(journal), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Sink(int(process.stdout.readline()), journal)
    finally:
        process.kill()  # what is written down is on the disk, and nobody may have blocked this signal
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


class Server:
    """What is said to each client."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._journal, self._refuse, self._user = given.journal, given.refuse, given.user
        self._drips, self._at_once = given.drip, given.at_once
        self._refused: Counter[str] = Counter()
        self._tls: ssl.SSLContext | None = None
        if given.tls:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*given.tls)

    async def listen(self, host: str) -> asyncio.Server:
        """Begin to listen."""
        return await asyncio.start_server(self.talk, host, 0, ssl=self._tls if self._at_once else None)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak SMTP until the client leaves."""
        sender = recipient = ""
        is_safe, is_in = self._tls is None or self._at_once, self._user is None
        while self._drips:
            writer.write(b"2")
            await writer.drain()
            await asyncio.sleep(0.1)

        def say(text: str) -> None:
            writer.write(text.encode() + b"\r\n")

        say("220 sink ESMTP")
        while line := await reader.readline():
            word, _, rest = line.decode("latin-1").strip().partition(" ")
            match word.upper():
                case "EHLO" | "HELO":
                    extensions = ["sink", *(["STARTTLS"] if not is_safe else []), "AUTH PLAIN"]
                    for at, extension in enumerate(extensions, 1):
                        say(f"250{' ' if at == len(extensions) else '-'}{extension}")
                case "STARTTLS" if self._tls is not None and not is_safe:
                    say("220 go on")
                    await writer.drain()
                    await writer.start_tls(self._tls)
                    is_safe = True
                case "AUTH":
                    is_in = is_safe and base64.b64decode(rest.split()[-1]).decode() == "\0{}\0{}".format(
                        *(self._user or ":").split(":")
                    )
                    say("235 welcome" if is_in else "535 go away, alice@example.org")
                case "MAIL" if is_safe and is_in:
                    sender, recipient = rest, ""
                    say("250 ok")
                case "RCPT" if sender:
                    address = rest.partition("<")[2].partition(">")[0]
                    if address.startswith("nobody@"):
                        self._write_down({"refused": 550, "to": address})
                        say(f"550 there is no {address}")
                    elif self._is_refused(address, 0):
                        self._write_down({"refused": 450, "to": address})
                        say(f"450 {address} not now")
                    else:
                        recipient = address
                        say("250 ok")
                case "DATA" if recipient:
                    say("354 go on")
                    await writer.drain()
                    text = await self._text(reader)
                    if self._is_refused(recipient, 1):
                        self._write_down({"refused": 451, "to": recipient})
                        say("451 not now")
                    else:
                        message_id = message_from_string(text)["Message-ID"]
                        self._write_down({"taken": message_id, "to": recipient, "mail": text})
                        say("250 taken")
                    sender = recipient = ""
                case "RSET" | "NOOP":
                    say("250 ok")
                case "QUIT":
                    say("221 bye")
                    break
                case _:
                    say("530 not like that")
            await writer.drain()
        writer.close()

    async def _text(self, reader: asyncio.StreamReader) -> str:
        lines = []
        while (line := (await reader.readline()).decode("latin-1")) != ".\r\n":
            lines.append(line.removeprefix("."))
        return "".join(lines)

    def _is_refused(self, address: str, where: int) -> bool:
        """Whether this attempt is refused here: the even ones at RCPT, the odd ones after DATA."""
        number = self._refused[address]
        if number >= self._refuse or number % 2 != where:
            return False
        self._refused[address] += 1
        return True

    def _write_down(self, what: dict[str, Any]) -> None:
        with open(self._journal, "a", encoding="utf-8") as journal:
            journal.write(json.dumps(what) + "\n")


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("journal")
    parser.add_argument("--refuse", type=int, default=0)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--user")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--at-once", action="store_true")
    parser.add_argument("--drip", action="store_true")
    given = parser.parse_args()
    server = await Server(given).listen(given.host)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  whoever started it reads the port
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
