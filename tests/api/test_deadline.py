"""Half a request is not waited for, and a whole one is answered: over a real socket."""

import asyncio
import resource
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from certhub.api.http.deadline import MAX_HEAD, MAX_PIPELINED, DeadlineProtocol
from certhub.api.http.room import ENOUGH_FILES, RESERVED_FILES, file_limit, most_connections, raise_file_limit


class Hasty(DeadlineProtocol):
    """The same with a deadline that a test can wait for."""

    seconds = 0.1
    stall_seconds = 0.2


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


CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
LONG = 3 * MAX_HEAD


class Patient(DeadlineProtocol):
    """The same with deadlines that no test reaches."""

    seconds = stall_seconds = 30.0


@asynccontextmanager
async def serving(protocol=Patient, application=app):
    """Run a server; give its address and the connections that it holds."""
    config = uvicorn.Config(application, lifespan="off", log_config=None, timeout_keep_alive=60)
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname(), state.connections
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


async def answer_to(address, *pieces, pause=False):
    """Send pieces over a connection, as far as they are taken, and return everything that comes back."""
    reader, writer = await asyncio.open_connection(*address)
    received = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.05 if pause else 0)
        received = await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        pass
    await hang_up(writer)
    return received


async def hang_up(writer):
    """End the client's end of a connection."""
    writer.transport.abort()
    await asyncio.sleep(0)
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    "head",
    [
        [b"GET / HTTP/1.1\r\nx: ", *[b"v" * 4096] * (LONG >> 12)],
        [b"GET / HTTP/1.1\r\n", *[b"x: " + b"v" * 1000 + b"\r\n"] * (LONG // 1000)],
        [b"GET / HTTP/1.1\r\nx: " + b"v" * LONG + b"\r\n\r\n"],
        [b"GET /", *[b"p" * 4096] * (LONG >> 12)],
    ],
    ids=["a value without end", "headers without end", "one big whole head", "an address without end"],
)
def test_a_head_that_is_too_large_is_refused(head):
    """431 (RFC 6585 §5), and nothing more is read."""

    async def told():
        async with serving() as (address, _):
            return await answer_to(address, *head)

    assert asyncio.run(told()).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "rest",
    [
        [b"0\r\n", *[b"x: " + b"v" * 1000 + b"\r\n"] * (LONG // 1000)],
        [b"0\r\nx: ", *[b"v" * 4096] * (LONG >> 12)],
        [b"5;", *[b"e" * 4096] * (LONG >> 12)],
    ],
    ids=["trailers without end", "a trailer without end", "a chunk extension without end"],
)
def test_what_follows_a_body_is_bounded_too(rest):
    """Trailers count as headers; what belongs to nothing is not taken for ever. The connection ends."""

    async def told():
        async with serving() as (address, _):
            return await answer_to(address, CHUNKED, *rest)

    assert b"" == asyncio.run(told())


def test_a_head_of_sixty_kilobytes_and_a_long_body_pass():
    """The bound is the head's alone."""
    body = b"b" * (4 * MAX_HEAD)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\nx: " % len(body)

    async def told():
        async with serving() as (address, _):
            return await answer_to(address, head + b"v" * 60_000 + b"\r\n\r\n", body)

    assert asyncio.run(told()).startswith(b"HTTP/1.1 200 ")


def test_a_body_in_tiny_chunks_passes():
    """Every chunk is a sign of life, however much of it is framing."""
    chunks = [b"1;" + b"e" * 1000 + b"\r\nb\r\n"] * 200

    async def told():
        async with serving() as (address, _):
            return await answer_to(
                address, CHUNKED.replace(b"Host", b"Connection: close\r\nHost"), *chunks, b"0\r\n\r\n"
            )

    assert asyncio.run(told()).startswith(b"HTTP/1.1 200 ")


def test_blank_lines_keep_no_connection_open():
    """A byte that begins no request stopped the keep-alive timer, and nothing ever started it again."""
    whole = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"

    async def told():
        async with serving(Hasty) as (address, _):
            return await answer_to(address, whole, b"\r\n", pause=True)

    assert asyncio.run(told()).endswith(b" 4")  # it ends: answer_to has read to the end


def test_who_does_not_read_the_answer_is_not_waited_for():
    """A client that asked for megabytes and took none of them held its connection for as long as it liked."""

    async def large(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(64 << 20)})

    async def left():
        async with serving(Hasty, large) as (address, connections):
            reader, writer = await asyncio.open_connection(*address, limit=1)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            reader._transport.pause_reading()
            for _ in range(200):  # a busy machine is late; a connection that is waited for is there for ever
                await asyncio.sleep(0.1)
                if not connections:
                    break
            left = len(connections)
            await hang_up(writer)
            return left

    assert 0 == asyncio.run(left())


def test_too_many_requests_at_once_end_the_connection():
    """Thousands fit into one read; each would cost a hundred times its size."""

    async def told():
        async with serving() as (address, _):
            return await answer_to(address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * (MAX_PIPELINED + 2))

    assert MAX_PIPELINED >= asyncio.run(told()).count(b"HTTP/1.1 200")


@pytest.fixture
def room():
    """Let this process open few files: there is room for some twenty connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (RESERVED_FILES + 20, hard))
    yield most_connections()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_there_is_room_for_one_more(room):
    """However many say nothing: the one that has waited longest goes, and the newest is answered."""

    async def told():
        async with serving() as (address, connections):
            idle = [await asyncio.open_connection(*address) for _ in range(2 * room)]
            answer = await answer_to(address, b"GET / HTTP/1.0\r\n\r\n")
            gone = [reader.at_eof() or reader.exception() is not None for reader, _ in idle]
            for _, writer in idle:
                await hang_up(writer)
            return answer, len(connections), gone

    answer, held, gone = asyncio.run(told())
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert held <= room
    assert sorted(gone, reverse=True) == gone  # the oldest went first
    assert room < sum(gone)


def test_who_is_being_answered_keeps_the_place(room):
    """An answer that takes its time is given, whoever comes meanwhile; when all places are such, 503."""

    async def told():
        go_on = asyncio.Event()

        async def slow(scope, receive, send):
            await go_on.wait()
            await app(scope, receive, send)

        async with serving(application=slow) as (address, connections):
            asking = [asyncio.create_task(answer_to(address, b"GET / HTTP/1.0\r\n\r\n")) for _ in range(room)]
            while len([one for one in connections if one.cycle is not None]) < room:
                await asyncio.sleep(0.01)
            refused = await answer_to(address, b"GET / HTTP/1.0\r\n\r\n")
            go_on.set()
            return refused, await asyncio.gather(*asking)

    refused, answered = asyncio.run(told())
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert room == len([one for one in answered if one.startswith(b"HTTP/1.1 200 ")])


def test_the_file_limit_is_raised_as_far_as_it_goes():
    """To the hard limit, or to 65,536."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, hard))
    try:
        assert 44 == most_connections()
        assert min(hard, ENOUGH_FILES) == raise_file_limit() == file_limit()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
