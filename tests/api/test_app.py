"""The app as a whole: opened from a folder, working in the background while it lives, and nothing after."""

import asyncio
import gc
import threading
import time

import pytest

from certhub.api.http import driving
from certhub.app import create_app, create_app_from_environment
from certhub.settings import BadSettings
from tests.support.clients import client_of


def workers():
    """Return the worker threads that run now."""
    return [thread for thread in threading.enumerate() if thread.name == "certhub-worker"]


def test_the_worker_lives_as_long_as_the_app(api):
    """Status lists are published without anybody asking for it; when the app ends, so does the thread."""
    with client_of(create_app(hub=api.hub)) as client:
        assert 1 == len(workers())
        published = any(client.get("/status/1").status_code == 200 for _ in range(2000))

    assert published
    assert [] == workers()


def test_a_hub_that_was_given_is_left_open(api):
    """Who opened it closes it."""
    with client_of(create_app(hub=api.hub)):
        pass

    assert 200 == api.get("/readyz").status_code


def test_an_app_is_made_from_the_folder_that_the_environment_names(api):
    """What a server is given as its factory."""
    app = create_app_from_environment({"CERTHUB_DATA": str(api.hub.settings.data)})
    try:
        assert 200 == client_of(app).get("/readyz").status_code
    finally:
        app.state.hub.close()


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_without_a_hub_there_is_no_app(tmp_path, folder):
    """The setting that is missing is named."""
    environment = {"CERTHUB_DATA": str(tmp_path / folder)} if folder else {}

    with pytest.raises(BadSettings, match=r"CERTHUB_DATA|certhub\.toml"):
        create_app_from_environment(environment)


def test_a_server_takes_its_own_start_out_of_the_collectors_rounds(api):
    """An app that opened its hub is a process of its own; one that was given a hub leaves its caller's alone."""
    gc.unfreeze()
    with client_of(create_app(hub=api.hub)):
        assert 0 == gc.get_freeze_count()
    with client_of(create_app(api.hub.settings)) as client:
        assert 100_000 < gc.get_freeze_count()
        assert 200 == client.get("/healthz").status_code
    assert 0 == gc.get_freeze_count()


def test_a_server_ends_though_its_loop_still_has_to_insert(api):
    """What was left a moment ago is inserted by the loop: while the hub closes, the loop must be free to do so."""
    app, written = create_app(api.hub.settings), []

    async def lived() -> None:
        async with app.router.lifespan_context(app):
            place, writer = driving._InLoop(asyncio.get_running_loop()), app.state.hub.writer

            def note(_: object) -> None:
                written.append(threading.current_thread().name)

            def held(_: object) -> None:
                writer.leave(note, place=place)
                while not writer._is_closed:  # the next thing it does, it does while the hub closes
                    time.sleep(0.01)

            writer.submit(lambda _: None, rows=1, done=held)

    served = threading.Thread(target=asyncio.run, args=(lived(),), name="served", daemon=True)
    served.start()
    served.join(30)

    assert not served.is_alive()
    assert ["served"] == written
