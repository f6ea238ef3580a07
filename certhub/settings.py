"""What a hub is told: one frozen value, read once.

A hub lives in one folder, and the folder says the rest:

    DATA/certhub.toml      region, name, profile, database_url, url …  (this file's fields)
    DATA/keys/             the key store; DATA/keys.passphrase in a demo, elsewhere a file that you name
    DATA/trust/            the trust set in force (TUF targets layout)
    DATA/public/           public files (status lists)
    DATA/certhub.db        SQLite, unless database_url says PostgreSQL
    DATA/tls/              the local authority and what the hub is served with, where `certhub tls` made them

Environment variables with the prefix CERTHUB_ outrank the file. An unknown key of the file is refused; an
unknown variable is not, since orchestrators make their own (a service named certhub gets CERTHUB_PORT).
"""

import re
import tomllib
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from certhub_schemas.text import unfit
from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from certhub.errors import HubError

FILE = "certhub.toml"
DEFAULT_KEYS = "file:keys"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""This machine: what goes nowhere else may go without TLS."""
MAX_HOST = 300  # characters of a Host header: a name has at most 253
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{0,5})?")


class BadSettings(HubError):
    """The settings cannot be used; the message says which and what to do."""

    code = "BAD_SETTINGS"


class Profile(StrEnum):
    """How strict the hub is with itself."""

    DEMO = "demo"
    """Made-up people, pages signed in, keys in files."""
    TEST = "test"
    """As a demo, with cheap key derivation."""
    PRODUCTION = "production"
    """Refuses demo people, demo agencies and a passphrase that lies beside its keys."""


class Settings(BaseSettings):
    """Everything that can be set; each name is a key of certhub.toml and, with CERTHUB_, of the environment."""

    model_config = SettingsConfigDict(env_prefix="CERTHUB_", frozen=True, extra="forbid")

    data: Path = Field(description="the hub's folder")
    region: str = Field(pattern=r"^\d{6}$", description="GB/T 2260 code of the region that this hub serves")
    name: str = Field(description="the region's name, Chinese")
    name_en: str = Field(default="", description="the region's name, English")
    profile: Profile = Field(default=Profile.PRODUCTION, description="demo, test or production")
    database_url: str = Field(default="", description="empty: SQLite in the folder; else a libpq URI")
    database_schema: str = Field(
        default="", description="PostgreSQL schema to keep the tables in; empty: the default"
    )
    keys: str = Field(
        default=DEFAULT_KEYS, description="URI of the key store; a relative path lies in the hub's folder"
    )
    passphrase_file: Path | None = Field(
        default=None, description="opens the key store; default DATA/keys.passphrase"
    )
    url: str = Field(default="", description="where other regions and phones reach this hub")
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="names and addresses that this hub answers to, beside that of url"
    )
    tls: bool = Field(default=False, description="serve https with what `certhub tls` made in DATA/tls")
    tls_certificate: Path | None = Field(
        default=None, description="serve https with this PEM chain, the hub's own first, and tls_key"
    )
    tls_key: Path | None = Field(
        default=None, description="the private key of tls_certificate, PEM, no password"
    )
    tls_authorities: Path | None = Field(
        default=None, description="PEM of authorities to believe beside the machine's, for other regions"
    )
    ticket_seconds: int = Field(
        default=60, ge=10, le=120, description="life of a ticket and of a sealed code"
    )
    peer_timeout_seconds: float = Field(
        default=3.0, gt=0, le=10, description="total time a peer may take to answer"
    )
    status_resign_seconds: float = Field(
        default=15.0, gt=0, description="status lists are signed anew this often"
    )
    mail_from: str = Field(
        default="",
        pattern=r"^$|^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$",
        description="the address that messages to people come from",
    )
    mail_url: str = Field(
        default="",
        description="the mail server: smtp://user@host:587 (STARTTLS) or smtps://user@host:465; empty: no mail is sent",
    )
    mail_password_file: Path | None = Field(
        default=None, description="holds the password of the user in mail_url"
    )
    webhook_key_file: Path | None = Field(
        default=None, description="holds the key that signs what goes to the two gateways: whsec_ and base64"
    )
    sms_webhook_url: str = Field(
        default="", description="the gateway that sends SMS, https; empty: no SMS is sent"
    )
    app_webhook_url: str = Field(
        default="",
        description="the gateway that sends to the city's app, https; empty: nothing is sent there",
    )

    @field_validator("mail_url")
    @classmethod
    def _mail_server(cls, url: str, info: ValidationInfo) -> str:
        """A password in a URL would be printed by `certhub config`."""
        place = urlsplit(url)
        if url and (place.scheme not in {"smtp", "smtps"} or not place.hostname or place.path.strip("/")):
            raise ValueError("is no smtp://host or smtps://host")
        if place.password is not None:
            raise ValueError("holds a password, which belongs into mail_password_file")
        if url and not info.data.get("mail_from"):
            raise ValueError("needs mail_from beside it")
        return url

    @field_validator("sms_webhook_url", "app_webhook_url")
    @classmethod
    def _gateway(cls, url: str, info: ValidationInfo) -> str:
        """A gateway is told telephone numbers."""
        place = urlsplit(url)
        is_safe = place.scheme == "https" or (place.scheme == "http" and place.hostname in LOOPBACK)
        if url and not (is_safe and place.hostname):
            raise ValueError("is no https://host/path")
        if url and info.data.get("webhook_key_file") is None:
            raise ValueError("needs webhook_key_file beside it")
        return url

    @field_validator("name", "name_en")
    @classmethod
    def _readable(cls, name: str) -> str:
        """A region's name stands in receipts and questions."""
        if unfit(name):
            raise ValueError("holds characters that cannot be seen, or that only one font can show")
        return name

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        """Its host is one of the hub's names."""
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("is no address: write it as https://certs.example.cn")
        host_name(parts.hostname or "localhost")
        return url

    @field_validator("hosts", mode="before")
    @classmethod
    def _hosts(cls, hosts: Any) -> Any:
        """A list in the file; in the environment names between commas. Each is kept as a Host header names it."""
        parts = hosts.replace(",", " ").split() if isinstance(hosts, str) else hosts
        return tuple(host_name(part) for part in parts) if isinstance(parts, list | tuple) else parts

    @model_validator(mode="after")
    def _whole_tls(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key are set both or neither")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence: arguments, environment, certhub.toml; no .env files, no secret folders."""
        folder = init_settings()["data"]
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, folder / FILE))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the settings of the hub that lives in `folder`.

        Raises:
            BadSettings: there is no hub there, or a key is unknown or wrong; names the key.
        """
        folder = folder.resolve()
        if not (folder / FILE).exists():
            raise BadSettings(
                f"no hub in {folder}: {FILE} is missing; run `certhub init`, or name another --data"
            )
        try:
            return cls(data=folder)  # type: ignore[call-arg]  # the rest comes from the file and the environment
        except (ValidationError, tomllib.TOMLDecodeError) as broken:
            raise BadSettings(f"{folder / FILE}: {_first(broken)}") from broken

    @classmethod
    def planned(cls, folder: Path, **values: str) -> Self:
        """Return the settings that a hub would have whose certhub.toml is still to be written.

        Raises:
            BadSettings: a value is wrong; names the key.
        """
        try:
            return cls(data=folder.resolve(), **values)  # type: ignore[arg-type]  # texts are read as they are in a file
        except ValidationError as broken:
            raise BadSettings(_first(broken)) from broken

    @property
    def is_demo(self) -> bool:
        """Whether made-up people are allowed and pages come signed in."""
        return self.profile is not Profile.PRODUCTION

    @property
    def names(self) -> frozenset[str]:
        """What this hub may be called in a Host header: the host of `url`, `hosts`, and in a demo this machine."""
        own = urlsplit(self.url).hostname
        named = [*self.hosts, *([] if own is None else [host_name(own)])]
        at_home = ("127.0.0.1", "localhost", f"{self.region}.localhost") if self.is_demo else ()
        return frozenset((*named, *at_home))

    def beside(self, path: Path) -> Path:
        """Return where a path of the settings lies: a relative one in the hub's folder."""
        return self.data / path


def host_name(text: str) -> str:
    """Return a name or an address as a Host header means it: in one form, and without its port.

    Raises:
        ValueError: it is neither.
    """
    try:
        return str(ip_address(text))
    except ValueError:
        pass
    matched = _HOST.fullmatch(text if text.isascii() else text.encode("idna").decode("ascii"))
    if matched is None or len(text) > MAX_HOST:
        raise ValueError("is no name and no address")
    address, name = matched.groups()
    if address is not None:
        return str(ip_address(address))
    try:
        return str(ip_address(name))
    except ValueError:
        return str(name).rstrip(".").lower()


def _first(broken: Exception) -> str:
    if isinstance(broken, ValidationError):
        error: Any = broken.errors()[0]
        return f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
    return str(broken)
