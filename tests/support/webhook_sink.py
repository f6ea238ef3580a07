"""A gateway of its own process: `python -m tests.support.webhook_sink JOURNAL KEY [--refuse N] [--answer STATUS]`.

It prints its port, then writes a line of JSON for each POST: {"refused": 503, "to"} for the first N of each message,
{"taken": id, "to", "body", "headers"} for what is signed by the key as the specification says, {"forged": id} else.
"""

import argparse
import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.mail_sink import Sink, sink


@contextmanager
def webhook_sink(journal: Path, key: str, *options: str) -> Iterator[Sink]:
    """Run the gateway in a process of its own."""
    with sink("tests.support.webhook_sink", journal, key, *options) as running:
        yield running


def is_signed(key: str, headers: Any, body: bytes) -> bool:
    """Check a signature from the specification's own words; nothing of ours is imported."""
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}".encode()
    raw = hmac.new(base64.b64decode(key.removeprefix("whsec_")), said, hashlib.sha256).digest()
    return "v1," + base64.b64encode(raw).decode() in headers["webhook-signature"].split(" ")


def handler(given: argparse.Namespace) -> type[BaseHTTPRequestHandler]:
    """Make what answers."""
    refused: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            message_id, to = self.headers["webhook-id"], json.loads(body)["to"]
            line: dict[str, Any]
            if not is_signed(given.key, self.headers, body):
                status, line = 401, {"forged": message_id, "to": to}
            elif given.answer:
                status, line = given.answer, {"refused": given.answer, "to": to}
            elif refused[message_id] < given.refuse:
                refused[message_id] += 1
                status, line = 503, {"refused": 503, "to": to}
            else:
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, line = (
                    200,
                    {"taken": message_id, "to": to, "body": json.loads(body), "headers": headers},
                )
            with open(given.journal, "a", encoding="utf-8") as journal:
                journal.write(json.dumps(line) + "\n")
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the journal does."""

    return Handler


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("journal")
    parser.add_argument("key")
    parser.add_argument("--refuse", type=int, default=0)
    parser.add_argument("--answer", type=int, default=0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(parser.parse_args()))
    print(server.server_address[1], flush=True)  # noqa: T201  whoever started it reads the port
    server.serve_forever()


if __name__ == "__main__":
    main()
