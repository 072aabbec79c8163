"""Who gets in over HTTP, what is refused before a route sees it, and in which words."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from memory.errors import Invalid, Refused
from server.listening import listen
from server.settings import Settings

KEYS = "ada:ada-key,bob:bob-key"


async def test_probes_need_no_key_and_everything_else_does(serve: Any) -> None:
    async with serve(api_keys=KEYS) as http:
        assert [(await http.get(path)).status_code for path in ("/ok", "/health", "/ready")] == [200] * 3
        for path in ("/info", "/openapi.json", "/nothing"):
            assert (await http.get(path)).status_code == 401
            assert (await http.get(path, headers={"X-Api-Key": "ada-keys"})).status_code == 401
            assert (await http.get(path, params={"api_key": "ada-key", "X-Api-Key": "ada-key"})).status_code == 401
        assert (await http.get("/info", headers={"X-Api-Key": "bob-key"})).status_code == 200
        assert (await http.get("/info", headers={"Authorization": "Bearer ada-key"})).status_code == 200


async def test_a_refusal_is_a_detail_on_the_protocols_paths_and_a_problem_on_others(serve: Any) -> None:
    async with serve() as http:
        answer = await http.get("/runs/crons")
        assert (answer.status_code, list(answer.json())) == (404, ["detail"])
        answer = await http.get("/nothing")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 404


async def test_a_body_over_the_limit_is_413_whether_it_says_so_or_not(serve: Any) -> None:
    async with serve(max_body=1000) as http:

        async def chunks() -> Any:
            for _ in range(200):
                yield b"x" * 10_000

        for content in (b"x" * 5_000_000, chunks()):
            answer = await http.post("/ok", content=content, headers={"Content-Type": "application/json"})
            assert answer.status_code == 413


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"Content-Length: 10\r\nContent-Type: application/json\r\n\r\n{", b"408"),
        (b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n1\r\n{\r\n", b"408"),
        (b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"400"),
        (b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", b"400"),
        (b"Content-Length: 2\r\nContent-Type: text/plain\r\n\r\n{}", b"415"),
        (b"Content-Length: 2\r\n\r\n{}", b"415"),
        (b"X-Slow: header without an end", b""),
    ],
)
async def test_requests_that_lie_or_never_end_are_answered_and_closed(
    serve: Any, request_head: bytes, status: bytes
) -> None:
    async with serve(client_seconds=0.3) as http:
        reader, writer = await asyncio.open_connection("127.0.0.1", http.base_url.port)
        writer.write(b"POST /ok HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + request_head)
        answer = await asyncio.wait_for(reader.read(), 20)
        assert answer[9:12] == status
        writer.close()


async def test_a_server_without_keys_takes_no_writes_under_another_hosts_name(serve: Any) -> None:
    async with serve() as http:
        assert (await http.post("/nothing", json={}, headers={"Host": "evil.example"})).status_code == 403
        assert (await http.post("/nothing", json={}, headers={"Host": "localhost:1"})).status_code == 404


async def test_a_browser_may_ask_before_it_has_a_key_and_never_with_credentials(serve: Any) -> None:
    async with serve(api_keys=KEYS) as http:
        wish = {
            "Origin": "https://studio.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-api-key,last-event-id,x-auth-scheme",
        }
        answer = await http.options("/threads", headers=wish)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
        assert "access-control-allow-credentials" not in answer.headers
        refused = await http.get("/info", headers={"Origin": "https://studio.example"})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "*")


async def test_a_path_answers_with_and_without_a_slash_at_its_end(serve: Any) -> None:
    async with serve() as http:
        assert [(await http.get(path)).status_code for path in ("/ok", "/ok/", "/info/")] == [200] * 3


def test_another_host_is_refused_without_keys() -> None:
    with pytest.raises(Refused, match="ZIGRAL_API_KEYS"):
        listen("0.0.0.0", 0, Settings())


def test_the_end_of_an_answer_does_not_wait_for_the_client_to_acknowledge_its_beginning() -> None:
    with (
        listen("127.0.0.1", 0, Settings()) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as taken,
    ):
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    "keys", ["secret", "ada:secret,bob:", ":secret", "ada:secret,ada:l", "a:secret,b:secret", "a b:secret"]
)
def test_keys_that_cannot_be_read_are_refused_without_being_shown(keys: str) -> None:
    with pytest.raises(Invalid, match="ZIGRAL_API_KEYS") as refused:
        Settings.from_env({"ZIGRAL_API_KEYS": keys})
    assert "secret" not in str(refused.value)


def written(folder: Path, **keys: Any) -> Path:
    (folder / "langgraph.json").write_text(json.dumps(keys), encoding="utf-8")
    return folder / "langgraph.json"


async def test_a_project_whose_packages_have_our_names_is_refused(serve: Any, tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "web.py").write_text("", encoding="utf-8")
    with pytest.raises(Exception, match="top-level tools of its own"):
        async with serve(written(tmp_path, dependencies=["."], graphs={"a": "./a.py:a"})):
            pass


async def test_metrics_are_prometheus_and_without_a_key_for_this_machine_alone(serve: Any) -> None:
    async with serve(api_keys=KEYS) as http:
        answer = await http.get("/metrics")
        assert 'zigral_runs{status="pending"} 0.0' in answer.text
        assert (await http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})).status_code == 401


async def test_more_open_answers_than_the_limit_are_refused_until_one_closes(serve: Any) -> None:
    async with serve(max_streams=2) as http:
        thread = (await http.post("/threads", json={})).json()["thread_id"]
        path = f"/threads/{thread}/stream"
        async with http.stream("GET", path) as first, http.stream("GET", path) as second:
            assert (first.status_code, second.status_code) == (200, 200)
            refused = await http.get(path)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
            assert (await http.get(f"/threads/{thread}")).status_code == 200
        async with asyncio.timeout(20):  # the server hears of it a moment later
            while not await opens(http, path):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def opens(http: httpx.AsyncClient, path: str) -> bool:
    async with http.stream("GET", path) as answer:
        return answer.status_code == 200


async def test_a_data_server_that_hangs_is_told_and_hangs_nobody(serve: Any, short_folder: Path) -> None:
    async with serve(answer_seconds=0.5) as http:
        thread = (await http.post("/threads", json={})).json()["thread_id"]
        with stopped(short_folder / "redis"):
            for path in (f"/threads/{thread}", "/assistants/f47ac10b-58cc-4372-a567-0e02b2c3d479"):
                answer = await http.get(path)
                assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
            assert (await http.get("/ok")).status_code == 200
            health = await http.get("/health")
            assert (health.status_code, health.json()["down"]) == (200, ["redis"])
        async with asyncio.timeout(20):
            while (await http.get("/ready")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert (await http.get(f"/threads/{thread}")).status_code == 200


async def test_a_data_server_that_takes_no_writes_is_told_and_nothing_is_accepted(
    serve: Any, short_folder: Path
) -> None:
    async with serve() as http:
        with redis.Redis(unix_socket_path=str(short_folder / "redis" / "redis.sock")) as client:
            client.config_set("maxmemory", "1")
            ready = await http.get("/ready")
            assert (ready.status_code, ready.json()["down"]) == (503, ["redis"])
            assert (await http.post("/threads", json={})).status_code == 503
            client.config_set("maxmemory", "0")
        assert (await http.get("/ready")).status_code == 200
        assert (await http.post("/threads/count", json={})).json() == 0


async def test_no_answer_names_the_place_of_a_data_server_that_is_away(serve: Any, short_folder: Path) -> None:
    async with serve() as http:
        with redis.Redis(unix_socket_path=str(short_folder / "redis" / "redis.sock")) as client:
            client.shutdown(nosave=True)
        answer = await http.post("/threads", json={})
        assert (answer.status_code, "redis.sock" in answer.text) == (503, False)


@contextmanager
def stopped(folder: Path) -> Iterator[None]:
    """The embedded server of this folder, stopped in its tracks."""
    with redis.Redis(unix_socket_path=str(folder / "redis.sock")) as client:
        pid = int(client.info()["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
