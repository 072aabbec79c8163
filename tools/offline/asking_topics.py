"""What each kind of question asks for, as a SELECT."""

import re

from tools.analysis.asking import NO_MAIL, NotRecorded, Query
from tools.offline.asking_parts import SHOWN, finished
from tools.offline.asking_reading import Reading, names_in, pattern_of
from tools.offline.asking_sql import Select
from tools.offline.asking_times import Span

CAMPAIGNS = re.compile(
    r"\b(?:compare|doing|how's|how is|performance|all|our|which)\b.*\bcampaigns?\b|\bcampaigns?\b.*\bdoing\b"
)
COSTS = (
    "sum(r.input_tokens) AS input_tokens",
    "sum(r.output_tokens) AS output_tokens",
    "round(sum(r.usd), 4) AS usd",
    "sum(r.pages) AS pages",
    "round(sum(r.seconds), 1) AS seconds",
)
IS_IT = re.compile(r"(?:is|was|does|did) (?!there|any|it)")
NO_IMPORT_TIME = "When a lead was imported is not recorded; leads are kept in the order in which they came."


def cost_asked(reading: Reading, span: Span | None) -> Query:
    """What runs cost, a row a run; or all of it; or what a lead costs."""
    if reading.take("each_lead"):
        found = Select("r", ["count(*) AS leads", *(_per_lead(name) for name in ("usd", "pages", "seconds"))])
    elif reading.take_all("totals", "others"):
        found = Select("r", ["count(*) AS leads", *COSTS])
    else:
        found = Select("r", ["r.run", "max(r.run_at) AS run_at", "count(*) AS leads", *COSTS], group=["r.run"])
        dear = reading.take("costliest")
        found.order = ["sum(r.usd) DESC", "sum(r.seconds) DESC"] if dear else ["max(r.run_at) DESC"]
    reading.take_all("cost", "topics")
    if reading.take("last_run"):
        found.where.append("r.run_number = 1")
    reading.take_all("runs", "topics")
    return finished(found, reading, span, column="r.run_at")


def _per_lead(name: str) -> str:
    return f"round(avg(r.{name}), 4) AS {name}_per_lead"


def uncontacted_asked(reading: Reading, span: Span | None) -> Query | NotRecorded:
    """Leads that no mail is known to have been sent to."""
    reading.take_all("uncontacted", "topics")
    sent = "SELECT 1 FROM interactions WHERE interactions.lead_id = l.lead_id AND interactions.kind = 'mail_sent'"
    if span is not None:
        return NotRecorded(NO_IMPORT_TIME)
    return finished(Select("l", where=[f"NOT EXISTS ({sent})"]), reading, None, column="", note=NO_MAIL)


def silent_asked(reading: Reading, span: Span | None) -> Query:
    reading.take_all("silent", "topics")
    found = Select("i", ["i.person_name", "i.person", "i.company", "max(i.at) AS last_written"])
    found.where.append("i.kind IN ('mail_sent', 'mail_received')")
    found.group = ["i.person_name", "i.person", "i.company"]
    found.order = ["last_written DESC"]
    query = finished(found, reading, span, column="i.at")
    nobody = "HAVING count(*) FILTER (i.kind = 'mail_sent') > 0 AND count(*) FILTER (i.kind = 'mail_received') = 0"
    return Query(query.sql.replace(" ORDER BY ", f" {nobody} ORDER BY ", 1), NO_MAIL)


def interactions_asked(reading: Reading, span: Span | None) -> Query:
    found = Select("i")
    kind, outcome = _first(reading, "kinds"), _first(reading, "outcomes")
    campaigns = CAMPAIGNS.search(reading.whole)
    if outcome:
        reading.take_all(outcome, "outcomes")
    reading.take_all("interactions", "topics")
    if outcome:
        found.where.append(f"i.outcome = '{outcome}'")
    elif kind:
        found.where.append(f"i.kind = '{kind}'")
    if reading.take_all("why", "others"):
        reading.take_all("count", "others")  # each with its text, which says why: their number is that of the rows
    note = NO_MAIL if outcome in ("bounced", "unsubscribed") or (kind or "").startswith("mail") else ""
    if campaigns:
        found.group = ["i.campaign", "i.kind", "i.outcome"]
        found.columns = [*found.group, "count(*) AS interactions"]
        reading.text = re.sub(r"\b(?:two|both|campaigns?|how's)\b", " ", reading.text)
        note = NO_MAIL
    return finished(found, reading, span, column="i.at", note=note)


