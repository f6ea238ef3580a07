"""A hub answers to its own names alone, and every answer carries what browsers obey."""

from dataclasses import replace

import pytest

from certhub.app import create_app
from certhub.demo.app import create_demo_app
from certhub.settings import BadSettings, Profile, Settings
from tests.support.clients import client_of


def hub_of(api, *, profile=Profile.TEST, **settings):
    """The region's hub with other settings."""
    changed = api.hub.settings.model_copy(update={"profile": profile, **settings})
    return replace(api.hub, settings=changed)


def answered(hub, host, path="/status/"):
    """What a request that calls `host` gets: its status, and the code of a refusal."""
    answer = client_of(create_app(hub=hub), raises=False).get(path, headers={"Host": host})
    body = answer.json() if "json" in answer.headers["content-type"] else {}
    return answer.status_code, body.get("code") if isinstance(body, dict) else None


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "420700.localhost", "420700.test"),
        *("127.0.0.1:8000", "LOCALHOST:8000", "420700.localhost.", "localhost:"),
    ],
)
def test_a_demo_answers_to_this_machines_names_and_to_the_host_of_its_url(api, host):
    """With any port, in any case, and with the dot at the end of a whole name."""
    assert (200, None) == answered(api.hub, host)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "evil.example",
            "evil.example:8000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "testserver",
        ),
        *("420100.localhost", "x420700.localhost", "127.0.0.2", "[::1]", "192.0.2.2", "xn--fiqs8s"),
    ],
)
def test_another_name_is_refused_before_anything_is_looked_at(api, host):
    """A page of another site that gave its name this machine's address gets nothing; 421, with words."""
    assert (421, "HOST_UNKNOWN") == answered(api.hub, host)
    assert (421, "HOST_UNKNOWN") == answered(api.hub, host, "/counter")
    assert (421, "HOST_UNKNOWN") == answered(api.hub, host, "/nothing")


@pytest.mark.parametrize(
    "host", ["", "a b", "a/b", "user@localhost", "localhost:80x", "[::1", "[x]", "a" * 301, "é"]
)
def test_what_is_no_host_is_a_bad_request(api, host):
    """RFC 9112 §3.2."""
    answer = client_of(create_app(hub=api.hub), raises=False).get("/", headers={"Host": host.encode()})

    assert (400, "HOST_WRONG") == (answer.status_code, answer.json()["code"])


def test_a_request_says_one_host(api):
    """With two a proxy and the hub could believe different ones."""
    client = client_of(create_app(hub=api.hub), raises=False)
    answer = client.get("/", headers=[("Host", "localhost"), ("Host", "localhost")])

    assert (400, "HOST_WRONG") == (answer.status_code, answer.json()["code"])


def test_the_health_checks_answer_to_any_name(api):
    """An orchestrator calls them by an address that nobody else knows, or by none."""
    for path in ("/healthz", "/readyz"):
        assert (200, None) == answered(api.hub, "10.42.0.17:8000", path)
        assert (200, None) == answered(api.hub, "a b", path)


def test_in_production_the_names_are_those_that_were_set(api):
    """This machine's own names are none of them: a proxy in front passes on the name that was called."""
    hub = hub_of(
        api, profile=Profile.PRODUCTION, url="https://certs.example.cn:8443", hosts=("10.1.2.3", "fd00::2")
    )

    assert {"certs.example.cn", "10.1.2.3", "fd00::2"} == hub.settings.names
    for host in ("certs.example.cn", "CERTS.example.cn:8443", "10.1.2.3:80", "[fd00::2]:8443", "[FD00:0::2]"):
        assert (200, None) == answered(hub, host)
    for host in ("127.0.0.1", "localhost", "420700.localhost", "example.cn", "www.certs.example.cn"):
        assert (421, "HOST_UNKNOWN") == answered(hub, host)


