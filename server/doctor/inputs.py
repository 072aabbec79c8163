"""What a run is made of: the profile, the offer, and where pages are read."""

import asyncio
from pathlib import Path

import dns.asyncresolver
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer

from memory.errors import ZigralError
from server.assembly import nearest
from server.doctor.check import Finding
from server.input_notes import EXAMPLE_DOMAIN, is_example, is_of_demo
from server.settings import Settings
from tools.profile_files import load_icp, load_offer
from tools.saved_web import open_saved_web

INIT = "Run: zigral init"


async def profile(settings: Settings) -> Finding:
    """The profile that a run would use."""
    path = settings.icp or nearest("icp.toml")
    icp = await asyncio.to_thread(load_icp, path)
    found = f"{path}: {icp.name}, criteria: {len(icp.criteria)}, tests: {len(icp.tests)}."
    return (
        Finding("warning", f"None here; the demo's would be used. {found}", INIT)
        if is_of_demo(path)
        else Finding("ok", found)
    )


async def offer(settings: Settings) -> Finding:
    """The offer that a run would use."""
    path = settings.offer or nearest("offer.toml")
    read = await asyncio.to_thread(load_offer, path)
    found = f"{path}: {read.sender.name}, {read.sender.company}, statements: {len(read.statements)}."
    if is_of_demo(path):
        return Finding("warning", f"None here; the demo's would be used. {found}", INIT)
    if is_example(read):
        return Finding(
            "warning", f"{found} It is signed by an example.", f"Write your own name and address into {path}."
        )
    return Finding("ok", found)


async def web(settings: Settings) -> Finding:
    """Where pages are read. Of live websites none is asked; only our own domain's name is looked up."""
    if settings.web is None:
        return Finding(
            "off", "Nothing says where pages are read.", "Set ZIGRAL_WEB, or give run --web live or --web FOLDER."
        )
    if settings.web != "live":
        saved = await asyncio.to_thread(open_saved_web, Path(settings.web))
        return Finding("ok", f"{len({page.url for page in saved.pages.values()})} saved pages in {settings.web}.")
    return await _names_resolve(settings)


async def _names_resolve(settings: Settings) -> Finding:
    """Whether names can be looked up at all: an answer of any kind will do."""
    ports = ", ".join(map(str, sorted(settings.web_ports)))
    found = f"Live websites, ports {ports}."
    domain = await asyncio.to_thread(_own_domain, settings)
    try:
        await dns.asyncresolver.resolve(domain, "A", lifetime=5)
    except (NXDOMAIN, NoAnswer):
        pass  # a name server answered, which is what was asked
    except DNSException:
        return Finding(
            *("warning", f"{found} The name {domain} could not be looked up: there seems to be no network."),
            "Connect it, or read saved pages with ZIGRAL_WEB=FOLDER.",
        )
    return Finding("ok", f"{found} Names are looked up (tried with {domain}).")


def _own_domain(settings: Settings) -> str:
    try:
        return load_offer(settings.offer or nearest("offer.toml")).sender.email.rpartition("@")[2]
    except ZigralError:
        return EXAMPLE_DOMAIN
