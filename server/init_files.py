"""The three files that `zigral init` writes, made of checked answers: all of them, or none."""

import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from dotenv import dotenv_values
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from memory.errors import Invalid, Unavailable
from server.init_questions import DEFAULTS, EMPLOYEES
from tools.profile_files import load_icp, load_offer

NAMES = ("icp.toml", "offer.toml", ".env")
TEMPLATES = {"icp.toml": "icp.toml.jinja", "offer.toml": "offer.toml.jinja", ".env": "env.jinja"}
SECRET = 0o600
PUBLIC = 0o644


def there_already(folder: Path) -> list[str]:
    """Which of the three there are, links to nowhere included."""
    return [name for name in NAMES if (folder / name).exists() or (folder / name).is_symlink()]


def written_texts(
    names: Sequence[str], answers: Mapping[str, str], *, key: str, examples: Iterable[str]
) -> dict[str, str]:
    """The text of each of these files, by its name."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - these are no pages; `toml` and `env` quote each value
    )
    environment.filters.update(toml=_toml, env=_env)
    defaults = {"default_base_url": DEFAULTS.openai_base_url, "default_model": DEFAULTS.model}
    parts = _parts(answers) if "icp.toml" in names else {}
    values = {**answers, **parts, **defaults, "key": key, "examples": list(examples)}
    return {name: environment.get_template(TEMPLATES[name]).render(values) for name in names}


def write_files(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Put the files there, having read each as Zigral will; the names of what was kept aside.

    Whatever stood in their place is kept beside them. Nothing is changed where one cannot be written.
    """
    mark = uuid4().hex[:8]
    drafts = {name: folder / f".{name}.{mark}" for name in texts}
    try:
        for name, path in drafts.items():
            _write(path, texts[name], SECRET if name == ".env" else PUBLIC)
            _refuse_unreadable(name, path)
        kept = [_kept_aside(folder / name) for name in texts if name in there_already(folder)]
        for name, path in drafts.items():
            path.replace(folder / name)
    except OSError as error:
        where = folder.resolve()
        raise Unavailable(
            f"The files could not be written to {where} ({error.strerror}). Choose another folder."
        ) from None
    finally:
        for path in drafts.values():
            with suppress(OSError):
                path.unlink(missing_ok=True)
    return kept


def _write(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _refuse_unreadable(name: str, path: Path) -> None:
    """An answer that passed its own check and still broke its file is our mistake, and must not be left behind."""
    if name == "icp.toml":
        load_icp(path)
    elif name == "offer.toml":
        load_offer(path)
    elif None in dotenv_values(path).values():
        raise Invalid("An answer cannot stand in a .env file. Leave out odd signs.")


def _kept_aside(path: Path) -> str:
    names = (f"{path.name}.old{'' if n == 1 else n}" for n in range(1, 1000))
    old = next(aside for name in names if not (aside := path.with_name(name)).exists())
    path.rename(old)
    return old.name


def _parts(answers: Mapping[str, str]) -> dict[str, object]:
    """What the profile's template needs beside the answers: numbers and lists."""
    size = EMPLOYEES.fullmatch(answers["employees"])
    least = int(size[1]) if size else None
    most = None if size is None or answers["employees"].endswith("+") else int(size[2] or size[1])
    lists = {name: _listed(answers[name]) for name in ("countries", "signals", "never_signals")}
    return {**lists, "least": least, "most": most, "never": "" if answers["never"] == "none" else answers["never"]}


def _listed(text: str) -> list[str]:
    return [] if text == "any" else [part for word in text.split(",") if (part := word.strip())]


def _toml(text: str) -> str:
    """As a literal where that saves the quotation marks of a rule from being escaped."""
    if '"' in text and "'" not in text and "\\" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _env(text: str) -> str:
    quoted = "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    bare = text.replace("/", "").replace(":", "").replace(".", "").replace("-", "").replace("_", "")
    line = f"X={text if bare.isalnum() else quoted}"
    if dotenv_values(stream=io.StringIO(line)).get("X") != text:
        raise Invalid(
            "An answer for .env has signs that such a file cannot hold. Set it in the environment instead."
        )
    return line[2:]
