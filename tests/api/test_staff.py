"""Members of staff sign in over HTTP; a session is in a cookie, and counts for the page that it belongs to alone."""

import pytest
from starlette.testclient import TestClient

from certhub.app import create_app
from certhub.flows.people import enrolment, staff
from certhub.people.logins import proofs
from certhub.people.organisation.nodes import NodeKind
from tests.support.organisation import founded, imported, office
from tests.support.region import make_regions

PASSWORD = "correct horse battery staple"
CLERK, AGENCY = {"X-CertHub-Role": "clerk"}, {"X-CertHub-Role": "agency"}


@pytest.fixture
def city(tmp_path):
    """A region with an office; its address is https, as a browser would see it."""
    with make_regions(tmp_path) as [home, _]:
        founded(home)
        yield home


class Browser:
    """A browser in which somebody signs in: it keeps cookies, and shows the codes of an invitation."""

    def __init__(self, region, url="https://420700.test"):
        settings = region.hub.settings.model_copy(update={"url": url})
        object.__setattr__(region.hub, "settings", settings)
        self.region = region
        self.client = TestClient(create_app(hub=region.hub), base_url=url, raise_server_exceptions=False)

    def invited(self, number="W001", **more):
        """Enter a member of staff, and open their invitation."""
        row = {
            "number": number,
            "name": "王窗口",
            "mail": "w@example.org",
            "roles": "clerk",
            "office": "EZ-01",
            **more,
        }
        self.number = number
        link = staff.add_staff(row, by=self.region.operator, hub=self.region.hub).link
        self.token = link.partition("#")[2]
        return link

    def code(self, steps=0):
        """What the application shows now."""
        with self.region.hub.reading() as unit:
            secret = enrolment._secret(unit, self.token)
        return proofs.code_at(secret, proofs.step_at(self.region.clock.now()) + steps)

    def enrolled(self, **more):
        """Use the invitation."""
        self.invited(**more)
        body = {"invitation": self.token, "password": PASSWORD, "code": self.code()}
        return self.client.post("/api/v1/sign-in/enrolment", json=body)

    def signed_in(self, **given):
        """Sign in."""
        body = {"number": self.number, "password": PASSWORD, "code": self.code(), **given}
        return self.client.post("/api/v1/sign-in/session", json=body)

    def matters(self, **headers):
        """Ask for what a clerk may see; return the status."""
        return self.client.get("/api/v1/matters", headers=headers or CLERK).status_code


def cookies(answer):
    """The Set-Cookie of an answer, as name and attributes."""
    name, _, rest = answer.headers["set-cookie"].partition("=")
    return name, {part.strip().lower() for part in rest.split(";")[1:]}


def test_somebody_opens_an_invitation_and_works(city):
    """They see who they are here and what their application reads; from then on the cookie speaks for them."""
    browser = Browser(city)
    link = browser.invited()
    seen = browser.client.post("/api/v1/sign-in/invitation", json={"invitation": browser.token}).json()
    body = {"invitation": browser.token, "password": PASSWORD, "code": browser.code()}
    begun = browser.client.post("/api/v1/sign-in/enrolment", json=body)

    assert link.startswith("https://420700.test/invitation#")
    assert ("王窗口", ["clerk"]) == (seen["name"], seen["roles"])
    assert seen["secret"] in seen["uri"]
    assert 201 == begun.status_code
    assert ("clerk", "鄂州市政务服务中心") == (
        begun.json()["acting"]["role"],
        begun.json()["acting"]["office"],
    )
    assert browser.client.cookies["__Host-certhub"] not in begun.text
    assert 200 == browser.matters()


def test_the_cookie_is_kept_to_this_host_and_from_scripts(city):
    """__Host-, Secure, HttpOnly, SameSite=Strict, whole site; and no domain."""
    name, attributes = cookies(Browser(city).enrolled())

    assert ("__Host-certhub", {"path=/", "secure", "httponly", "samesite=strict"}) == (name, attributes)


def test_without_tls_the_cookie_has_no_prefix(city):
    """A browser would not keep it otherwise."""
    name, attributes = cookies(Browser(city, "http://420700.test").enrolled())

    assert ("certhub", {"path=/", "httponly", "samesite=strict"}) == (name, attributes)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"X-CertHub-Role": ""}, AGENCY, {"X-CertHub-Role": "operator"}],
    ids=["no header", "empty", "another role of nobody", "operator"],
)
def test_a_cookie_alone_is_nobody(city, headers):
    """A page of another site can make a browser send the cookie, and no header of ours (CSRF)."""
    browser = Browser(city)
    browser.enrolled()

    assert (401, 200) == (browser.matters(**headers), browser.matters())
    ended = browser.client.delete("/api/v1/me/sessions", headers=headers)
    assert 401 == ended.status_code
    assert 200 == browser.matters()


