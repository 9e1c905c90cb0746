"""What to do when the server refuses an upload as a whole: find the review that it is for, and let the others through.

An upload that is refused is halved until one review stands alone. That may be the fault of the review, or of what goes with every
upload, such as the device's id. So a review refused alone is only a suspect: it is set aside when the server takes another one in
the same push. Where it takes none, the refusal is raised, and all of them wait on. Being too large is a review's own fault.
"""

from collections.abc import Sequence
from http import HTTPStatus

from clients.reference.line import Refused
from clients.reference.outbox import MOST_REVIEWS, Waiting

# Refusals of a whole upload; what is wrong with one review, the server tells in the result of that review.
OF_THE_UPLOAD = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY})
MOST_SUSPECTS = 5

Culprit = tuple[Waiting, Refused]


class Refusals:
    """The refusals of one push. `most` is how many reviews the next upload may hold."""

    def __init__(self) -> None:
        self.most = MOST_REVIEWS
        self._suspects: list[Culprit] = []
        self._taken = False

    @property
    def places(self) -> list[int]:
        """Places in the queue of the suspects: the next upload goes without them."""
        return [sent.place for sent, _ in self._suspects]

    def taken(self) -> list[Culprit]:
        """The server took an upload. Returns what is to be set aside."""
        self.most = min(2 * self.most, MOST_REVIEWS)
        self._taken = True
        culprits, self._suspects = self._suspects, []
        return culprits

    def refused(self, batch: Sequence[Waiting], why: Refused) -> list[Culprit]:
        """The server refused `batch`. Returns what is to be set aside. Raises `why` when that is not for a review."""
        if why.status not in OF_THE_UPLOAD:
            raise why
        self.most = max(1, len(batch) // 2)
        if len(batch) > 1:
            return []
        if self._taken or why.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return [(batch[0], why)]
        self._suspects.append((batch[0], why))
        if len(self._suspects) == MOST_SUSPECTS:
            raise why
        return []

    def end(self) -> None:
        """Nothing else waits. Raises `Refused` when there are suspects, and nothing that the server took to judge them by."""
        for _, why in self._suspects:
            raise why
