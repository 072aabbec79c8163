"""Building mail, and the outbox: a folder of `.eml` files. Sending them comes later."""

import asyncio
import re
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from memory.errors import Invalid, Unavailable
from memory.files import write_whole
from memory.profile import Offer
from memory.records import Approval, Draft, Lead
from memory.words import Language
from tools.language import language_of

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_NAME = 200  # characters of a name in a header; direction marks and the like are left out

FOOTERS: dict[Language, str] = {
    "en": "If you would rather not hear from me again, write to {unsubscribe} and I will not.",
    "de": "Wenn Sie keine weitere Nachricht von mir möchten, genügt ein Wort an {unsubscribe}.",
    "fr": "Si vous ne souhaitez plus recevoir de message de ma part, un mot à {unsubscribe} suffit.",
}


class Outbox(Protocol):
    """Takes approved mail. Putting the same message again changes nothing."""

    async def put(self, name: str, message: EmailMessage) -> None:
        """Keep `message` under `name`."""
        ...


@dataclass(frozen=True)
class FolderOutbox:
    """An outbox as a folder: `<name>.eml`, whole or not there."""

    folder: Path

    async def put(self, name: str, message: EmailMessage) -> None:
        await asyncio.to_thread(write_eml, eml_path(self.folder, name), message)


def footer(offer: Offer, body: str) -> str:
    """What the law wants under a sales mail: who writes, from where, and how to make it stop."""
    sender = offer.sender
    language = language_of(body)
    line = FOOTERS[language] if language in FOOTERS else FOOTERS[offer.language]
    where = sender.unsubscribe.removeprefix("mailto:")
    return f"-- \n{sender.company}, {sender.postal_address}\n{line.format(unsubscribe=where)}\n"


def build_message(lead: Lead, draft: Draft, offer: Offer, approval: Approval | None = None) -> EmailMessage:
    """The mail as it would go out; without an approval it has neither Message-ID nor Date."""
    sender = offer.sender
    message = EmailMessage(policy=SMTP)
    message["From"] = _mailbox(sender.name, sender.email)
    message["To"] = _mailbox(" ".join(filter(None, (lead.first_name, lead.last_name))), lead.email)
    if sender.reply_to and sender.reply_to != sender.email:
        message["Reply-To"] = _mailbox("", sender.reply_to)
    message["Subject"] = _one_line("subject", draft.subject)
    message["List-Unsubscribe"] = f"<{_one_line('unsubscribe address', sender.unsubscribe)}>"
    if approval:
        message["Message-ID"] = approval.message_id
        message["Date"] = format_datetime(approval.approved_at)
    message.set_content(f"{draft.body.rstrip()}\n\n{footer(offer, draft.body)}")
    return message


def eml_path(folder: Path, name: str) -> Path:
    """Where the mail of that name lies; `Invalid` for a name that could lead out of the folder."""
    if not NAME.fullmatch(name):
        raise Invalid(f"{name[:80]!r} is no lead's id. Run the lead again.")
    return folder / f"{name}.eml"


def write_eml(path: Path, message: EmailMessage) -> None:
    """Write the message to `path`, whole or not at all; `Unavailable` where there is no room for it."""
    try:
        write_whole(path, message.as_bytes())
    except OSError as error:
        raise Unavailable(
            f"The mail could not be written to {path} ({error.strerror}). Make space and run the command again."
        ) from error


def _mailbox(name: str, address: str) -> Address:
    local, _, domain = _one_line("address", address).rpartition("@")
    shown = "".join(character for character in _one_line("name", name) if unicodedata.category(character) != "Cf")
    return Address(display_name=shown[:LONGEST_NAME], username=local, domain=domain)


def _one_line(what: str, text: str) -> str:
    """`text`, refused where a character in it could begin another header (M1)."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise Invalid(f"The {what} {text!r} has a line break or a control character. Correct it and run again.")
    return text
