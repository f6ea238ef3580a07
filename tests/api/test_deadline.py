"""Half a request is not waited for, and a whole one is answered: over a real socket."""

import asyncio

import pytest
import uvicorn
from uvicorn.server import ServerState

from certhub.api.deadline import DeadlineProtocol


class Hasty(DeadlineProtocol):
    """The same with a deadline that a test can wait for."""

    seconds = 0.1


async def app(scope, receive, send):
    """Answer with the length of the body."""
    length = 0
    while True:
        message = await receive()
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"%2d" % length})


async def talk(*pieces, until_closed=True):
    """Send pieces over one connection, and return what came back before the server hung up."""
    config = uvicorn.Config(app, lifespan="off", log_config=None, timeout_keep_alive=60)
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Hasty(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    received = b""
    try:
        for piece in pieces:
            writer.write(piece)
            if until_closed is False:
                received += await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(2)
        if until_closed:
            received += await asyncio.wait_for(reader.read(), 5)
    except ConnectionResetError:
        pass
    finally:
        writer.close()
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)
    return received


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [b"G"],
        [b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le"],
        [b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"],
    ],
    ids=["silence", "one byte", "half a head", "half a body"],
)
def test_half_a_request_is_cut_off(pieces):
    """The server hangs up when the deadline has passed."""
    assert b"" == asyncio.run(talk(*pieces))


def test_whole_requests_are_answered():
    """Several on one connection, each within its own time."""
    whole = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"

    assert 2 == asyncio.run(talk(whole, whole, until_closed=False)).count(b" 4")


def test_a_connection_between_two_requests_is_left_alone():
    """What is idle after an answer is the keep-alive timer's to close, not ours."""

    async def still_open():
        config = uvicorn.Config(app, lifespan="off", log_config=None)
        config.load()
        protocol = Hasty(config, ServerState(), {})
        protocol.connection_made(_Transport())
        assert protocol._deadline is not None
        protocol.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        return protocol._deadline

    assert asyncio.run(still_open()) is None


class _Transport(asyncio.Transport):
    """A transport kept in memory, that swallows what is written."""

    def write(self, data):
        """Take bytes."""

    def is_closing(self):
        """Never."""
        return False
