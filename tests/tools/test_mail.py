"""Mail as it would go out: whole, in the draft's language, and with no header that somebody else wrote."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import Invalid
from memory.profile import Offer, Sender, Statement
from memory.records import Approval, Draft, Lead
from tools.mail import FolderOutbox, build_message, footer

SENDER = Sender(
    name="Marta Rossi",
    company="Zigral Demo",
    email="marta@zigral-demo.example",
    reply_to="replies@zigral-demo.example",
    postal_address="1 Example Street, 20121 Milano, Italy",
    unsubscribe="mailto:stop@zigral-demo.example",
)
OFFER = Offer(
    what="planning",
    audience="makers",
    call_to_action="May I?",
    sender=SENDER,
    statements=(Statement(id="a", text="We plan."),),
)
LEAD = Lead(email="zoë.ødegård@acme.example", first_name="Zoë", last_name="Ødegård")
BODY = "Hi Zoë,\n\nYou write that the pumps are built in your own works. May I ask how?\n\nMarta"
APPROVAL = Approval(
    draft_sha256="d",
    footer_sha256="f",
    message_id="<1@zigral-demo.example>",
    approved_at=datetime(2026, 11, 21, tzinfo=UTC),
)


def draft(subject: str = "Your pumps", body: str = BODY) -> Draft:
    return Draft.make(email=LEAD.email, subject=subject, body=body)


def read_back(message: EmailMessage) -> EmailMessage:
    parsed = email.message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_mail_names_its_sender_its_address_and_how_to_make_it_stop() -> None:
    mail = read_back(build_message(LEAD, draft(), OFFER, APPROVAL))
    assert mail["From"] == "Marta Rossi <marta@zigral-demo.example>"
    assert mail["Reply-To"] == "replies@zigral-demo.example"
    assert mail["Message-ID"] == "<1@zigral-demo.example>"
    assert mail["List-Unsubscribe"] == "<mailto:stop@zigral-demo.example>"
    assert SENDER.postal_address in mail.get_content()
    assert "stop@zigral-demo.example" in mail.get_content()


def test_a_draft_has_neither_message_id_nor_date_before_it_is_approved() -> None:
    mail = build_message(LEAD, draft(), OFFER)
    assert (mail["Message-ID"], mail["Date"]) == (None, None)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (BODY, "would rather not"),
        (
            "Guten Tag,\n\nSie schreiben, dass Sie die Pumpen im eigenen Werk bauen. Darf ich fragen, wie?",
            "möchten",
        ),
        (
            "Bonjour,\n\nVous écrivez que vos pompes sont faites dans votre usine. Puis-je vous appeler ?",
            "souhaitez",
        ),
    ],
)
def test_the_footer_speaks_the_language_of_the_mail(body: str, word: str) -> None:
    assert word in footer(OFFER, body)


@pytest.mark.parametrize("breaker", ["\r\nBcc: all@x.example", "\nX: y", "\x0bX", "\u2028X", "\x00"])
@pytest.mark.parametrize("field", ["first_name", "subject", "email"])
def test_a_line_break_in_a_header_is_refused_before_a_message_is_built(field: str, breaker: str) -> None:
    lead = LEAD.model_copy(update={field: f"Anna{breaker}"}) if field != "subject" else LEAD
    with pytest.raises(Invalid, match="line break or a control character"):
        build_message(lead, draft(subject=f"Hi{breaker}" if field == "subject" else "Hi"), OFFER)


@given(name=st.text(max_size=40), subject=st.text(max_size=80))
def test_whatever_a_name_or_a_subject_holds_the_mail_has_one_recipient_and_our_headers(
    name: str, subject: str
) -> None:
    try:
        mail = read_back(build_message(LEAD.model_copy(update={"last_name": name}), draft(subject=subject), OFFER))
    except Invalid:
        return
    assert [address.addr_spec for address in mail["To"].addresses] == [LEAD.email]
    assert set(mail.keys()) == {
        *("From", "To", "Reply-To", "Subject", "List-Unsubscribe"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }


async def test_the_outbox_keeps_a_mail_once_however_often_it_is_put(tmp_path: Path) -> None:
    outbox = FolderOutbox(tmp_path / "outbox")
    for _ in range(2):
        await outbox.put("lead", build_message(LEAD, draft(), OFFER, APPROVAL))
    assert [path.name for path in outbox.folder.iterdir()] == ["lead.eml"]
