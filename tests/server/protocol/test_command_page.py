"""docs/command.md's calls with curl do what the page says."""

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs" / "command.md"
GRAPHS = Path(__file__).parent / "graphs" / "langgraph.json"


def commands() -> list[str]:
    """The blocks that call the server, each as one piece of shell."""
    blocks = re.findall(r"(?:^    .*\n)+", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    shells = [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks]
    return [shell for shell in shells if "curl" in shell]


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl on this machine")
async def test_the_calls_plan_change_run_and_watch(serve: Any, tmp_path: Path) -> None:
    async with serve(GRAPHS) as http:
        script = "\necho; echo ----\n".join(commands())
        shell = await asyncio.create_subprocess_exec(
            "bash", "-euc", f"URL={http.base_url}\n{script}", stdout=asyncio.subprocess.PIPE, cwd=tmp_path
        )
        printed = (await shell.communicate())[0].decode().split("----\n")
    assert shell.returncode == 0
    planned, changed, executed, execution, watched = printed
    assert json.loads(planned)["kind"] == "prospect"
    assert json.loads(changed)["version"] == 2
    assert json.loads(executed)["steps"][0]["parameters"]["limit"] == 5
    assert json.loads(execution)["execution_id"] == json.loads(executed)["execution_id"]
    assert "event: status" in watched
    assert json.loads(watched.strip().splitlines()[-1])["progress"] == 1
