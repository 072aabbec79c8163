"""The agent that reads and writes what lasts: leads, contexts, and what somebody wants to be remembered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import uuid4, uuid5

from memory.contexts import Contexts
from memory.envelopes import Sourced, data_sha256
from memory.errors import Conflict, Mistake, Mistakes, NotFound
from memory.interaction_texts import SOURCES
from memory.interactions import Interactions
from memory.json_values import JsonObject
from memory.leads import LEAD_ID, Leads
from memory.profile import Icp, Offer
from memory.records import Context, Lead
from memory.remembered import JOB_ID, About, Note, Remembered
from memory.result_rows import ResultRows
from memory.suppressions import Suppressions
from memory.words import Clock, utc_now
from nodes.agents.agent import Agent, Capability, Limits, Made, Task
from nodes.agents.given_leads import LeadsInput
from nodes.agents.lead_listing import LeadListing
from nodes.agents.lead_writing import LeadWriting
from nodes.agents.noting import Noting
from nodes.agents.record_inputs import ContextToWrite, ListInput, NoteInput, ReadInput, WriteInput
from nodes.agents.record_outputs import ListOutput, NoteOutput, ReadOutput, Told, WriteOutput
from tools.offline.notes import about_of
from tools.plain_words import stem_of, words_of

TELLING = 5  # letters from which a word of a question tells what it is about
SAY_NOTHING = frozenset({"about", "remember", "there", "which", "where", "would", "should"})

READ = Capability(
    "read",
    "Reads one lead with its last result, one context, what is remembered about product, profile or tone (with "
    "the offer and the profile as they are), or whether an address may be written to.",
    input=ReadInput,
    output=ReadOutput,
)
WRITE = Capability(
    "write",
    "Keeps leads in the store, each checked as an imported row, or takes them out of it; or keeps a context.",
    input=WriteInput,
    output=WriteOutput,
)
LIST = Capability(
    "list",
    "Lists the leads of the store that are meant - by title, industry, company, place, size, status, verdict, "
    "score - in an order and up to a limit; or contexts.",
    input=ListInput,
    output=ListOutput,
    seconds=0.3,
)
NOTE = Capability(
    "note",
    "Notes something about a person, remembers something about product, profile, tone or rules, forgets it again, "
    "or puts addresses and domains on the list of those who are never contacted.",
    input=NoteInput,
    output=NoteOutput,
)


@dataclass(kw_only=True)
class RecordsAgent(Agent):
    """Reads and writes the stores. Contexts are those of whoever asks; leads are everybody's."""

    agent_id: str = "records"
    name: str = "Records"
    capabilities: Sequence[Capability | str] = (READ, WRITE, LIST, NOTE)
    limits: Limits = field(default_factory=Limits)
    leads: Leads
    interactions: Interactions
    suppressions: Suppressions
    results: ResultRows
    contexts: Callable[[str], Contexts]  # of an owner
    icp: Icp | None = None
    offer: Offer | None = None
    clock: Clock = utc_now

    async def execute(self, task: Task) -> Made:
        if task.capability == READ.name:
            return await self._read(ReadInput.model_validate(task.parameters), task)
        if task.capability == WRITE.name:
            return await self._write(WriteInput.model_validate(task.parameters), task)
        if task.capability == LIST.name:
            return await self._list(ListInput.model_validate(task.parameters), task)
        if task.capability == NOTE.name:
            noting = Noting(self.leads, self.interactions, self.suppressions, self.contexts, self.clock)
            noted = await noting.note(NoteInput.model_validate(task.parameters), task)
            return _record(noted, f"interaction:{noted.interaction}" if noted.interaction else f"context:{JOB_ID}")
        raise NotFound(f"The agent {self.agent_id} has no capability {task.capability[:100]!r}.")

    async def _read(self, asked: ReadInput, task: Task) -> Sourced:
        if asked.lead is not None:
            lead = await self._lead(asked.lead)
            known = await self._listing.known(lead)
            return _record(ReadOutput(lead=known.lead, result=known.result), f"lead:{lead.lead_id}")
        if asked.context is not None:
            context = await self.contexts(task.owner).get(asked.context, asked.version)
            return _record(ReadOutput(context=_plain(context)), _source(context))
        if asked.never_contact is not None:
            return await self._standing(asked.never_contact)
        if asked.about is not None or asked.text is not None:
            return await self._remembered(asked, task)
        raise Mistakes([Mistake("lead", "What is to be read? Give lead, context, about, text or never_contact.")])

    async def _lead(self, name: str) -> Lead:
        """The lead of an id or an address."""
        if LEAD_ID.fullmatch(name):
            return await self.leads.get(name)
        found = await self.leads.find(name)
        if not found:
            raise NotFound(f"There is no lead {name[:100]!r}. Give the id or the mail address of one.")
        return found[0]

    async def _standing(self, name: str) -> Sourced:
        address = name if "@" in name else f"@{name}"
        reason = await self.suppressions.reason(address)
        told = ReadOutput(never_contact=name, suppressed=reason is not None, reason=reason)
        return _record(told, "suppressions")

    async def _remembered(self, asked: ReadInput, task: Task) -> Sourced:
        about = _about(asked)
        known = await Remembered(self.contexts(task.owner)).notes()
        notes = [note for note in known if about in (None, note.about) or _is_named(note, asked)]
        offer = self.offer if about in (None, "product", "tone", "sender") else None
        icp = self.icp if about in (None, "profile") else None
        told = ReadOutput(
            notes=tuple(note.model_dump(mode="json") for note in notes),
            offer=offer.model_dump(mode="json") if offer else None,
            icp=icp.model_dump(mode="json") if icp else None,
        )
        return _record(told, f"context:{JOB_ID}")

    async def _write(self, asked: WriteInput, task: Task) -> Sourced:
        given = [name for name in ("lead", "leads", "context", "remove") if getattr(asked, name) is not None]
        if not given:
            raise Mistakes([Mistake("lead", "There is nothing to write. Give lead, leads, context or remove.")])
        writing = LeadWriting(self.leads, self.suppressions)
        leads = LeadsInput(lead=asked.lead, leads=asked.leads)
        written = await writing.write(leads, asked.duplicates) if {"lead", "leads"} & {*given} else []
        removed = await writing.remove(_listed(asked.remove)) if asked.remove is not None else 0
        context = await self._keep(asked.context, task) if asked.context else None
        told = WriteOutput(
            leads=tuple(written),
            written=sum(one.outcome in ("added", "copied", "updated") for one in written),
            removed=removed,
            context=_plain(context) if context else None,
        )
        alone = f"lead:{written[0].lead_id}" if len(written) == 1 else "leads"
        return _record(told, _source(context) if context else alone)

    async def _keep(self, given: ContextToWrite, task: Task) -> Context:
        """The context as it was written: the next version of the job's, or a new one."""
        contexts = self.contexts(task.owner)
        data, error = given.context_data, given.error
        if given.job_id is not None:
            try:
                return await contexts.put(given.job_id, given.job_type, data, version=given.version, error=error)
            except NotFound:
                if given.version is not None:
                    raise
        job_id = given.job_id or _job_id(task, data)
        try:
            return await contexts.create(given.job_type, data, job_id=job_id, error=error)
        except Conflict:
            if given.job_id is not None:
                raise
            return await contexts.get(job_id)  # an earlier attempt at the same step has made it

    async def _list(self, asked: ListInput, task: Task) -> Sourced:
        if not (asked.contexts or asked.job_type):
            return _record(await self._listing.listed(asked), "leads")
        page = await self.contexts(task.owner).page(limit=asked.limit, job_type=asked.job_type)
        found = tuple(map(_plain, page.items))
        more = page.next_cursor is not None
        return _record(ListOutput(contexts=found, count=len(found), more=more), "contexts")

    @property
    def _listing(self) -> LeadListing:
        return LeadListing(self.leads, self.results)


