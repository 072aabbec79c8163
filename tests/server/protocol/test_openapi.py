"""Whatever is asked as /openapi.json allows, and much that it does not, is never answered by a fault of ours."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from server.app import create_app
from server.http.backend import open_backend
from server.http_server import HttpServer
from server.listening import listen
from server.settings import Settings

GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"
EXAMPLES = 3  # of one operation
SECONDS = 10.0


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server in a thread, with an event loop of its own: schemathesis asks it from this one."""
    with TemporaryDirectory(prefix="zigral-") as folder:
        chosen = Settings(data=Path(folder), client_seconds=SECONDS)
        with listen("127.0.0.1", 0, chosen) as listener:
            ready, servers = threading.Event(), list[HttpServer]()

            async def serve() -> None:
                async with open_backend(chosen, GRAPHS) as backend:
                    servers.append(HttpServer(backend, create_app(backend=backend), on_listening=ready.set))
                    await servers[0].serve(sockets=[listener])

            thread = threading.Thread(target=asyncio.run, args=(serve(),))
            thread.start()
            assert ready.wait(30)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            servers[0].should_exit = True
            thread.join(30)


def test_no_request_that_the_description_allows_makes_a_fault(url: str) -> None:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    operations = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    assert len(operations) > 30
    faults: list[str] = []
    with httpx.Client(base_url=url, timeout=2 * SECONDS) as http:
        for operation in operations:

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy())
            def ask(case: schemathesis.Case) -> None:
                response = case.call(base_url=url)
                if response.status_code >= 500:
                    faults.append(
                        f"{case.method} {case.path} {response.status_code}: {case.as_curl_command()[:500]}"
                    )

            ask()
        assert http.get("/ok").json() == {"ok": True}
    assert faults == []
