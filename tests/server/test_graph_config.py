"""Any project's langgraph.json is served, or refused with a sentence that says what is wrong with it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore

from memory.errors import Conflict, Invalid, NotFound, ZigralError
from server.graph_config import OURS, read_graph_config
from server.graph_description import schemas_of
from server.graph_registry import Graphs, load_graphs

GRAPH = """
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

class State(TypedDict, total=False):
    text: str

def step(state: State) -> State:
    return {"text": "WORD"}

def build():
    return StateGraph(State).add_node(step).add_edge(START, "step").add_edge("step", END)
"""


def written(folder: Path, text: str | None = None, **keys: Any) -> Path:
    path = folder / "langgraph.json"
    path.write_text(json.dumps(keys) if text is None else text, encoding="utf-8")
    return path


async def loaded(path: Path) -> Graphs:
    store = InMemoryStore()
    return await load_graphs(read_graph_config(path), checkpointer=InMemorySaver(), store_of=lambda _: store)


async def said(graphs: Graphs, graph_id: str, **configurable: Any) -> object:
    config: Any = {"configurable": {"thread_id": graph_id, **configurable}}
    graph = await graphs.compiled(graph_id, config)
    return (await graph.ainvoke({}, config))["text"]


async def test_every_kind_of_graph_is_loaded_and_gets_our_checkpointer_and_store(tmp_path: Path) -> None:
    kinds = """
