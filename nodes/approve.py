"""Ask a person. Whatever they change is proven again before it can leave."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, TypeAdapter, ValidationError

from memory.errors import Invalid
from memory.records import Draft, Fact, Lead, LeadStatus, Proof, Qualification, Standing
from tools.proof import claims_after_edit


class ApproveView(BaseModel):
    lead: Lead
    draft: Draft
    facts: tuple[Fact, ...] = ()
    proof: Proof
    qualification: Qualification
    notes: tuple[str, ...] = ()
    standing: Standing | None = None


class ApprovePatch(BaseModel):
    draft: Draft | None = None
    decision: Literal["accept", "edit", "ignore"] | None = None
    status: LeadStatus | None = None


class HumanResponse(BaseModel):
    """One answer of agent-inbox's convention; a person cannot answer in free text here."""

    type: Literal["accept", "edit", "ignore"]
    args: object = None


class EditedMail(BaseModel):
    """What an edit may change. The recipient is not among it."""

    subject: str
    body: str


class Edit(BaseModel):
    args: EditedMail


@dataclass(frozen=True)
class Approve:
    """`ask` stops the run until a person has answered; it is LangGraph's `interrupt`.

    The node runs again from its first line when the answer comes, so nothing happens before it.
    """

    ask: Callable[[object], object]

    async def __call__(self, state: ApproveView) -> ApprovePatch:
        trouble = ""
        while True:  # each round waits for a person
            answer = self.ask(_request(state, trouble))
            try:
                return _decided(state, _read(answer))
            except Invalid as error:
                trouble = str(error)


def _decided(state: ApproveView, response: HumanResponse) -> ApprovePatch:
    if response.type == "ignore":
        return ApprovePatch(decision="ignore", status="skipped")
    if response.type == "edit":
        return ApprovePatch(decision="edit", draft=_edited(state, response))
    return ApprovePatch(decision="accept")


def _request(state: ApproveView, trouble: str) -> dict[str, object]:
    """A HumanInterrupt, as agent-inbox and Studio show it; `trouble` is what was wrong with the last answer."""
    args = {"to": state.lead.email, "subject": state.draft.subject, "body": state.draft.body}
    return {
        "action_request": {"action": "send_email", "args": args},
        "config": {"allow_accept": True, "allow_edit": True, "allow_ignore": True, "allow_respond": False},
        "description": f"{trouble}\n\n{_description(state)}".lstrip(),
    }


def _description(state: ApproveView) -> str:
    quoted = {fact_id for claim in state.draft.claims for fact_id in claim.fact_ids}
    verdict = state.qualification
    lines = [f"{state.lead.company or state.lead.email}: {verdict.status}, score {verdict.score}."]
    lines += [f"- {fact.id}: “{fact.quote}”" for fact in state.facts if fact.id in quoted]
    lines += [f"- not proven: {finding.message}" for finding in state.proof.findings]
    lines += [f"- {note}" for note in state.notes]
    if state.standing:
        before = [*([state.standing.caution] if state.standing.caution else []), *state.standing.remarks]
        lines += [f"- known from before: {remark}" for remark in before]
    return "\n".join(lines)


def _read(answer: object) -> HumanResponse:
    first = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
    try:
        return TypeAdapter(HumanResponse).validate_python(first)
    except ValidationError:
        raise Invalid(
            'The approval is answered with [{"type": "accept", "args": null}], or with edit or ignore.'
        ) from None


def _edited(state: ApproveView, response: HumanResponse) -> Draft:
    try:
        mail = Edit.model_validate(response.args).args
    except ValidationError:
        raise Invalid(
            'An edit is {"type": "edit", "args": {"action": "…", "args": {"subject": "…", "body": "…"}}}.'
        ) from None
    claims = claims_after_edit(state.draft, mail.subject, mail.body)
    return Draft.make(email=state.lead.email, subject=mail.subject, body=mail.body, claims=claims)
