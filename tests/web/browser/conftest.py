"""A demo of two regions on loopback, and the distribution's Chromium in front of it.

Everything a page does is watched: a console error, an exception, or a request to another origin is kept, and a
test asks for the list to be empty. A test that fails leaves a picture of its last page and says where it is.
"""

import shutil
import socket
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from certhub.demo.launcher import Demo, Options, start
from tests.support.npm import node_for

pytest.importorskip("playwright", reason="playwright is not installed (dependency group check)")
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium reads one list, the last: what Playwright's own has for its automation stands here again. The rest of it
    # are lists under the address bar that nobody sees: drawn anew for each person, they took half of the lane's time.
    "--disable-features="
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,AvoidCorsURLLoaderRestartOnRedirect,"
    "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,"
    "OptimizationHints,NetworkTimeServiceQuerying,PreconnectToSearch,AimEnabled,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
)
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOCALES = {"zh": "zh-CN", "en": "en-US"}
PAGES = {"home": "/", "counter": "/counter", "me": "/me", "agency": "/agency", "ops": "/ops"}


@dataclass
class Visit:
    """One person's browser: their windows, and what went wrong in any of them."""

    context: BrowserContext
    home: str
    other: str
    complaints: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    is_seat: bool = False

    def open(self, path: str, *, at: str | None = None, clock: bool = False) -> Page:
        """Open a page in a window of its own and wait until its scripts are done; `clock` lets a test move time.

        A seat has one window, and goes there in it.
        """
        page = self.pages[0] if self.is_seat else self.watch(self.context.new_page())
        if clock:
            page.clock.install()
        page.goto((at or self.home) + path)
        page.wait_for_selector("html[data-ready=true]")
        return page

    def put_back(self) -> None:
        """Make a seat's browser a new person's: one window, and nothing kept, routed or complained of."""
        page, *others = self.pages or [self.watch(self.context.new_page())]
        for other in others:
            other.close()
        del self.pages[1:]
        page.unroute_all(behavior="ignoreErrors")
        page.set_viewport_size(DESKTOP)
        page.goto(self.home + "/readyz")  # no page of ours, and of the origin that has kept something
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.context.clear_cookies()
        self.complaints.clear()

    def watch(self, page: Page) -> Page:
        """Keep what goes wrong in a window."""
        self.pages.append(page)
        page.on("console", lambda said: self._console(page, said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", lambda request: self._request(page, request.url))
        return page

    def _console(self, page: Page, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(f"{page.url}: {text}")

    def _request(self, page: Page, url: str) -> None:
        if not url.startswith((self.home, self.other, "data:", "blob:")):
            self.complaints.append(f"{page.url} asked for {url}")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Two regions, served as anybody would."""
    running = start(Options(tmp_path_factory.mktemp("demo"), two_ports()))
    yield running
    running.stop()


Judge = Callable[[Page], list[str]]
AXE = Path(__file__).parent / "axe"
VIOLATIONS = """
async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
  .map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)
"""


@pytest.fixture(scope="session")
def axe() -> Judge:
    """Return what axe-core, pinned in axe/package-lock.json, finds wrong with a page as it stands."""
    node_for(AXE)
    rules = (AXE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def judged(page: Page) -> list[str]:
        page.evaluate(rules)
        found: list[str] = page.evaluate(VIOLATIONS)
        return found

    return judged


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


@dataclass
class People:
    """Opens browsers that know nothing of each other."""

    browser: Browser
    demo: Demo
    visits: list[Visit] = field(default_factory=list)
    seats: dict[str, Visit] = field(default_factory=dict)
    taken: list[Visit] = field(default_factory=list)

    def seat(self, lang: str = "zh", size: Any = DESKTOP) -> Visit:
        """Return the browser that a file's tests use one after the other, as new: a new one costs twice a page."""
        if lang not in self.seats:
            self.seats[lang] = self.visit(lang)
            self.visits.remove(self.seats[lang])
            self.seats[lang].is_seat = True
        found = self.seats[lang]
        found.put_back()
        found.pages[0].set_viewport_size(size)
        self.taken.append(found)
        return found

    def visit(self, lang: str = "zh", size: Any = DESKTOP) -> Visit:
        """Return a new person's browser."""
        context = self.browser.new_context(locale=LOCALES[lang], viewport=size, accept_downloads=True)
        context.set_default_timeout(15_000)
        found = Visit(context, home=self.demo.urls[0], other=self.demo.urls[1])
        self.visits.append(found)
        return found


@pytest.fixture(scope="module")
def seats() -> Iterator[dict[str, Visit]]:
    """The browsers that a file's tests use one after the other, by language."""
    taken: dict[str, Visit] = {}
    yield taken
    for visit in taken.values():
        visit.context.close()


@pytest.fixture
def people(
    browser: Browser, demo: Demo, seats: dict[str, Visit], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[People]:
    """Whoever sits in front of the pages in this test."""
    here = People(browser, demo, seats=seats)
    yield here
    if request.node.stash.get(FAILED, False):
        _keep_pictures(here, tmp_path)
    for visit in here.visits:
        visit.context.close()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Remember that a test failed, so that its pictures are kept."""
    report: Any = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report


def _keep_pictures(here: People, folder: Path) -> None:
    for number, page in enumerate(page for visit in here.visits + here.taken for page in visit.pages):
        path = folder / f"screen-{number}.png"
        page.screenshot(path=path)
        print(f"screenshot: {path}")  # noqa: T201  pytest shows it with the failure


def two_ports() -> int:
    """Return a free port whose next one is free too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
