import asyncio
import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import Malformed, NotFound, Unavailable
from memory.records import Snapshot
from memory.snapshots import Snapshots

AT = datetime(2026, 1, 2, tzinfo=UTC)
TEXT = "Pumps\nAcme makes pumps in Zürich. 🛠"


async def saved(folder: Path, text: str = TEXT) -> Snapshot:
    return await Snapshots(folder).save(text, url="https://acme.example/", fetched_at=AT, title="Acme", lang="en")


async def test_a_text_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    snapshot = await saved(tmp_path)
    assert await Snapshots(tmp_path).text(snapshot) == TEXT


async def test_a_snapshot_names_its_file_by_the_hash_of_its_bytes(tmp_path: Path) -> None:
    snapshot = await saved(tmp_path)
    sha256 = hashlib.sha256((tmp_path / snapshot.file).read_bytes()).hexdigest()
    assert (snapshot.sha256, snapshot.id, snapshot.file) == (sha256, sha256[:16], f"snapshots/{sha256}.txt")


async def test_the_same_text_is_kept_once_even_when_it_is_saved_at_once(tmp_path: Path) -> None:
    snapshots = await asyncio.gather(*(saved(tmp_path) for _ in range(20)))
    assert len({snapshot.sha256 for snapshot in snapshots}) == 1
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == [Path(snapshots[0].file).name]


async def test_a_torn_file_of_an_earlier_run_is_written_anew(tmp_path: Path) -> None:
    snapshot = await saved(tmp_path)
    (tmp_path / snapshot.file).write_bytes(b"Pum")
    assert await Snapshots(tmp_path).text(await saved(tmp_path)) == TEXT


async def test_a_file_that_was_changed_is_mended_when_its_page_is_read_again(tmp_path: Path) -> None:
    snapshot = await saved(tmp_path)
    same_size = (tmp_path / snapshot.file).read_bytes().replace(b"makes", b"bakes")
    (tmp_path / snapshot.file).write_bytes(same_size)
    assert await Snapshots(tmp_path).text(await saved(tmp_path)) == TEXT


async def test_a_folder_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="could not be written"):
        await saved(tmp_path)


async def test_a_half_written_file_never_has_the_snapshots_name(tmp_path: Path) -> None:
    """A reader beside twenty writers finds the whole text or nothing."""
    text = TEXT * 20_000
    file = tmp_path / "snapshots" / f"{hashlib.sha256(text.encode()).hexdigest()}.txt"
    writers = asyncio.gather(*(saved(tmp_path, text) for _ in range(20)))
    while not writers.done():
        assert not file.exists() or len(file.read_bytes()) == len(text.encode())
        await asyncio.sleep(0)
    await writers
    assert file.read_text(encoding="utf-8") == text


async def test_a_file_that_was_changed_is_not_read_as_the_snapshot(tmp_path: Path) -> None:
    snapshot = await saved(tmp_path)
    changed = (tmp_path / snapshot.file).read_bytes().replace(b"makes", b"bakes")
    (tmp_path / snapshot.file).write_bytes(changed)
    with pytest.raises(Malformed, match="changed after it was saved"):
        await Snapshots(tmp_path).text(snapshot)


@pytest.mark.parametrize("file", ["../secret.txt", "/etc/passwd", "snapshots/../../secret.txt"])
async def test_a_snapshot_cannot_point_outside_its_folder(tmp_path: Path, file: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "data"
    snapshot = (await saved(folder)).model_copy(update={"file": file})
    with pytest.raises(Malformed, match="outside"):
        await Snapshots(folder).text(snapshot)


async def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "data"
    snapshot = await saved(folder)
    (folder / snapshot.file).unlink()
    (folder / snapshot.file).symlink_to(tmp_path / "secret.txt")
    with pytest.raises(Malformed, match="outside"):
        await Snapshots(folder).text(snapshot)


async def test_a_snapshot_whose_file_is_gone_is_not_found(tmp_path: Path) -> None:
    snapshot = await saved(tmp_path)
    (tmp_path / snapshot.file).unlink()
    with pytest.raises(NotFound, match="cannot be read"):
        await Snapshots(tmp_path).text(snapshot)


async def test_a_lone_surrogate_is_malformed_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="letters"):
        await saved(tmp_path, "Pumps \ud800 from Hull")
    assert not (tmp_path / "snapshots").exists()


@given(text=st.text(max_size=200))
def test_any_text_that_can_be_written_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")

    async def there_and_back() -> str:
        return await Snapshots(folder).text(await saved(folder, text))

    assert asyncio.run(there_and_back()) == text
