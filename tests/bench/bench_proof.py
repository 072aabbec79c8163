"""How many planted lies the proof check catches, and how many harmless edits it passes.

    python tests/bench/bench_proof.py [--show] [--edits FILE]

Takes the correct drafts of tests/tools/proof/material and edits each in every way listed there, one edit at a time.
`--show` prints every edit that was judged wrongly.
"""

import argparse
import hashlib
import re
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from memory.profile import Offer
from memory.records import Claim, Draft, Fact, Lead, Proof, Qualification, Snapshot
from tools.proof import prove

MATERIAL = Path(__file__).resolve().parents[1] / "tools" / "proof" / "material"
MARK = re.compile(r"\[(f\d(?:,f\d)*|l|o)\|([^\[\]]*)\]")
SOURCES = {"l": "lead", "o": "offer"}


@dataclass(frozen=True)
class Material:
    """A draft whose body still has its marks."""

    id: str
    language: str
    lead: Lead
    facts: dict[str, str]
    subject: str
    body: str


@dataclass(frozen=True)
class Edit:
    """One changed draft, and whether it is a lie."""

    kind: str
    lie: bool
    what: str
    material: Material


def load(edits: Path | None = None) -> tuple[Offer, list[Material], dict[str, Any]]:
    drafts = tomllib.loads((MATERIAL / "drafts.toml").read_text(encoding="utf-8"))
    lists = joined([edits] if edits else sorted(MATERIAL.glob("edits*.toml")))
    materials = [
        Material(
            d["id"], d["language"], Lead.model_validate(d["lead"]), d["facts"], d["subject"], d["body"].strip("\n")
        )
        for d in drafts["drafts"]
    ]
    return Offer.model_validate(drafts["offer"]), materials, lists


def joined(files: list[Path]) -> dict[str, Any]:
    """The lists of several files as one: by name, then by language."""
    lists: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        for name, by_language in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for language, entries in by_language.items():
                lists[name][language] += entries
    return lists


def proof_of(material: Material, offer: Offer) -> tuple[Proof, str]:
    """The proof of a draft, and its body without marks."""
    page = "\n".join(material.facts.values())
    sha256 = hashlib.sha256(page.encode()).hexdigest()
    snapshot = Snapshot(
        id=sha256[:16],
        url="https://example.example/",
        fetched_at=datetime.now(UTC),
        sha256=sha256,
        file=f"snapshots/{sha256}.txt",
    )
    facts = [
        Fact(id=i, snapshot_id=snapshot.id, start=page.index(q), end=page.index(q) + len(q), quote=q)
        for i, q in material.facts.items()
    ]
    body, claims = marked(material.body)
    draft = Draft.make(email=material.lead.email, subject=material.subject, body=body, claims=claims)
    proof = prove(
        lead=material.lead,
        offer=offer,
        snapshots=[snapshot],
        texts={snapshot.id: page.encode()},
        facts=facts,
        qualification=Qualification(status="qualified", score=80),
        draft=draft,
    )
    return proof, body


def marked(text: str) -> tuple[str, tuple[Claim, ...]]:
    """The text without its marks, and the claims that they make."""
    body, claims, cursor = "", [], 0
    for match in MARK.finditer(text):
        body += text[cursor : match.start()]
        start = len(body)
        body += match.group(2)
        mark = match.group(1)
        ids = tuple(mark.split(",")) if mark.startswith("f") else ()
        claims.append(Claim(start=start, end=len(body), fact_ids=ids, source=SOURCES.get(mark, "fact")))
        cursor = match.end()
    return body + text[cursor:], tuple(claims)


