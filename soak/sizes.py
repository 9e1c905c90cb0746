"""How much of everything a run does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of faults and reviews. The defaults are a full run; `small` is for the test suite and a quick look."""

    storm_reviews: int = 500
    storm_copies: int = 50
    contended_reviews: int = 2000
    worker_kills: int = 100
    database_kills: int = 50
    cuts: int = 300
    feed_reviews: int = 50_000
    clock_items: int = 40

    @classmethod
    def small(cls) -> "Sizes":
        """Every scenario once, and few of everything."""
        return cls(
            storm_reviews=100,
            storm_copies=50,
            contended_reviews=120,
            worker_kills=3,
            database_kills=1,
            cuts=20,
            feed_reviews=800,
            clock_items=8,
        )
