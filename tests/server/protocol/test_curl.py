"""docs/http.md's calls with curl do what the page says."""

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs" / "http.md"
OURS = Path(__file__).resolve().parents[3] / "langgraph.json"


def commands() -> list[str]:
    """The blocks of the section, each as one piece of shell."""
    section = PAGE.read_text(encoding="utf-8").split("## With curl", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks]


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl on this machine")
async def test_the_calls_run_stream_ask_approve_and_fork(serve: Any) -> None:
    made, streamed, asked, approved, forked = commands()
    async with serve(OURS) as http:
        script = "\necho; echo ----\n".join([made, streamed, asked, approved, forked])
        shell = await asyncio.create_subprocess_exec(
            "bash", "-euc", f"URL={http.base_url}\n{script}", stdout=asyncio.subprocess.PIPE
        )
        printed = (await shell.communicate())[0].decode().split("----\n")
    assert shell.returncode == 0
    assert "event: updates" in printed[1]
    assert json.loads(printed[2])["next"] == ["approve"]
    assert json.loads(printed[3])["status"] == "approved"
    assert '"status":"skipped"' in printed[4]
