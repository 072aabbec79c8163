"""The one place that builds what a process uses, and closes it in reverse order."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from langgraph.graph import StateGraph

from graphs.outreach import OutreachInput, OutreachState, outreach
from memory.answers import RedisAnswers
from memory.checkpoints import RedisSaver, saver_on
from memory.errors import Invalid
from memory.indexed_interactions import IndexedInteractions
from memory.interactions import Interactions, NoInteractions
from memory.leads import Leads
from memory.profile import Icp, Offer
from memory.run_places import RunPlaces
from memory.snapshots import Snapshots
from memory.suppressions import Suppressions
from memory.words import Clock, utc_now
from server.data_server import open_redis
from server.interactions import open_interactions
from server.settings import Settings
from server.version import zigral_version
from tools.engine import Engine
from tools.http_calls import ClosedCalls, HttpCalls, LiveCalls
from tools.live_web import LiveWeb
from tools.mail import FolderOutbox
from tools.profile_files import load_icp, load_offer
from tools.saved_web import open_saved_web
from tools.web import ClosedWeb, Web
from tools.workers import ProcessWorkers, Workers, open_workers

DEMO = Path(__file__).resolve().parents[1] / "demo"
PROCESSES = 2  # extraction and reading are two thirds of a lead's time


@dataclass(frozen=True)
class Services:
    """What lasts as long as a process: the data server, what is kept on it, and the worker processes."""

    leads: Leads
    interactions: IndexedInteractions
    checkpointer: RedisSaver
    suppressions: Suppressions
    run_places: RunPlaces
    answers: RedisAnswers
    workers: ProcessWorkers


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Every service of one process."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(open_redis(settings))
        workers = await stack.enter_async_context(open_workers(PROCESSES))
        yield Services(
            leads=Leads(client),
            interactions=await stack.enter_async_context(open_interactions(settings, client)),
            checkpointer=await stack.enter_async_context(saver_on(client)),
            suppressions=Suppressions(client),
            run_places=RunPlaces(client),
            answers=RedisAnswers(client, settings.model_cache_days),
            workers=workers,
        )


@dataclass(frozen=True)
class Inputs:
    """What a user chose, read and checked: whom to look for, what to say, where to read."""

    icp_path: Path
    offer_path: Path
    web_sha256: str  # of a saved web's index: which web it is, wherever it lies; or "live"
    icp: Icp
    offer: Offer
    web: Web


def read_inputs(
    settings: Settings, *, icp: Path | None = None, offer: Path | None = None, web: str | None = None
) -> Inputs:
    """What was named, else what the environment names; a profile and an offer else of this folder, of the demo."""
    icp_path = icp or settings.icp or nearest("icp.toml")
    offer_path = offer or settings.offer or nearest("offer.toml")
    offer_read = load_offer(offer_path)
    found, web_sha256 = _open_web(settings, web or settings.web, offer_read)
    return Inputs(
        icp_path=icp_path,
        offer_path=offer_path,
        web_sha256=web_sha256,
        icp=load_icp(icp_path),
        offer=offer_read,
        web=found,
    )


def _open_web(settings: Settings, name: str | None, offer: Offer) -> tuple[Web, str]:
    """The web of this name, and what tells it from another. Websites are told whose offer they are read for."""
    if name is None:
        raise Invalid("Nothing says where to read. Give --web a folder of saved pages, or --web live.")
    if name == "live":
        live = LiveWeb(contact=f"mailto:{offer.sender.email}", version=zigral_version(), ports=settings.web_ports)
        return live, "live"
    folder = Path(name).resolve()
    saved = open_saved_web(folder)
    return saved, hashlib.sha256((folder / "index.json").read_bytes()).hexdigest()


def http_calls(settings: Settings) -> HttpCalls:
    """What calls the addresses that workflows name: none where Zigral works from saved pages."""
    if settings.web not in (None, "live"):
        return ClosedCalls()
    return LiveCalls(version=zigral_version(), ports=settings.web_ports)


def closed_inputs(folder: Path) -> Inputs:
    """The profile and the offer that a run's folder was begun with, and a web that nothing is read from."""
    icp, offer = folder / "icp.toml", folder / "offer.toml"
    return Inputs(
        icp_path=icp,
        offer_path=offer,
        web_sha256="",
        icp=load_icp(icp),
        offer=load_offer(offer),
        web=ClosedWeb(),
    )


def nearest(name: str) -> Path:
    """The file of this name here, else the demo's."""
    return Path(name) if Path(name).exists() else DEMO / name


def outreach_graph(
    inputs: Inputs,
    *,
    engine: Engine,
    workers: Workers,
    snapshots: Snapshots,
    outbox: FolderOutbox,
    interactions: Interactions | None = None,
    clock: Clock = utc_now,
) -> StateGraph[OutreachState, None, OutreachInput]:
    """The outreach flow on these inputs, its snapshots and its mail kept where it is told.

    Without `interactions` every lead is met for the first time.
    """
    return outreach(
        web=inputs.web,
        workers=workers,
        snapshots=snapshots,
        interactions=interactions or NoInteractions(),
        engine=engine,
        outbox=outbox,
        icp=inputs.icp,
        offer=inputs.offer,
        clock=clock,
    )
