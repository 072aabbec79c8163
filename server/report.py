"""`report.html`: every lead's verdict and email in one page that needs nothing else, from nowhere."""

import base64
import hashlib
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from pydantic import BaseModel, ValidationError

from memory.errors import NotFound, Unavailable
from memory.profile import Icp, Offer
from memory.records import Result
from memory.redaction import without_keys
from memory.results import Results
from memory.words import Clock, utc_now
from server.report_evidence import Pages
from server.report_reason import reason
from server.report_summary import in_order_of_outcome, summary_of
from server.report_text import address, cut, href, shown
from server.report_view import LeadView, lead_view, name_of
from tools.ruling import label

TEMPLATES = Path(__file__).parent / "templates"
CHUNK = 64  # pieces of the page written at once
MANY = 300  # leads from which on each is text to the browser until it comes near

Written = TypeVar("Written", bound=BaseModel)


def write_report(folder: Path, *, clock: Clock = utc_now) -> Path:
    """Write `report.html` into the output folder of a run, in place of an older one, and say where it is.

    `NotFound` without the folder or its `runs.jsonl`; `Unavailable` where the page cannot be written.
    Holds one lead at a time, however many there are. Blocks: call it off the event loop.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}. Name the --out folder of a run.")
    stream = _template().stream(_content(folder, clock))
    stream.enable_buffering(CHUNK)
    path = folder / "report.html"
    partial = folder / f".report.{uuid4().hex}.html"
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(stream)
        partial.replace(path)
    except OSError as error:
        raise Unavailable(
            f"The report could not be written to {path} ({error.strerror}). Make space and try again."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return path


def _content(folder: Path, clock: Clock) -> Mapping[str, object]:
    results = Results(folder / "runs.jsonl")
    index = in_order_of_outcome(results, results.index())
    icp, offer = _written(folder / "icp.toml", Icp), _written(folder / "offer.toml", Offer)
    pages = Pages(folder)

    def leads() -> Iterator[LeadView]:
        for number, result in enumerate(results.latest(index), start=1):
            yield lead_view(number, result, pages, icp, offer)

    def rows() -> Iterator[tuple[int, Result, str]]:
        for number, result in enumerate(results.latest(index), start=1):
            yield number, result, reason(result, icp)

    return {
        "many": len(index.entries) > MANY,
        "summary": summary_of(results.latest(index), icp),
        "unreadable": index.unreadable,
        "written_at": clock(),
        "icp": icp,
        "offer": offer,
        "approve": f"zigral approve {shlex.quote(str(folder))} --lead",
        "prove": f"zigral prove --result {shlex.quote(str(folder / 'runs.jsonl'))}",
        "leads": leads,
        "rows": rows,
    }


def _written(path: Path, model: type[Written]) -> Written | None:
    """A file that the run left beside its results; the report does without one that cannot be read."""
    try:
        return model.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError, ValidationError):
        return None


def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters.update(address=address, cut=cut, href=href, label=label, safe_text=without_keys)
    environment.filters.update(name_of=name_of, quoted=shlex.quote, day=_day, moment=_moment)
    style, script = (TEMPLATES / "report.css").read_text("utf-8"), (TEMPLATES / "report.js").read_text("utf-8")
    environment.globals.update(
        style=Markup(style),  # noqa: S704  our own file
        script=Markup(script),  # noqa: S704  our own file
        policy=_policy(style, script),
    )
    return environment.get_template("report.html.jinja")


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %Y}".lstrip("0")


def _moment(at: datetime) -> str:
    return f"{_day(at)}, {at.astimezone(UTC):%H:%M} UTC"


def _shown(value: object) -> object:
    """Jinja calls this for each value that it prints, so that no place can forget it."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, and only our own script and style may run."""

    def allowed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; script-src {allowed(script)}; style-src {allowed(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