def _about(asked: ReadInput) -> About | None:
    """What is asked about; None for everything, also where a question's words do not say."""
    about = asked.about or about_of(asked.text or "")
    return None if about == "all" or (asked.about is None and about == "other") else about


def _is_named(note: Note, asked: ReadInput) -> bool:
    """Whether a note that is filed elsewhere has a word of the question, of those that say something."""
    words = words_of(asked.text or "")
    said = {stem_of(word) for word in words if len(word) >= TELLING and word not in SAY_NOTHING}
    return asked.about is None and not said.isdisjoint(map(stem_of, words_of(note.text)))


def _record(told: Told, source: str) -> Sourced:
    return Sourced(told.model_dump(mode="json", exclude_none=True), source)


def _job_id(task: Task, data: JsonObject) -> str:
    """The id of a context that was given none: the same for each attempt at a step of a run."""
    if not task.run_id:
        return str(uuid4())
    return str(uuid5(SOURCES, f"{task.key} context {data_sha256(data)}"))


def _plain(context: Context) -> JsonObject:
    return context.model_dump(mode="json")


def _source(context: Context) -> str:
    return f"context:{context.job_id}@{context.version}"


def _listed(given: JsonObject | Sequence[JsonObject | str]) -> Sequence[JsonObject | str]:
    """The leads to take away, out of a list or of an object that holds one."""
    if not isinstance(given, dict):
        return given
    inside = given.get("leads")
    return [one for one in inside if isinstance(one, dict | str)] if isinstance(inside, list) else [given]
