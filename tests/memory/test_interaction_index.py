"""One promise for every form of the index: the embedded one, and Qdrant's client (in process, or on a server)."""

import multiprocessing
import os
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient

from memory.edge_index import EdgeIndex
from memory.edge_shard import Shard
from memory.errors import Conflict, Unavailable
from memory.interaction_index import Index, Mark, Point, Probe
from memory.interaction_words import words_of, words_of_query
from memory.interactions import Where
from memory.records import Interaction
from memory.server_index import ServerIndex, open_client

MODEL, SIZE = "test@8", 8
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SERVER = os.environ.get("QDRANT_URL")
MARK = Mark(layout=1, model=MODEL, log_id="log", seq=3)


def happened(number: int, **given: Any) -> Interaction:
    base = {
        "id": f"n{number}",
        "account": f"a{number % 3}.example",
        "person": f"p{number % 4}@a{number % 3}.example",
        "kind": ("mail_sent", "mail_received", "note")[number % 3],
        "campaign": "spring" if number % 2 else "",
        "outcome": "refused" if number == 4 else None,
        "at": START + timedelta(hours=number),
        "text": f"common word{number}",
    }
    return Interaction.model_validate(base | given)


def direction(*numbers: float) -> Any:
    row = np.zeros(SIZE, dtype=np.float32)
    row[: len(numbers)] = numbers
    return row / np.linalg.norm(row)


def point(item: Interaction, *rows: Any) -> Point:
    return Point.of(item, np.array(rows, dtype=np.float32), words_of(item))


ITEMS = [happened(n) for n in range(12)]
POINTS = [point(item, direction(1.0, float(n))) for n, item in enumerate(ITEMS)]


def probe(*numbers: float, words: str = "") -> Probe:
    return Probe(direction(*numbers), words_of_query(words))


def found(hits: list[Any]) -> set[UUID]:
    return {hit.id for hit in hits}


