"""The reference client: docs/sync.md as running code, for those who write the phone app in Swift or Kotlin.

Read it in this order; each module is short and says what a phone must not get wrong there:

1. `store`: one SQLite file for each device and learner; what was said to be saved survives `kill -9`
2. `outbox`: the queue of reviews and lessons read, their numbers, and what is kept after it was acknowledged
3. `held`: the server's memories, what the device folds on top of them, and the digest of it all
4. `shelf`: the pack: questions with keys and the lessons that open them
5. `phone`: what the learner does, with or without signal
6. `line`: one request, again and again until it is answered; `session`: signing in and staying so
7. `refusals`: which review is to blame when an upload is refused as a whole
8. `sync`: push, pull, compare, repair, refresh the pack

`python -m clients.reference` is a small terminal program on top of it. It is also the actor of the tests in `tests/sync`.
"""
