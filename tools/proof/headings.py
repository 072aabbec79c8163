"""The subject line: a phrase without a verb may still state something of the reader's."""

from tools.proof.content import content_places, ignored
from tools.proof.found import Case, Problem
from tools.proof.lexicon import common, words
from tools.proof.quantities import quantities
from tools.proof.spans import problem
from tools.proof.stems import senses_of
from tools.proof.subjects import is_yours

CONGRATULATES = common("sets.congratulates")
TOPIC = common("sets.topic")


def check_heading(case: Case) -> list[Problem]:
    """What "Your late deliveries" or "Congratulations on the prize" names must be in the draft's sources."""
    if not case.subject or case.stance.kind == "question" or not tells_of_reader(case):
        return []
    known = case.cited.senses | case.evidence.row.senses | case.evidence.offer.senses
    skipped = ignored(case) | words("courtesy", case.text.language) | CONGRATULATES
    missing = [
        p for p in (*content_places(case, skipped), *weighed(case)) if not senses_of(case.tokens[p].low) & known
    ]
    if not missing:
        return []
    why = "is said of the prospect in the subject, and nothing carries it"
    return [problem(case, missing[0], missing[0] + 1, "uncited_statement", why)]


def weighed(case: Case) -> list[int]:
    """Where words such as prize and hundreds stand."""
    return [case.said[first] for first, _, _ in quantities(case.lows, case.text.language, safe=True)]


def tells_of_reader(case: Case) -> bool:
    """Whether it has a "your", or congratulates; a question may be about anything of the reader's."""
    if TOPIC & set(case.lows):
        return False
    language = case.text.language
    yours = words("statements.your_any", language) or words("statements.your", language)
    return any(
        case.tokens[p].low in CONGRATULATES or is_yours(case.tokens[p], yours, language)
        for p in range(case.first, case.last)
    )
