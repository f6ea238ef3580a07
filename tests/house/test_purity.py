"""Time and randomness come in by one door."""

import pytest

from tests.house.source import Module, modules

BANNED = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.sleep",
    "secrets",
    "random.random",
    "random.Random",
    "random.choice",
    "os.urandom",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid4",
)
EDGES = {
    "certhub/adapters/clock.py": "it is the clock",
    "certhub/hub/__init__.py": "Hub.open: the machine's randomness is the default that simulations replace",
    "certhub/app.py": "request numbers of an app that only describes itself, with no hub to ask",
    "certhub/adapters/network.py": "the deadline of a real trip; the simulator's network has none",
    "certhub/adapters/message_webhook.py": "the deadline of a real post",
    "certhub/adapters/wire.py": "the deadline of a real socket",
    "certhub/cli/counter.py": "certhub scan names its verification, as a counter does",
    "certhub/cli/jobs.py": "certhub jobs run watches whether the lease's holder lives",
    "certhub/cli/keeping.py": "certhub migrate seals what stood in clear",
    "certhub/cli/founding.py": "certhub init makes keys",
    "certhub/cli/tls.py": "certhub tls makes keys",
    "certhub/cli/imports.py": "the command line waits for another import's lease",
    "certhub/demo/regions.py": "the demo makes keys",
    "certhub/demo/seed.py": "the demo makes bearer tokens",
    "certhub/demo/launcher.py": "waits for processes",
    "certhub/setup/parent.py": "watches a process",
    "keys/certhub_keys/cli.py": "certhub-keys makes keys",
    "verifier/certhub_verifier/cli/command.py": "certhub-verify judges as of now, unless --at says otherwise",
    "verifier/certhub_verifier/cli/batch.py": "the progress bar of certhub-verify over a folder",
}


def reaches(module: Module) -> list[str]:
    """Where a module reaches for time or randomness itself."""
    found = []
    for line, name in module.names():
        if any(name == ban or name.endswith(f".{ban}") or name.startswith(f"{ban}.") for ban in BANNED):
            found.append(f"{module.path}:{line} {name}")
    return found


def test_time_and_randomness_are_arguments():
    """A simulation of two regions once differed from its seed, because one store asked the machine for the time."""
    found = [where for module in modules() if module.path not in EDGES for where in reaches(module)]
    assert [] == found


@pytest.mark.parametrize("path", sorted(EDGES))
def test_every_exception_is_still_one(path):
    """An exception that is no longer needed is a door left open."""
    [module] = [module for module in modules() if module.path == path]
    assert reaches(module)


def test_the_lint_sees_what_it_bans():
    """A lint that finds nothing anywhere proves nothing."""
    import ast

    text = "from secrets import token_bytes\nimport datetime as d\nd.datetime.now()\nimport time\ntime.monotonic()\n"
    assert 3 == len(reaches(Module("x.py", text, ast.parse(text))))