@pytest.fixture(params=["edge", "client"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Index]:
    made = form(request.param, tmp_path)
    yield made
    if request.param == "client" and SERVER:
        await made.clear()
    await made.close()


def form(name: str, folder: Path) -> Index:
    if name == "edge":
        return EdgeIndex(folder, model=MODEL, size=SIZE)
    client = open_client(SERVER, os.environ.get("QDRANT_API_KEY")) if SERVER else AsyncQdrantClient(":memory:")
    return ServerIndex(client, model=MODEL, size=SIZE, collection=f"zigral-test-{uuid4().hex}")


async def test_what_was_put_is_found_at_once_by_meaning_and_by_words(index: Index) -> None:
    await index.put(POINTS)
    assert await index.count() == 12
    near = await index.search(probe(1.0, 0.0), Where(), 1)
    assert found(near) == {ITEMS[0].id}
    both = await index.search(probe(1.0, 0.0, words="word7"), Where(), 1)
    assert found(both) == {ITEMS[0].id, ITEMS[7].id}
    meaning = {hit.id: hit.meaning for hit in both}
    assert meaning[ITEMS[0].id] == pytest.approx(1.0, abs=1e-3)
    assert meaning[ITEMS[7].id] == pytest.approx(1 / 50**0.5, abs=1e-3)  # told of what was found by words alone
    assert {hit.id for hit in both if hit.words > 0} == {ITEMS[7].id}


async def test_a_long_one_is_as_near_as_its_nearest_piece(index: Index) -> None:
    await index.put([point(ITEMS[0], direction(1.0), direction(0.0, 1.0)), point(ITEMS[1], direction(1.0, 1.0))])
    hits = {hit.id: hit.meaning for hit in await index.search(probe(0.0, 1.0), Where(), 5)}
    assert hits[ITEMS[0].id] == pytest.approx(1.0, abs=1e-3)
    assert hits[ITEMS[1].id] == pytest.approx(0.5**0.5, abs=1e-3)


async def test_putting_again_takes_the_older_ones_place(index: Index) -> None:
    await index.put(POINTS)
    await index.put([point(happened(0, text="otherwise"), direction(0.0, 0.0, 1.0))])
    assert await index.count() == 12
    assert found(await index.search(probe(0.0, 0.0, 1.0), Where(), 1)) == {ITEMS[0].id}
    words = await index.search(probe(1.0, 0.0, words="word0"), Where(), 12)
    assert all(hit.words == 0 for hit in words if hit.id == ITEMS[0].id)


FILTERS = [
    Where(account="a1.example"),
    Where(person="P1+x@a1.example"),
    Where(account="a1.example", person="p1@a1.example"),
    Where(account="a2.example", person="p1@a1.example"),
    Where(kinds=frozenset({"note"})),
    Where(kinds=frozenset({"note", "mail_sent"}), campaign="spring"),
    Where(campaign=""),
    Where(outcomes=frozenset({"refused", "wait"})),
    Where(since=START + timedelta(hours=3)),
    Where(until=START + timedelta(hours=3)),
    Where(since=START + timedelta(hours=3), until=START + timedelta(hours=5), account="a0.example"),
    Where(account="nobody.example"),
    Where(),
]


async def test_a_filter_means_the_same_as_for_the_records(index: Index) -> None:
    await index.put(POINTS)
    for where in FILTERS:
        meant = {item.id for item in ITEMS if where.holds(item)}
        assert found(await index.search(probe(1.0, 1.0, words="common"), where, 50)) == meant, where
        assert await index.count(where) == len(meant), where


async def test_what_was_removed_is_gone_and_removing_it_again_changes_nothing(index: Index) -> None:
    await index.put(POINTS)
    for _ in range(2):
        await index.remove([ITEMS[3].id, uuid4()])
    assert await index.count() == 11
    assert ITEMS[3].id not in found(await index.search(probe(1.0, 3.0, words="word3"), Where(), 50))
    await index.put([POINTS[3]])
    assert await index.count() == 12


async def test_a_mark_is_kept_beside_the_points_and_never_found(index: Index) -> None:
    assert await index.mark() is None
    await index.put(POINTS, MARK)
    assert await index.mark() == MARK
    await index.remove([ITEMS[0].id], MARK.model_copy(update={"seq": 4}))
    await index.put([])
    assert await index.mark() == MARK.model_copy(update={"seq": 4})
    assert len(found(await index.search(probe(1.0, 1.0), Where(), 50))) == await index.count() == 11


async def test_clearing_leaves_nothing_and_it_can_be_used_again(index: Index) -> None:
    await index.put(POINTS, MARK)
    await index.clear()
    assert (await index.count(), await index.mark()) == (0, None)
    await index.put(POINTS[:2], MARK)
    assert (await index.count(), await index.mark()) == (2, MARK)


async def test_nothing_to_put_or_to_remove_is_no_error(index: Index) -> None:
    await index.put([])
    await index.remove([])
    assert await index.search(probe(1.0, words="the"), Where(), 5) == []


async def test_a_search_of_thousands_ends_where_it_should(index: Index) -> None:
    rng = np.random.default_rng(1)
    for start in range(0, 1024, 256):
        await index.put([point(happened(n), direction(*rng.normal(size=SIZE))) for n in range(start, start + 256)])
    assert await index.count() == 1024
    assert len(await index.search(probe(1.0, words="word1000 word17"), Where(), 64)) in {64, 65, 66}


@pytest.fixture
def reopen(tmp_path: Path) -> Callable[[], Shard]:
    """The embedded index without its process, which takes a second to start."""
    return lambda: Shard(tmp_path, MODEL, SIZE, "process 7 (a test)")


def filled(shard: Shard) -> None:
    shard.put(POINTS, MARK)
    shard.close()


def held(shard: Shard) -> tuple[int, Mark | None]:
    return shard.count(Where()), shard.mark()


def test_what_was_marked_is_there_when_it_is_opened_again(reopen: Callable[[], Shard]) -> None:
    filled(reopen())
    again = reopen()
    assert held(again) == (12, MARK)
    again.close()


def test_an_index_of_another_model_begins_empty(reopen: Callable[[], Shard], tmp_path: Path) -> None:
    filled(reopen())
    other = Shard(tmp_path, "other@4", 4, "")
    assert held(other) == (0, None)
    other.close()


@pytest.mark.parametrize("harm", ["no folder", "no mark", "bytes", "half a copy", "between two renames"])
def test_whatever_happened_to_the_folder_the_index_opens_whole_or_empty(
    reopen: Callable[[], Shard], tmp_path: Path, harm: str
) -> None:
    filled(reopen())
    harmed(tmp_path, harm)
    again = reopen()
    assert held(again) == ((12, MARK) if harm == "half a copy" else (0, None))
    again.put(POINTS, MARK)
    assert held(again) == (12, MARK)
    again.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.json", "lock", "shard"]


def harmed(folder: Path, harm: str) -> None:
    shard = folder / "shard"
    if harm == "no folder":
        shutil.rmtree(shard)
    elif harm == "no mark":
        (folder / "index.json").write_text("{")
    elif harm == "bytes":
        for path in shard.rglob("*.json"):
            path.write_bytes(b"\x00" * 64)
    elif harm == "half a copy":
        (folder / "shard.new").mkdir()
        (folder / "shard.new" / "half").write_bytes(b"x")
    else:
        shard.rename(folder / "shard.old")


def files(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_no_byte_of_what_was_removed_is_left_in_the_files(reopen: Callable[[], Shard], tmp_path: Path) -> None:
    shard = reopen()
    secret = direction(0.123, 0.456, 0.789)
    shard.put([*POINTS[1:], point(ITEMS[0], secret)], MARK)
    traces = (secret.tobytes(), ITEMS[0].id.bytes, str(ITEMS[0].id).encode())
    assert any(trace in data for data in files(tmp_path) for trace in traces[:1])
    shard.remove([ITEMS[0].id], MARK)
    shard.close()
    assert not any(trace in data for data in files(tmp_path) for trace in traces)
    again = reopen()
    assert held(again) == (11, MARK)
    again.close()


def test_no_text_and_no_address_is_in_the_files_at_all(reopen: Callable[[], Shard], tmp_path: Path) -> None:
    shard = reopen()
    item = happened(1, text="allotment in Dalston", person_name="Jana Krüger")
    shard.put([point(item, direction(1.0))], MARK)
    shard.close()
    data = b"".join(files(tmp_path))
    assert not any(word in data for word in (b"Dalston", b"allotment", b"Jana", b"p1@a1.example"))
    assert b"a1.example" in data


async def test_a_folder_that_another_process_holds_is_refused_with_its_name(
    reopen: Callable[[], Shard], tmp_path: Path
) -> None:
    shard = reopen()
    index = EdgeIndex(tmp_path, model=MODEL, size=SIZE)
    with pytest.raises(Conflict, match=r"held by process 7 \(a test\).*QDRANT_URL"):
        await index.count()
    shard.close()
    assert await index.count() == 0
    await index.close()


async def test_an_index_whose_process_was_killed_is_there_again_with_all_that_was_marked(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path, model=MODEL, size=SIZE)
    await index.put(POINTS, MARK)
    for child in multiprocessing.active_children():
        child.kill()
        child.join()
    assert (await index.count(), await index.mark()) == (12, MARK)
    await index.close()


def test_a_disk_that_is_nearly_full_is_refused_before_it_kills(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="Make space"):
        Shard(tmp_path, MODEL, SIZE, "", least_free=1 << 60)


async def test_a_server_that_is_not_there_is_unavailable_and_says_no_address() -> None:
    index = ServerIndex(open_client("http://127.0.0.1:9", "hunter2"), model=MODEL, size=SIZE)
    with pytest.raises(Unavailable, match="did not answer") as error:
        await index.count()
    assert "127.0.0.1" not in str(error.value)
    assert "hunter2" not in str(error.value)
    await index.close()


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [(401, Unavailable, "QDRANT_API_KEY"), (403, Unavailable, "QDRANT_API_KEY"), (500, Unavailable, "HTTP 500")],
)
async def test_what_a_server_answers_becomes_our_own_error(status: int, error: type[Exception], words: str) -> None:
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["api-key"])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        index = ServerIndex(
            open_client(f"http://127.0.0.1:{server.server_port}", "hunter2"), model=MODEL, size=SIZE
        )
        with pytest.raises(error, match=words) as raised:
            await index.count()
        await index.close()
        server.shutdown()
    assert asked == ["hunter2"]
    assert "hunter2" not in str(raised.value)


async def test_a_collection_of_another_model_is_made_anew() -> None:
    client = AsyncQdrantClient(":memory:")
    first = ServerIndex(client, model=MODEL, size=SIZE)
    await first.put(POINTS, MARK)
    other = ServerIndex(client, model="other@4", size=4)
    assert (await other.count(), await other.mark()) == (0, None)
    await other.close()


def test_a_mark_goes_on_only_from_one_of_its_own_log_that_is_not_ahead() -> None:
    later = MARK.model_copy(update={"seq": 9})
    assert later.goes_on_from(MARK)
    assert not MARK.goes_on_from(later)
    for other in ({"model": "other"}, {"layout": 0}, {"log_id": "another"}):
        assert not later.goes_on_from(MARK.model_copy(update=other))
    assert not later.goes_on_from(None)