def edits_of(material: Material, lists: dict[str, Any]) -> Iterator[Edit]:
    """Every edit of one draft."""
    here = {name: by_language.get(material.language, []) for name, by_language in lists.items()}
    paragraphs = material.body.split("\n\n")

    def edit(kind: str, lie: bool, what: str, body: str) -> Edit:
        return Edit(kind, lie, what, Material(**{**vars(material), "body": body}))

    def inserted(place: int, text: str) -> str:
        return "\n\n".join([*paragraphs[:place], text, *paragraphs[place:]])

    yield edit("as written", False, "", material.body)
    for number, sentence in enumerate(here["lies"]):
        yield edit("invented sentence", True, sentence, inserted(2 + number % 2, sentence))
        yield edit(
            "invented sentence beside a fact",
            True,
            sentence,
            material.body.replace("] [", f"] {sentence} [", 1).replace(".]\n", f".] {sentence}\n", 1),
        )
    guess = next((p for p in paragraphs[2:] if p and not p.startswith("[")), paragraphs[2])
    for sentence in here["guesses"]:
        yield edit("guess about the reader", True, sentence, material.body.replace(guess, sentence))
    for tail in here["tails"]:
        cut = re.sub(r"([.”“»]*)\]", rf"{tail}\1]", material.body, count=1)
        yield edit("tail in a cited sentence", True, tail, cut)
    for kind, name in (("other value", "other"), ("bound, negation, quantity, plan", "altered")):
        for old, new in here[name]:
            if (changed := swapped(material.body, old, new)) != material.body:
                yield edit(kind, True, f"{old} -> {new}", changed)
    for greeting in here["greetings_false"]:
        yield edit("greeting to another", True, greeting, "\n\n".join([greeting, *paragraphs[1:]]))
    yield from moved_claims(material)
    yield from sender_number(material)
    for sentence in here["harmless"]:
        yield edit("added sentence", False, sentence, inserted(2, sentence))
        yield edit("added sentence at the end", False, sentence, inserted(len(paragraphs) - 1, sentence))
    for greeting in here["greetings"]:
        name = greeting.format(first=material.lead.first_name, last=material.lead.last_name)
        yield edit("greeting", False, name, "\n\n".join([name, *paragraphs[1:]]))
    for signoff in here["signoffs"]:
        lines = paragraphs[-1].split("\n")
        yield edit("sign-off", False, signoff, "\n\n".join([*paragraphs[:-1], "\n".join([signoff, *lines[1:]])]))
    for question in here["questions"]:
        yield edit("question", False, question, "\n\n".join([*paragraphs[:-2], question, paragraphs[-1]]))
    for sentence in here["harmless_guesses"]:
        yield edit("guess", False, sentence, material.body.replace(guess, sentence))
    for kind, name in (("frame", "frames"), ("same meaning", "same")):
        for old, new in here[name]:
            if (changed := swapped(material.body, old, new)) != material.body:
                yield edit(kind, False, f"{old} -> {new}", changed)
    yield from subject_lines(material, here)
    yield from layout(material, paragraphs)


def swapped(body: str, old: str, new: str) -> str:
    """The first place changed where `old` stands as whole words."""
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, body, count=1)


def moved_claims(material: Material) -> Iterator[Edit]:
    """Each sentence made to rest on the other fact, or on none."""
    swap = {"[f1|": "[f2|", "[f2|": "[f1|"}
    crossed = re.sub(r"\[f[12]\|", lambda m: swap[m.group()], material.body)
    yield Edit("claim moved to another fact", True, "f1 <-> f2", Material(**{**vars(material), "body": crossed}))
    bare = re.sub(r"\[f1\|([^\[\]]*)\]", r"\1", material.body, count=1)
    yield Edit("claim taken away", True, "f1", Material(**{**vars(material), "body": bare}))


def sender_number(material: Material) -> Iterator[Edit]:
    """The sender's number said of the prospect."""
    said = {
        "en": [
            "Your 140 production lines need planning.",
            "You run 140 production lines.",
            "With your 11 plants, planning is hard.",
        ],
        "de": ["Ihre 11 Betriebe brauchen Planung.", "Sie haben 11 Betriebe."],
        "fr": ["Vos 11 ateliers ont besoin de planification.", "Vous avez 11 ateliers."],
    }
    for sentence in said[material.language]:
        for mark in ("o", "f1"):
            body = material.body.replace("[o|", f"[{mark}|{sentence}] [o|", 1)
            yield Edit("sender's number", True, f"{mark}: {sentence}", Material(**{**vars(material), "body": body}))


