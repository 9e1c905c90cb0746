"""Mastery per learner and skill, its band, and the forecast of it when nobody practises."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

from domain.content.items import ItemVersion
from domain.practice.algorithm import Algorithm
from domain.practice.memory import Memory

FORECAST_HORIZON_DAYS = 3650
TOLERANCE = 1e-12


class Band(StrEnum):
    """How far somebody holds a skill."""

    NOT_STARTED = "not_started"
    LEARNING = "learning"
    PROFICIENT = "proficient"
    MASTERED = "mastered"
    FADING = "fading"


@dataclass(frozen=True, slots=True)
class BandRule:
    """Thresholds of the bands: coverage and mastery as shares, `stable_days` as median stability in days."""

    proficient_coverage: float = 0.6
    proficient_mastery: float = 0.7
    mastered_coverage: float = 0.9
    mastered_mastery: float = 0.85
    stable_days: float = 21.0


RULE = BandRule()


@dataclass(frozen=True, slots=True)
class Held:
    """One seen item: its weight, stability, and practice days since its last answer as of some day."""

    weight: float
    stability: float
    elapsed_days: int


@dataclass(frozen=True, slots=True)
class Mastery:
    """M = Σ wᵢRᵢ / Σ wᵢ over all published items of a skill, unseen ones counting 0; coverage = seen weight / all weight.

    `stable` says that the median stability of the seen items is at least `BandRule.stable_days`.
    """

    mastery: float
    coverage: float
    stable: bool


def mastery_of(seen: Sequence[Held], total_weight: float, algorithm: Algorithm, ahead_days: int = 0) -> Mastery:
    """Mastery as of the day the `seen` items were taken, or `ahead_days` later without practice."""
    if total_weight == 0 or not seen:
        return Mastery(0.0, 0.0, stable=False)
    recalled = sum(h.weight * algorithm.retrievability(h.stability, h.elapsed_days + ahead_days) for h in seen)
    stable = median(h.stability for h in seen) >= RULE.stable_days
    return Mastery(recalled / total_weight, sum(h.weight for h in seen) / total_weight, stable)


def reaches(share: float, threshold: float) -> bool:
    """Whether `share` is at least `threshold`, float noise forgiven: nine of ten items are 0.9 of them, whatever they weigh."""
    return share >= threshold - TOLERANCE


def band_of(mastery: Mastery, *, was_mastered: bool) -> Band:
    """The band; `fading` is for a skill that was mastered once and whose mastery has fallen below."""
    if mastery.coverage == 0:
        return Band.NOT_STARTED
    high = reaches(mastery.mastery, RULE.mastered_mastery)
    if high and reaches(mastery.coverage, RULE.mastered_coverage) and mastery.stable:
        return Band.MASTERED
    if was_mastered and not high:
        return Band.FADING
    if reaches(mastery.coverage, RULE.proficient_coverage) and reaches(mastery.mastery, RULE.proficient_mastery):
        return Band.PROFICIENT
    return Band.LEARNING


def held_of(items: Iterable[ItemVersion], memories: dict[str, Memory], day: date) -> list[Held]:
    """The seen ones of a skill's published `items`, as of `day`."""
    return [
        Held(item.weight, memories[item.item_id].stability, memories[item.item_id].elapsed_days(day))
        for item in items
        if item.item_id in memories
    ]


def falls_below_on(seen: Sequence[Held], total_weight: float, goal: float, today: date, algorithm: Algorithm) -> date | None:
    """First day on which mastery is below `goal` when nobody practises: today when it is already, None within ten years.

    Without practice retrievability only falls, so the day is found by bisection.
    """

    def below(ahead_days: int) -> bool:
        return mastery_of(seen, total_weight, algorithm, ahead_days).mastery < goal

    if below(0):
        return today
    if not below(FORECAST_HORIZON_DAYS):
        return None
    low, high = 0, FORECAST_HORIZON_DAYS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if below(middle) else (middle, high)
    return today + timedelta(days=high)
