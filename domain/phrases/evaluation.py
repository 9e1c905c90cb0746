"""How well a lexicon finds what is said and leaves alone what is not, measured on labelled drafts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.phrases.lexicon import Lexicon
from domain.text import Language

LOOK_ALIKE = "-"
GOAL = 0.97


@dataclass(frozen=True, slots=True)
class Case:
    """A draft, and the one phrase it says: an id, or `LOOK_ALIKE` when it only sounds like one."""

    expected: str
    language: Language
    text: str

    @property
    def is_look_alike(self) -> bool:
        """Whether nothing is to be found."""
        return self.expected == LOOK_ALIKE


@dataclass(frozen=True, slots=True)
class Judged:
    """A case, and the ids of the phrases found in it; what is only quoted is not found."""

    case: Case
    found: frozenset[str]

    @property
    def is_hit(self) -> bool:
        """Whether what is said was found."""
        return self.case.expected in self.found

    @property
    def is_missed(self) -> bool:
        """Whether what is said was not found."""
        return not self.case.is_look_alike and not self.is_hit

    @property
    def false_alarms(self) -> frozenset[str]:
        """Phrases found that the draft does not say."""
        return self.found - {self.case.expected}


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over cases. `rows` say a phrase, `look_alikes` do not; a false alarm is a phrase found in a draft without it."""

    rows: int
    look_alikes: int
    found: int
    false_alarms: int

    @property
    def missed(self) -> int:
        """Phrases said and not found."""
        return self.rows - self.found

    @property
    def precision(self) -> float:
        """Share of what was found that is said; 1 when nothing was found."""
        return _share(self.found, self.found + self.false_alarms)

    @property
    def recall(self) -> float:
        """Share of what is said that was found; 1 when nothing is said."""
        return _share(self.found, self.rows)

    @property
    def is_good_enough(self) -> bool:
        """Whether both reach the goal."""
        return min(self.precision, self.recall) >= GOAL


def judge(lexicon: Lexicon, cases: Iterable[Case]) -> list[Judged]:
    """Each case with what `lexicon` finds in it."""
    return [Judged(case, frozenset(hit.phrase.id for hit in lexicon.offends(case.text))) for case in cases]


def score(judged: Sequence[Judged]) -> Score:
    """The counts over all of `judged`."""
    return Score(
        rows=sum(not each.case.is_look_alike for each in judged),
        look_alikes=sum(each.case.is_look_alike for each in judged),
        found=sum(each.is_hit for each in judged),
        false_alarms=sum(len(each.false_alarms) for each in judged),
    )


def score_of_phrase(judged: Sequence[Judged], phrase_id: str) -> Score:
    """The counts of one phrase: of the drafts that say it, and of its false alarms anywhere."""
    said = score([each for each in judged if each.case.expected == phrase_id])
    alarms = sum(phrase_id in each.false_alarms for each in judged)
    return Score(said.rows, said.look_alikes, said.found, alarms)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