def undrafted_asked(reading: Reading, span: Span | None) -> Query | NotRecorded:
    """Leads that no draft was written for."""
    reading.take_all("undrafted", "topics")
    if span is not None:
        return NotRecorded(NO_IMPORT_TIME)
    return finished(Select("l", where=["r.subject IS NULL"]), reading, None, column="")


def drafts_asked(reading: Reading, span: Span | None) -> Query:
    reading.take_all("drafts", "topics")
    found = Select("r", where=["r.latest", "r.subject IS NOT NULL"])
    shown = ["r.company", "r.email", "r.subject", "r.status"]
    return _results_of(found, reading, span, counted="drafts", shown=shown)


def runs_asked(reading: Reading, span: Span | None) -> Query:
    """How runs ended; or, where a status or a verdict is named, the leads that ended so."""
    of_last = ["r.run_number = 1"] if reading.take("last_run") else []
    reading.take_all("runs", "topics")
    if _first(reading, "verdicts") or _first(reading, "statuses"):
        found = Select("r", where=of_last or ["r.latest"])
        return _results_of(found, reading, span, counted="leads", shown=SHOWN["r"])
    group = ["r.run", "r.status", "r.verdict"]
    found = Select("r", [*group, "count(*) AS leads"], where=of_last, group=group, order=["leads DESC"])
    reading.take_all("results", "topics")
    return finished(found, reading, span, column="r.run_at")


def results_asked(reading: Reading, span: Span | None) -> Query:
    return _results_of(Select("r", where=["r.latest"]), reading, span, counted="leads", shown=SHOWN["r"])


def _results_of(found: Select, reading: Reading, span: Span | None, *, counted: str, shown: list[str]) -> Query:
    _add_standing(found, reading)
    columns = list(shown)
    if reading.take("evidence"):
        columns.append("r.evidence")
    if reading.says("why"):
        columns.append("r.why")
    reading.take_all("why", "others")
    if re.search(r"\bexport|download|csv|xlsx|spreadsheet\b", reading.whole):
        note = "The rows are in this answer; `zigral run` writes leads.csv and drafts/ into its folder too."
    else:
        note = NO_MAIL if any("'sent'" in one for one in found.where) else ""
    if span is not None and not note:
        note = "The time is that at which a lead was judged; when a draft was approved is not recorded."
    column = "coalesce(r.judged_at, r.run_at)"
    return finished(found, reading, span, column=column, counted=counted, shown=columns, note=note)


def _add_standing(found: Select, reading: Reading) -> None:
    """Verdict, status and score, as far as the question names them."""
    if unsent := re.search(r"\b(?:but |and )?not (?:yet )?(?:been )?sent\b", reading.text):
        reading.cut(unsent)
        found.where.append("r.status <> 'sent'")
    verdict = reading.first_of("verdicts")
    if verdict and not IS_IT.match(reading.whole):  # "is Acme qualified" asks what it is
        found.where.append(f"r.verdict = '{verdict}'")
    if status := reading.first_of("statuses"):
        found.where.append(f"r.status = '{status}'")
    found.where += reading.scores()
    if not found.group:
        reading.text = re.sub(r"\b(?:by )?scor(?:e[sd]?|ing)\b", " ", reading.text)
    reading.text = re.sub(r"\b(?:results?|ergebnisse?|resultats?)\b", " ", reading.text)


def leads_asked(reading: Reading, span: Span | None) -> Query | NotRecorded:
    found = Select("l")
    if reading.take_all("unread", "others"):
        found.where.append("r.lead_id IS NULL")
    if span is not None:
        return NotRecorded(NO_IMPORT_TIME)
    return finished(found, reading, None, column="")


def summary_asked(_: Reading, span: Span | None) -> Query:
    """How many of each there are; those of a time are told for that time."""
    ended = [span.condition("coalesce(r.judged_at, r.run_at)")] if span else ["r.latest"]
    happened = [span.condition("i.at")] if span else []
    parts = (
        _tally("r", "'results: ' || r.status", ended),
        _tally("r", "'verdicts: ' || coalesce(r.verdict, 'none')", ended),
        _tally("i", "'interactions: ' || i.kind || coalesce(', ' || i.outcome, '')", happened),
        _tally("l", "'leads, in all'", []),
    )
    return Query(f"{' UNION ALL '.join(parts)} ORDER BY 1", NO_MAIL)


def _tally(base: str, what: str, where: list[str]) -> str:
    return Select(base, [f"{what} AS what", "count(*) AS number"], where=list(where), group=["1"]).text()


def _first(reading: Reading, section: str) -> str | None:
    """The first list of a section that it has a word of; the words stay."""
    return next((name for name in names_in(section) if pattern_of(section, name).search(reading.text)), None)
