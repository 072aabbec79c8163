"""What a model may cost: a bound for each lead and for the run, in tokens and in money."""

from dataclasses import dataclass, replace

from memory.spending import Spending, Usage
from tools.openai.faults import LeadBudgetSpent, RunBudgetSpent

CHARACTERS = 4  # a token, roughly: for prompts before they are sent, and for endpoints that count nothing


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens."""

    input: float
    output: float

    def of(self, usage: Usage) -> float:
        return (usage.input_tokens * self.input + usage.output_tokens * self.output) / 1_000_000


@dataclass(frozen=True)
class Limits:
    """The most that is spent; None: no bound. Dollars bind only where the price is known."""

    lead_tokens: int | None = 100_000
    run_tokens: int | None = 10_000_000
    lead_usd: float | None = None
    run_usd: float | None = None


@dataclass(frozen=True)
class Budget:
    """Says no before money is spent, and counts what was."""

    spending: Spending
    limits: Limits = Limits()
    price: Price | None = None

    def check(self, lead_id: str, prompt: str) -> None:
        """Refuse a question that would go beyond the run's budget or the lead's, as far as can be told before."""
        asked = self._priced(Usage(len(prompt) // CHARACTERS))
        run, lead, limits = self.spending.total + asked, self.spending.of(lead_id) + asked, self.limits
        if limits.run_tokens is not None and run.tokens > limits.run_tokens:
            raise RunBudgetSpent(f"{limits.run_tokens:,} tokens", "ZIGRAL_RUN_TOKENS")
        if limits.run_usd is not None and run.usd > limits.run_usd:
            raise RunBudgetSpent(f"${limits.run_usd:.2f}", "ZIGRAL_RUN_USD")
        if limits.lead_tokens is not None and lead.tokens > limits.lead_tokens:
            raise LeadBudgetSpent(f"{limits.lead_tokens:,} tokens", "ZIGRAL_LEAD_TOKENS")
        if limits.lead_usd is not None and lead.usd > limits.lead_usd:
            raise LeadBudgetSpent(f"${limits.lead_usd:.2f}", "ZIGRAL_LEAD_USD")

    async def add(self, lead_id: str, usage: Usage) -> None:
        """Count what an answer cost."""
        if usage.tokens:
            await self.spending.add(lead_id, self._priced(usage))

    def _priced(self, usage: Usage) -> Usage:
        return replace(usage, usd=self.price.of(usage)) if self.price else usage