def test_hosts_are_read_from_the_file_and_from_the_environment(tmp_path):
    """A list in the file, names between commas in the environment; what is no name is refused by its key."""
    lines = 'region = "420700"\nname = "鄂州市"\nurl = "https://证照.example.cn"\n'
    (tmp_path / "certhub.toml").write_text(lines + 'hosts = ["Certs.Example.CN.", "[fd00::2]", "10.1.2.3"]\n')
    read = Settings.load(tmp_path)

    assert ("certs.example.cn", "fd00::2", "10.1.2.3") == read.hosts
    assert "xn--2ux157c.example.cn" in read.names
    assert ("a.test", "10.0.0.1") == Settings(data=tmp_path, hosts="a.test, 10.0.0.1").hosts
    for wrong in ('hosts = ["a b"]', 'hosts = ["https://a.test"]', "hosts = 7", 'tls_key = "key.pem"'):
        (tmp_path / "certhub.toml").write_text(lines + wrong + "\n")
        with pytest.raises(BadSettings, match=r"hosts|tls_key"):
            Settings.load(tmp_path)
    for wrong in ("certs.example.cn", "ftp://certs.example.cn", "https://", "https://a b"):
        with pytest.raises(ValueError, match="url"):
            Settings(data=tmp_path, region="420700", name="鄂州市", url=wrong)


EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/counter",
        "/me",
        "/agency",
        "/ops",
        "/healthz",
        "/api/v1/kinds",
        "/nothing",
        "/assets/docs.js",
        "/docs",
    ],
)
def test_every_answer_says_what_a_browser_may_do_with_it(api, path):
    """Asked by OWASP ASVS 5 (V3.4); the content policy lists its sources and frames nobody."""
    headers = client_of(create_demo_app(hub=api.hub), raises=False).get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))

    assert EVERYWHERE == {name: headers[name] for name in EVERYWHERE}
    assert ("'self'", "'none'", "'none'", "'none'", "'self'") == tuple(
        policy[name] for name in ("default-src", "object-src", "base-uri", "frame-ancestors", "form-action")
    )
    assert "unsafe" not in headers["Content-Security-Policy"]  # not for Swagger UI, either
    assert "script-src" not in policy  # default-src is its: no inline script anywhere
    assert "Access-Control-Allow-Origin" not in headers
    assert "Server" not in headers
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize(
    ("path", "camera"),
    [
        ("/counter", "(self)"),
        ("/me", "(self)"),
        ("/", "()"),
        ("/agency", "()"),
        ("/ops", "()"),
        ("/nothing", "()"),
    ],
)
def test_the_camera_is_for_the_pages_that_scan(api, path, camera):
    """The counter reads a holder's code, the phone that of a request; every other device is for nobody."""
    headers = client_of(create_demo_app(hub=api.hub), raises=False).get(path).headers
    policy = dict(part.strip().split("=") for part in headers["Permissions-Policy"].split(","))

    assert camera == policy.pop("camera")
    assert {"()"} == set(policy.values())
    assert {"microphone", "geolocation", "usb", "serial", "display-capture"} <= policy.keys()


@pytest.mark.parametrize(
    ("profile", "address", "promised"),
    [
        (Profile.PRODUCTION, "https://420700.test", "max-age=63072000; includeSubDomains"),
        (Profile.PRODUCTION, "http://420700.test", None),
        (Profile.TEST, "https://420700.test", None),
        (Profile.TEST, "https://420700.localhost", None),
    ],
)
def test_only_tls_is_promised_over_tls_alone_and_never_by_a_demo(api, profile, address, promised):
    """A browser would keep the promise for localhost, whoever serves there next."""
    client = client_of(create_app(hub=hub_of(api, profile=profile)), raises=False)

    assert promised == client.get(f"{address}/").headers.get("Strict-Transport-Security")
    assert promised == client.get(f"{address}/nothing").headers.get("Strict-Transport-Security")


def test_what_is_refused_for_its_host_is_told_in_both_languages(api):
    """The problem names the next step, and repeats nothing of what was called."""
    client = client_of(create_app(hub=api.hub), raises=False)
    problem = client.get("/", headers={"Host": "evil.example", "Accept-Language": "zh"})

    assert "hosts" in problem.json()["next_step"]
    assert "evil" not in problem.text
    assert {"title", "title_en", "next_step", "next_step_en", "trace_id"} <= problem.json().keys()
