"""Rules a scenario must keep: it can be walked, several ways pass, and what inflames is never worth anything."""

from collections import Counter
from collections.abc import Iterator

from domain.content.kinds import Scenario
from domain.text import LANGUAGES
from domain.writing import bare

CHOICES = range(2, 5)
STEPS = range(3, 7)
LEAST_PASSING_PATHS = 2


def defects_of_scenario(body: Scenario) -> list[str]:
    """Everything that is wrong with a scenario."""
    wiring = list(_wiring(body))
    # A dialogue that loops or leads nowhere has no paths to look at.
    return [*wiring, *_choices(body)] if wiring else [*_choices(body), *_paths(body)]


def _wiring(body: Scenario) -> Iterator[str]:
    turns = [turn.id for turn in body.turns]
    endings = [ending.id for ending in body.endings]
    yield from (f"{name} is there twice" for name, count in Counter(turns + endings).items() if count > 1)
    for place, turn in enumerate(body.turns):
        later = turns[place + 1 :]
        for choice in turn.choices:
            if choice.leads_to not in later and choice.leads_to not in endings:
                yield f"{turn.id} leads to {choice.leads_to}, which is neither a later turn nor an ending"
    reached = {turns[0], *(choice.leads_to for turn in body.turns for choice in turn.choices)}
    yield from (f"nothing leads to {name}" for name in [*turns, *endings] if name not in reached)
    if not any(ending.outcome == "bad" for ending in body.endings) or not any(e.outcome == "good" for e in body.endings):
        yield "there is at least one good and one bad ending"


def _choices(body: Scenario) -> Iterator[str]:
    for turn in body.turns:
        if len(turn.choices) not in CHOICES:
            yield f"{len(turn.choices)} choices in {turn.id}: it takes {CHOICES.start} to {CHOICES.stop - 1}"
        for language in LANGUAGES:
            said = Counter(bare(choice.text.said_in(language)) for choice in turn.choices)
            yield from (f"two choices of {turn.id} say the same in {language}: {same}" for same, n in said.items() if n > 1)
        yield from (
            f"a forbidden choice of {turn.id} must inflame" for c in turn.choices if c.quality == "forbidden" and c.mood <= 0
        )


def _paths(body: Scenario) -> Iterator[str]:
    lengths = {len(path) for path in body.paths()}
    if max(lengths) not in STEPS:
        yield f"the longest path takes {max(lengths)} turns: it takes {STEPS.start} to {STEPS.stop - 1}"
    passing = body.passing_paths()
    if len(passing) < LEAST_PASSING_PATHS:
        yield f"{len(passing)} paths pass: at least {LEAST_PASSING_PATHS} do"
