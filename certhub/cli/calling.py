"""Calls a running hub over HTTP: where it answers, who speaks, and what its refusals say.

    where   --url; else the address of the hub of --data; else that of the first region of a demo in this folder
    whom    to believe by https: this machine's authorities, and the one that the hub of --data has or names
    who     --token or CERTHUB_TOKEN; else the demo's own token for the role, which goes to the demo's address alone

A hub that is not there, one that refuses and an answer that is none are three errors, each with its next step.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from certhub_verifier.errors import Malformed
from certhub_verifier.formats.trust import trustlist

from certhub.adapters.tls import AUTHORITY, FOLDER, client_context
from certhub.cli.console import DEMO_FOLDER, folder_of
from certhub.errors import HubError
from certhub.hub import DEMO_TOKENS, TRUST
from certhub.settings import FILE, Settings

TIMEOUT_SECONDS = 30.0


class CallFailed(HubError):
    """A call that came to nothing; says what to do next."""

    def __init__(self, message: str, *, code: str, next_step: str) -> None:
        super().__init__(message, code=code)
        self.next_step = next_step


@dataclass(frozen=True)
class Caller:
    """A role that calls one hub."""

    url: str
    token: str
    is_demo: bool
    authority: Path | None = None
    """Whose x509 is believed beside those of this machine."""

    def get(self, path: str) -> Any:
        """Return the JSON of a GET."""
        return _read(self._send("GET", path).content, self.url)

    def get_bytes(self, path: str) -> bytes:
        """Return the body of a GET as it came, to be kept."""
        return self._send("GET", path).content

    def post(self, path: str, body: Mapping[str, Any], *, tries: int = 1) -> Any:
        """Return the JSON of a POST; `tries` above 1 only where the same body again has no second effect.

        Raises:
            CallFailed: the hub does not answer, refuses, or is none.
        """
        return _read(self._send("POST", path, json.dumps(body).encode(), tries=tries).content, self.url)

    def _send(self, method: str, path: str, body: bytes | None = None, *, tries: int = 1) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "zh"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        for left in reversed(range(tries)):
            try:
                with httpx2.Client(
                    trust_env=False, timeout=TIMEOUT_SECONDS, verify=client_context(self.authority)
                ) as client:
                    answer = client.request(method, self.url + path, content=body, headers=headers)
            except (httpx2.TransportError, httpx2.InvalidURL) as broken:
                if left:
                    continue
                raise self._silent() from broken
            return self._accepted(answer)
        raise AssertionError("a call is tried once at least")

    def _accepted(self, answer: httpx2.Response) -> httpx2.Response:
        if answer.status_code < 300:
            return answer
        problem = _read(answer.content, self.url)
        if "code" not in problem:
            raise _strange(self.url)
        raise _refused(problem)

    def _silent(self) -> CallFailed:
        step = "certhub demo" if self.is_demo else "certhub serve；或核对 --url / or check --url"
        return CallFailed(
            f"{self.url} 没有应答 / {self.url} does not answer", code="HUB_SILENT", next_step=step
        )


def caller(role: str, *, url: str | None, token: str | None, data: Path | None) -> Caller:
    """Return who calls which hub.

    Raises:
        BadSettings: no hub was named and there is no demo here.
        CallFailed: no token was given, and the address is not that of a demo in this folder.
    """
    if url is not None:
        url = url.rstrip("/")
        demo = None if token else _demo_at(url, data)
    else:
        demo = folder_of(data)
        url = _address(demo)
    given = token or ("" if demo is None else _demo_token(demo, role))
    if not given:
        raise CallFailed(
            f"没有用于 {url} 的令牌 / there is no token for {url}",
            code="UNAUTHENTICATED",
            next_step="设环境变量 CERTHUB_TOKEN / set the environment variable CERTHUB_TOKEN",
        )
    return Caller(url, given, is_demo=demo is not None, authority=_authority(data or demo))


def _authority(folder: Path | None) -> Path | None:
    """Return the authority that a hub names for others, or else the one that it made itself."""
    if folder is None:
        return None
    settings = Settings.load(folder)
    if settings.tls_authorities is not None:
        return settings.beside(settings.tls_authorities)
    own = settings.data / FOLDER / AUTHORITY
    return own if own.exists() else None


def _demo_at(url: str, data: Path | None) -> Path | None:
    """Return the folder of the hub that answers at `url`, among the named one and those beside it."""
    beside = (data or DEMO_FOLDER / "region").parent
    return next((one.parent for one in sorted(beside.glob(f"*/{FILE}")) if _address(one.parent) == url), None)


def _address(folder: Path) -> str:
    """Return where the hub of a folder says that it is reached; empty where it does not say."""
    published = folder / TRUST / trustlist.endpoints_path(Settings.load(folder).region)
    try:
        return trustlist.RegionEndpoint.from_bytes(published.read_bytes()).url.rstrip("/")
    except (FileNotFoundError, Malformed):
        return ""


def _demo_token(folder: Path, role: str) -> str:
    try:
        return str(json.loads((folder / DEMO_TOKENS).read_bytes()).get(role, ""))
    except FileNotFoundError:
        return ""


def _read(content: bytes, url: str) -> Any:
    try:
        found = json.loads(content)
    except ValueError:
        raise _strange(url) from None
    if not isinstance(found, dict):
        raise _strange(url)
    return found


def _strange(url: str) -> CallFailed:
    said = f"{url} 应答的不是枢纽 / what answers at {url} is no hub"
    return CallFailed(said, code="NOT_A_HUB", next_step="核对 --url / check --url")


def _refused(problem: Mapping[str, Any]) -> CallFailed:
    """Return a problem document as an error: its words in both languages, each wrong place, its next step."""
    title, step = (
        " / ".join(filter(None, (str(problem.get(name, "")), str(problem.get(f"{name}_en", "")))))
        for name in ("title", "next_step")
    )
    places = [f"{one.get('pointer')} {one.get('message')}" for one in problem.get("errors", ())]
    return CallFailed("; ".join([title, *places]), code=str(problem["code"]), next_step=step)