def subject_lines(material: Material, here: dict[str, list[str]]) -> Iterator[Edit]:
    """Other subjects, true and false."""
    known = {"subject": material.subject, "company": material.lead.company}
    known |= {"first": material.lead.first_name, "last": material.lead.last_name}
    for name, lie in (("subjects", False), ("subjects_false", True)):
        for subject in here.get(name, []):
            changed = Material(**{**vars(material), "subject": subject.format(**known)})
            yield Edit("subject", lie, changed.subject, changed)


def layout(material: Material, paragraphs: list[str]) -> Iterator[Edit]:
    """The same words laid out otherwise."""
    body = material.body
    straight = body.translate(str.maketrans("“”„«»’", '"""""\''))
    wrapped = "\n\n".join(wrap(p) for p in paragraphs)
    reordered = (
        "\n\n".join([paragraphs[0], *paragraphs[2:4][::-1], paragraphs[1], *paragraphs[4:]])
        if len(paragraphs) > 5
        else body
    )
    sentences = re.sub(r"(\[f1\|[^\]]*\]) (\[f2\|[^\]]*\])", r"\2 \1", body)
    shortened = re.sub(r" \[f2\|[^\]]*\]", "", body)
    for kind, text in (
        ("straight quotes", straight),
        ("wrapped lines", wrapped),
        ("paragraphs reordered", reordered),
        ("sentences reordered", sentences),
        ("second fact dropped", shortened),
        ("two spaces", body.replace(" ", "  ")),
        ("no-break spaces", body.replace(" ", "\u00a0")),
        ("Windows line ends", body.replace("\n", "\r\n")),
        ("one paragraph", body.replace("\n\n", " ", 3)),
        ("soft hyphen", body.replace("planning", "plan\u00adning")),
    ):
        yield Edit("layout", False, kind, Material(**{**vars(material), "body": text}))


def wrap(paragraph: str) -> str:
    """Lines of about 60 characters."""
    out: list[str] = []
    width = 0
    for word in paragraph.split(" "):
        out.append("\n" if width and width + len(word) > 60 else (" " if out else ""))
        width = len(word) if out[-1] == "\n" else width + len(word) + 1
        out.append(word)
    return "".join(out)


def judge(edits: Path | None, *, show: bool) -> dict[str, tuple[int, int]]:
    """For each kind of edit, how many were judged right, and how many there were."""
    offer, materials, lists = load(edits)
    right: dict[tuple[bool, str], int] = defaultdict(int)
    total: dict[tuple[bool, str], int] = defaultdict(int)
    for material in materials:
        for edit in edits_of(material, lists):
            proof, body = proof_of(edit.material, offer)
            key = (edit.lie, edit.kind)
            total[key] += 1
            right[key] += proof.passed != edit.lie
            if show and proof.passed == edit.lie:
                found = [
                    f"{f.code} {(body if f.where == 'body' else material.subject)[f.start : f.end]!r}: {f.message}"
                    for f in proof.findings
                ]
                print(f"{'LIE' if edit.lie else 'fine'} {material.id} / {edit.kind} / {edit.what}\n      {found}")
    return {
        f"{'caught' if lie else 'passed'}: {kind}": (right[lie, kind], count)
        for (lie, kind), count in sorted(total.items())
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--edits", type=Path, help="other lists of edits than those of the material")
    args = parser.parse_args()
    begun = time.perf_counter()
    kinds = judge(args.edits, show=args.show)
    seconds = time.perf_counter() - begun
    for name, (right, total) in kinds.items():
        print(f"{right:5} of {total:5}  {name}")
    for verdict in ("caught", "passed"):
        counts = [pair for name, pair in kinds.items() if name.startswith(verdict)]
        right, total = sum(r for r, _ in counts), sum(t for _, t in counts)
        print(f"{verdict}: {100 * right / total:.1f}% ({right} of {total})")
    every = sum(total for _, total in kinds.values())
    print(f"{every} drafts in {seconds:.1f} s: {1000 * seconds / every:.2f} ms each, one process")


if __name__ == "__main__":
    main()
