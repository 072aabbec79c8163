"""The folder of a run: refused before any work where it is not one, and held by one process at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from memory.errors import Conflict, Invalid, Malformed, NotFound
from server.run_folder import begin, open_folder, reopen


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Path]:
    files = {"icp": tmp_path / "icp.toml", "offer": tmp_path / "offer.toml"}
    for path in files.values():
        path.write_text("name = 'x'\n", encoding="utf-8")
    return files


def begun(path: Path, inputs: dict[str, Path], web: str = "w") -> str:
    with begin(path, icp=inputs["icp"], offer=inputs["offer"], web_sha256=web) as folder:
        return folder.thread_id("lead")


def test_a_folder_is_gone_on_with_under_the_same_run_ids(tmp_path: Path, inputs: dict[str, Path]) -> None:
    assert begun(tmp_path / "out", inputs) == begun(tmp_path / "out", inputs)
    assert begun(tmp_path / "out", inputs) != begun(tmp_path / "other", inputs)


def test_the_profile_and_the_offer_are_kept_as_they_were_used(tmp_path: Path, inputs: dict[str, Path]) -> None:
    begun(tmp_path / "out", inputs)
    assert (tmp_path / "out" / "icp.toml").read_bytes() == inputs["icp"].read_bytes()
    assert (tmp_path / "out" / "offer.toml").read_bytes() == inputs["offer"].read_bytes()


@pytest.mark.parametrize("changed", ["icp", "offer", "web"])
def test_going_on_with_another_input_is_refused_by_name(
    tmp_path: Path, inputs: dict[str, Path], changed: str
) -> None:
    begun(tmp_path / "out", inputs)
    if changed != "web":
        inputs[changed].write_text("name = 'y'\n", encoding="utf-8")
    name = {"icp": "profile"}.get(changed, changed)
    with pytest.raises(Conflict, match=f"another {name}"):
        begun(tmp_path / "out", inputs, web="x" if changed == "web" else "w")


def test_a_file_a_link_and_a_folder_of_something_else_are_refused_untouched(
    tmp_path: Path, inputs: dict[str, Path]
) -> None:
    file, link, other = tmp_path / "file", tmp_path / "link", tmp_path / "other"
    file.write_text("mine", encoding="utf-8")
    link.symlink_to("/")
    other.mkdir()
    (other / "thesis.doc").write_text("mine", encoding="utf-8")
    for path, why in (
        (file, "is a file"),
        (link, "is a link"),
        (other, "thesis.doc"),
        (file / "under", "cannot be"),
    ):
        with pytest.raises(Invalid, match=why):
            begun(path, inputs)
    assert file.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in other.iterdir()] == ["thesis.doc"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path, inputs: dict[str, Path]) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(Invalid, match="cannot be written"):
        begun(tmp_path / "locked" / "out", inputs)


def test_the_second_process_is_told_who_holds_the_folder(tmp_path: Path, inputs: dict[str, Path]) -> None:
    script = (
        "import sys; from pathlib import Path; from server.run_folder import reopen\n"
        "with reopen(Path(sys.argv[1])): pass"
    )
    with begin(tmp_path / "out", icp=inputs["icp"], offer=inputs["offer"], web_sha256="w"):
        second = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "out")],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=False,
        )
    assert f"process {os.getpid()}" in second.stderr
    with reopen(tmp_path / "out"):
        pass  # and it is free again


def test_a_folder_that_was_killed_while_it_was_begun_can_be_begun_again(
    tmp_path: Path, inputs: dict[str, Path]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "icp.toml").write_bytes(inputs["icp"].read_bytes())
    (out / ".offer.toml.77").write_text("name =", encoding="utf-8")
    begun(out, inputs)
    assert (out / "icp.toml").read_bytes() == inputs["icp"].read_bytes()


def test_a_profile_of_the_users_own_that_lies_there_is_never_overwritten(
    tmp_path: Path, inputs: dict[str, Path]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "icp.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(Invalid, match=r"something else \(icp\.toml\)"):
        begun(out, inputs)
    assert (out / "icp.toml").read_text(encoding="utf-8") == "mine"


def test_the_inputs_may_lie_in_the_folder_itself(tmp_path: Path) -> None:
    inputs = {name: tmp_path / f"{name}.toml" for name in ("icp", "offer")}
    for path in inputs.values():
        path.write_text("name = 'x'\n", encoding="utf-8")
    assert begun(tmp_path, inputs) == begun(tmp_path, inputs)


@pytest.mark.parametrize("name", ["icp.toml", "offer.toml"])
def test_a_profile_or_an_offer_that_was_changed_after_the_run_is_refused(
    tmp_path: Path, inputs: dict[str, Path], name: str
) -> None:
    begun(tmp_path / "out", inputs)
    (tmp_path / "out" / name).write_text("name = 'z'\n", encoding="utf-8")
    with pytest.raises(Conflict, match="changed after the run"), reopen(tmp_path / "out"):
        pass


def test_what_is_no_run_or_a_damaged_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not the folder of a run"):
        open_folder(tmp_path)
    (tmp_path / "run.json").write_text('{"version": 1', encoding="utf-8")
    with pytest.raises(Malformed, match="damaged"):
        open_folder(tmp_path)