def test_a_session_that_somebody_else_chose_is_never_taken_up(city):
    """What a browser brings along is not what it goes away with (fixation)."""
    browser = Browser(city)
    planted = "A" * 43
    browser.client.cookies.set("__Host-certhub", planted)

    browser.enrolled()

    stranger = Browser(city)
    stranger.client.cookies.set("__Host-certhub", planted)
    assert 401 == stranger.matters()


def test_a_stolen_cookie_is_worth_nothing_after_log_out_everywhere(city):
    """The thief's next call is refused; the owner signs in again."""
    browser, thief = Browser(city), Browser(city)
    browser.enrolled()
    thief.client.cookies.set("__Host-certhub", browser.client.cookies["__Host-certhub"])
    assert 200 == thief.matters()

    assert {"ended": 1} == browser.client.delete("/api/v1/me/sessions", headers=CLERK).json()

    assert 401 == thief.matters()
    city.clock.pass_(seconds=60)
    assert 201 == browser.signed_in().status_code
    assert (200, 401) == (browser.matters(), thief.matters())


def test_another_proof_takes_the_token_of_before_away(city):
    """Who copied the cookie before has nothing after."""
    browser, thief = Browser(city), Browser(city)
    browser.enrolled()
    thief.client.cookies.set("__Host-certhub", browser.client.cookies["__Host-certhub"])
    city.clock.pass_(seconds=60)
    body = {"password": PASSWORD, "code": browser.code()}

    assert 201 == browser.client.post("/api/v1/sign-in/proof", json=body, headers=CLERK).status_code

    assert (200, 401) == (browser.matters(), thief.matters())


def test_sessions_are_listed_with_their_browser_and_ended_one_by_one(city):
    """The one that asks is marked."""
    browser, other = Browser(city), Browser(city)
    browser.enrolled()
    city.clock.pass_(seconds=60)
    other.number, other.token = browser.number, browser.token
    other.client.headers["User-Agent"] = "Firefox/140 (a window)"
    assert 201 == other.signed_in().status_code

    items = browser.client.get("/api/v1/me/sessions", headers=CLERK).json()["items"]
    [theirs] = [item for item in items if not item["asking"]]
    ended = browser.client.delete(f"/api/v1/me/sessions/{theirs['session']}", headers=CLERK)
    again = browser.client.delete(f"/api/v1/me/sessions/{theirs['session']}", headers=CLERK)

    assert (2, 200, 404) == (len(items), ended.status_code, again.status_code)
    assert (200, 401) == (browser.matters(), other.matters())


def test_somebody_with_two_roles_changes_between_them(city):
    """The page of the one does not speak for the other."""
    browser = Browser(city)
    imported(city, NodeKind.OFFICE, office("EZ-02"))
    begun = browser.enrolled(roles="agency^clerk", agency="11420799MB9999033P").json()
    clerk = next(one for one in begun["accounts"] if one["role"] == "clerk")
    assert ("agency", 401) == (begun["acting"]["role"], browser.matters())

    body = {"account": clerk["account"]}
    changed = browser.client.post("/api/v1/sign-in/account", json=body, headers=AGENCY)

    assert (201, "clerk", 200) == (changed.status_code, changed.json()["acting"]["role"], browser.matters())
    stranger = {"account": city.operator.key}
    assert 404 == browser.client.post("/api/v1/sign-in/account", json=stranger, headers=CLERK).status_code


def test_guesses_are_slowed_down_with_a_word_when_to_try_again(city):
    """429 with Retry-After; what was wrong is not told."""
    browser = Browser(city)
    browser.enrolled()
    city.clock.pass_(seconds=60)
    answers = [browser.signed_in(password="wrong password") for _ in range(4)]

    assert [401, 401, 401, 429] == [answer.status_code for answer in answers]
    assert "SIGN_IN_REFUSED" == answers[0].json()["code"]
    assert ("TOO_MANY_ATTEMPTS", "1") == (answers[3].json()["code"], answers[3].headers["Retry-After"])


def test_a_bearer_token_has_no_session(city):
    """What a program holds is no session of a member of staff."""
    client = TestClient(create_app(hub=city.hub), base_url="http://420700.test")
    headers = {"Authorization": f"Bearer {city.tokens['clerk']}"}

    assert 404 == client.get("/api/v1/me/sessions", headers=headers).status_code
