"""Leads, pages and offers that are made up, and briefs made from them."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memory.profile import Guess, Offer, Sender, Statement
from memory.records import Fact, Lead, Snapshot
from memory.words import About, Language
from tools.engine import Brief

Said = tuple[str, About]

PAGES: dict[Language, tuple[Said, ...]] = {
    "en": (
        ("We export to 14 countries from our works in Leeds.", "size"),
        ("Our KG-500 gearbox is certified to ISO 9001.", "proof-point"),
        ("We cast, machine and test every housing in one hall.", "method"),
        ("Gear makers since 1931.", "product"),
    ),
    "de": (
        ("Wir fertigen Getriebe für Windkraftanlagen in zwei Hallen.", "product"),
        ("Unser Betrieb hat 84 Mitarbeiter.", "size"),
        ("Seit 1985 liefern wir nach Skandinavien.", "place"),
        ("Die Gehäuse werden im eigenen Haus gegossen.", "method"),
    ),
    "fr": (
        ("Nous fabriquons des réducteurs pour les éoliennes.", "product"),
        ("Notre atelier compte 84 salariés.", "size"),
        ("La fonderie est certifiée ISO 9001 depuis 2003.", "proof-point"),
        ("Les carters sont coulés dans nos murs.", "method"),
    ),
}

SENDER = Sender(
    name="Marta Rossi",
    role="founder",
    company="Planwerk",
    email="marta@planwerk.example",
    postal_address="1 Example Street, 20121 Milano, Italy",
    unsubscribe="mailto:stop@planwerk.example",
)


def planning() -> Offer:
    """Production planning, in three languages, with guesses in two."""
    return Offer(
        what={"en": "production planning for small factories", "de": "Fertigungsplanung für kleine Fabriken"},
        audience="makers with their own plant",
        call_to_action={
            "en": "Would 20 minutes next week be useful?",
            "de": "Wären 20 Minuten in der nächsten Woche recht?",
            "fr": "Auriez-vous 20 minutes la semaine prochaine ?",
        },
        sender=SENDER,
        statements=(
            Statement(id="a", text="Planwerk moves what comes after an order when the order moves."),
            Statement(
                id="b", text="Our board was used on 140 production lines.", source="https://planwerk.example"
            ),
            Statement(
                id="c", text="It reads the order list from a spreadsheet, so that the system in use can stay."
            ),
            Statement(
                id="d",
                text="Planwerk rückt nach, was nach einem Auftrag kommt, der sich verschiebt.",
                language="de",
            ),
            Statement(id="e", text="Planwerk décale ce qui suit une commande quand elle bouge.", language="fr"),
        ),
        guesses=(
            Guess(about="size", text="I would guess that the plan is redrawn by hand whenever an order moves."),
            Guess(about="product", text="Vermutlich wird der Plan von Hand neu gezeichnet.", language="de"),
        ),
    )


def accounting() -> Offer:
    """Accounting help, in French alone, formal and without guesses."""
    return Offer(
        what="aide comptable pour agences",
        audience="agences de communication",
        call_to_action="Puis-je vous envoyer un exemple de tableau ?",
        language="fr",
        tone="formal",
        sender=SENDER.model_copy(update={"company": "Compta Claire", "role": ""}),
        statements=(
            Statement(
                id="a", text="Compta Claire rapproche les factures et les relevés des agences chaque semaine."
            ),
            Statement(id="b", text="Nous tenons les comptes de 40 agences depuis 2019."),
        ),
    )


def inspections() -> Offer:
    """Roof inspections by drone, in German alone, with one short statement and a call that asks nothing."""
    return Offer(
        what="Dachprüfung",
        audience="Hausverwaltungen",
        call_to_action="Antworten Sie mit einem Termin, der Ihnen passt",
        language="de",
        tone="warm",
        sender=SENDER.model_copy(update={"company": "Dachblick"}),
        statements=(Statement(id="a", text="Dachblick prüft Dächer aus der Luft."),),
    )


OFFERS: dict[str, Callable[[], Offer]] = {
    "planning": planning,
    "accounting": accounting,
    "inspections": inspections,
}


@pytest.fixture
def offers() -> dict[str, Offer]:
    """The offers by what they sell."""
    return {name: make() for name, make in OFFERS.items()}


@pytest.fixture
def pages() -> dict[Language, tuple[Said, ...]]:
    """What a gear maker says of itself, with the kinds of its facts."""
    return PAGES


MakeBrief = Callable[..., Brief]


@pytest.fixture
def brief_of(tmp_path: Path) -> MakeBrief:
    """Makes briefs whose snapshots are files under `tmp_path`."""

    def make(
        said: tuple[Said, ...] = PAGES["en"],
        *,
        offer: Offer | None = None,
        lang: str = "en",
        score: float | None = 2.0,
        **row: str,
    ) -> Brief:
        lead = Lead(
            **{"email": "ada@kegel.example", "first_name": "Ada", "last_name": "Novak", "company": "Kegel", **row}
        )
        text = "\n".join(quote for quote, _ in said)
        snapshot = keep(tmp_path, text, lang)
        facts = tuple(
            Fact(
                id=f"f{number}",
                snapshot_id=snapshot.id,
                start=text.index(quote),
                end=text.index(quote) + len(quote),
                quote=quote,
                about=about,
                score=score,
            )
            for number, (quote, about) in enumerate(said, start=1)
        )
        return Brief(lead=lead, offer=offer or planning(), facts=facts, snapshots=(snapshot,))

    return make


def keep(folder: Path, text: str, lang: str) -> Snapshot:
    """A snapshot of `text`, written to `folder`."""
    data = text.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    file = folder / "snapshots" / f"{sha256}.txt"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    return Snapshot(
        id=sha256[:16],
        url="https://kegel.example/",
        fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
        sha256=sha256,
        file=f"snapshots/{sha256}.txt",
        lang=lang,
    )