from langgraph.checkpoint.memory import InMemorySaver
from langgraph_sdk.runtime import ServerRuntime
uncompiled = build()
compiled = build().compile(checkpointer=InMemorySaver(), name="theirs")
def plain(): return build()
async def in_time(): return build().compile()
def configured(config): return build() if config["configurable"]["deep"] else None
async def with_runtime(runtime: ServerRuntime): return build() if runtime.store is not None else None
"""
    (tmp_path / "zt_kinds.py").write_text(GRAPH + kinds, encoding="utf-8")
    names = ("uncompiled", "compiled", "plain", "in_time", "configured", "with_runtime")
    graphs = await loaded(written(tmp_path, graphs={name: f"./zt_kinds.py:{name}" for name in names}))
    for name in names:
        config: Any = {"configurable": {"deep": True}}
        graph = await graphs.compiled(name, config)
        assert graph.store is graphs.store_of("")
        assert graph.checkpointer
        assert await said(graphs, name, deep=True) == "WORD"
    assert await graphs.compiled("compiled") is await graphs.compiled("compiled")
    with pytest.raises(NotFound, match="no graph 'nobody'"):
        await graphs.compiled("nobody")


async def test_modules_folders_and_relative_imports_work_as_the_project_wrote_them(tmp_path: Path) -> None:
    package = tmp_path / "src" / "zt_agent"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "words.py").write_text("WORD = 'relative'", encoding="utf-8")
    (package / "graph.py").write_text(
        GRAPH.replace('"WORD"', "WORD") + "\nfrom .words import WORD\ngraph = build()", encoding="utf-8"
    )
    places = {"file": "./src/zt_agent/graph.py:graph", "module": "zt_agent.graph:graph"}
    graphs = await loaded(written(tmp_path, dependencies=[".", "./src", "langgraph"], graphs=places))
    assert [await said(graphs, name) for name in places] == ["relative", "relative"]


@pytest.mark.parametrize("as_file", [False, True])
async def test_env_fills_what_is_not_set_and_wins_over_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, as_file: bool
) -> None:
    monkeypatch.setenv("ZT_SET", "ours")
    monkeypatch.setenv("ZT_UNSET", "")
    monkeypatch.delenv("ZT_UNSET")
    given = {"ZT_SET": "theirs", "ZT_UNSET": "theirs"}
    (tmp_path / ".env").write_text("\n".join(f"{key}={value}" for key, value in given.items()), encoding="utf-8")
    (tmp_path / "zt_env.py").write_text(
        GRAPH.replace('"WORD"', "SEEN") + "\nimport os\nSEEN = os.environ['ZT_UNSET']\ngraph = build()",
        encoding="utf-8",
    )
    env: Any = ".env" if as_file else given
    graphs = await loaded(written(tmp_path, env=env, graphs={"env": "./zt_env.py:graph"}))
    assert (os.environ["ZT_SET"], await said(graphs, "env")) == ("ours", "theirs")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"graphs": {"a": "./a.py"}}, "no place"),
        ({"graphs": {"a": "./missing.py:a"}}, "no file"),
        ({"graphs": {"a": "zt_no_such_module:a"}}, "cannot be imported"),
        ({"graphs": {"a": "./zt_bad.py:nothing"}}, "names no graph"),
        ({"graphs": {"a": "./zt_bad.py:number"}}, "names no graph"),
        ({"graphs": {"a": "./zt_raises.py:a"}}, "cannot be imported"),
        ({"graphs": {}}, "graphs"),
        ({}, "graphs"),
        ({"graphs": {"a": "./zt_bad.py:number"}, "dependencies": ["./nowhere"]}, "no folder"),
        ({"graphs": 7}, "graphs"),
    ],
)
async def test_a_file_that_cannot_be_served_is_refused_with_the_place(
    tmp_path: Path, keys: dict[str, Any], words: str
) -> None:
    (tmp_path / "zt_bad.py").write_text("number = 7", encoding="utf-8")
    (tmp_path / "zt_raises.py").write_text("raise RuntimeError('at import')", encoding="utf-8")
    with pytest.raises(Invalid, match=words):
        await loaded(written(tmp_path, **keys))


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 5000])
def test_a_file_that_is_no_json_object_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Invalid, match=r"langgraph\.json"):
        read_graph_config(written(tmp_path, text))
    with pytest.raises(Invalid, match="no such file"):
        read_graph_config(tmp_path / "nowhere.json")


@pytest.mark.parametrize("room", ["tools", "memory", "graphs", "nodes", "server"])
@pytest.mark.parametrize("as_package", [True, False])
async def test_a_project_with_packages_of_our_names_is_refused(
    tmp_path: Path, room: str, *, as_package: bool
) -> None:
    path = tmp_path / room / "__init__.py" if as_package else tmp_path / f"{room}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text("", encoding="utf-8")
    (tmp_path / "zt_graph.py").write_text(GRAPH + "graph = build()", encoding="utf-8")
    with pytest.raises(Conflict, match=f"top-level {room} of its own"):
        await loaded(written(tmp_path, dependencies=["."], graphs={"a": "./zt_graph.py:graph"}))


async def test_a_function_that_fails_or_gives_no_graph_fails_its_call_alone(tmp_path: Path) -> None:
    (tmp_path / "zt_failing.py").write_text(
        GRAPH + "\ndef fails(): raise RuntimeError('no')\ndef gives(): return 7\ngraph = build()", encoding="utf-8"
    )
    places = {name: f"./zt_failing.py:{name}" for name in ("fails", "gives", "graph")}
    graphs = await loaded(written(tmp_path, graphs=places))
    for name in ("fails", "gives"):
        with pytest.raises(ZigralError, match=name):
            await graphs.compiled(name)
    assert await said(graphs, "graph") == "WORD"


async def test_a_type_without_a_schema_has_none_and_the_rest_is_described(tmp_path: Path) -> None:
    (tmp_path / "zt_odd.py").write_text(
        GRAPH.replace("from typing_extensions", "from typing") + "graph = build()", encoding="utf-8"
    )
    graphs = await loaded(written(tmp_path, graphs={"odd": "./zt_odd.py:graph"}))
    assert schemas_of(await graphs.compiled("odd"))["state_schema"] is None


def test_our_own_file_is_read_and_unknown_keys_of_others_are_named(tmp_path: Path) -> None:
    assert list(read_graph_config(OURS / "langgraph.json").places) == ["outreach", "command", "workflow"]
    path = written(
        tmp_path, graphs={"a": "./a.py:a"}, http={"app": "x"}, webhooks={"url": {"require_https": False}}
    )
    config = read_graph_config(path)
    assert config.unknown_keys == ("http",)
    assert config.webhooks
    assert (config.webhooks.url.require_https, config.webhooks.url.disable_loopback) == (False, True)
