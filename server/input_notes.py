"""What a person should know of a run's inputs before mails are written from them."""

from collections.abc import Iterator
from pathlib import Path

from memory.profile import Offer
from server.assembly import DEMO, Inputs

EXAMPLE_DOMAIN = "your-company.example"  # of the address that `zigral init` writes where it is told none


def is_of_demo(path: Path) -> bool:
    """Whether the file is one of the demo's, which stand in where a user has none."""
    return path.resolve().is_relative_to(DEMO)


def is_example(offer: Offer) -> bool:
    """Whether the offer is still signed by the example of `zigral init`."""
    return offer.sender.email.endswith(f"@{EXAMPLE_DOMAIN}")


def input_notes(inputs: Inputs, *, chosen: tuple[Path | None, Path | None]) -> Iterator[str]:
    """A sentence for each file that the user may take for their own; `chosen` are those that they named."""
    paths = {"icp.toml": inputs.icp_path, "offer.toml": inputs.offer_path}
    missing = [
        name for (name, path), own in zip(paths.items(), chosen, strict=True) if not own and is_of_demo(path)
    ]
    if missing:
        yield f"There is no {' and no '.join(missing)} here, so the demo's stand in. `zigral init` writes your own."
    if is_example(inputs.offer):
        yield f"{inputs.offer_path} is signed by an example. Write your own name and address into it first."
