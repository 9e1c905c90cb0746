"""The check of the longest draft: its computation, as the handler does it, and the same over HTTP."""

from collections.abc import Callable
from statistics import median
from time import perf_counter

import msgspec

from api.wiring.settings import Settings
from bench import payloads
from bench.client import Load, bear
from bench.filling import Filling, learner_id
from bench.measures import Bench
from bench.report import Budget, Row
from domain.phrases.evaluation import Case
from domain.phrases.lexicon import LONGEST_DRAFT, Hit, Lexicon
from domain.phrases.offsets import Utf16Places
from domain.text import Language
from repositories.content.cases import read_cases

BUDGET_MS = 5.0
MEASURED: tuple[Language, ...] = ("zh-Hans", "en")
# What any check must do at the least: look at every character once, and write the text as the bytes that matchers take.
_ONE_PASS = str.maketrans("您妳祢", "你你你")


def phrases(bench: Bench) -> None:
    """Drafts of the labelled cases, one after another up to the longest draft: some that say nothing, and one that does."""
    lexicon = bench.stage.catalogue.lexicon
    cases = read_cases(Settings.content_dir / "phrase-cases.tsv")
    drafts = {language: _draft([case for case in cases if case.language == language], lexicon) for language in MEASURED}
    move = bench.step("phrase checks", len(MEASURED) + 1)
    computed = {}
    for language, draft in drafts.items():
        computed[language] = _computation(bench, language, draft)
        move(1)
    _over_http(bench, drafts["zh-Hans"], computed["zh-Hans"])
    move(1)


def _draft(cases: list[Case], lexicon: Lexicon) -> str:
    said = next(case.text for case in cases if not case.is_look_alike)
    harmless = "".join(case.text for case in cases if case.is_look_alike and not lexicon.check(case.text))
    return (said + harmless * (LONGEST_DRAFT // len(harmless) + 1))[:LONGEST_DRAFT]


def _computation(bench: Bench, language: Language, draft: str) -> float:
    """Check and anchor in turns. Returns the median of the check, in milliseconds."""
    lexicon = bench.stage.catalogue.lexicon
    if not _checked(lexicon, draft):
        raise ValueError(f"nothing is found in the draft in {language}")
    checks, passes = [], []
    for _ in range(bench.effort.checks):
        passes.append(_milliseconds(lambda: draft.translate(_ONE_PASS).encode()))
        checks.append(_milliseconds(lambda: _checked(lexicon, draft)))
    name = f"phrase check of {len(draft):,} characters, {language}, p50"
    value = median(checks)
    anchor = "str.translate and encode, same text"
    bench.rows.append(Row(name, value, "ms", anchor, median(passes), Budget("value", at_most=BUDGET_MS)))
    return value


def _checked(lexicon: Lexicon, draft: str) -> list[tuple[Hit, int, int]]:
    """What checkPhrases computes of a draft: the hits, and their places as all clients count them."""
    places = Utf16Places(draft)
    return [(hit, places.of(hit.start), places.of(hit.end)) for hit in lexicon.check(draft)]


def _milliseconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return 1000 * (perf_counter() - begun)


def _over_http(bench: Bench, draft: str, computed: float) -> None:
    async def fill(filling: Filling) -> None:
        await filling.people(1, 1)

    bench.fill("phrases", fill)
    body = msgspec.json.encode({"text": draft})
    with bench.stage.serving("phrases") as server:
        request = payloads.post("/v1/phrases/check", bench.stage.token(learner_id(1)), body)
        load = Load(server.port, [[request] * bench.effort.checks], b'"lexicon_version"')
        bear(load)  # a cold service
        latencies = bear(load).all_latencies
    name = f"checkPhrases p50, {LONGEST_DRAFT:,} characters, zh-Hans"
    bench.rows.append(Row(name, 1000 * median(latencies), "ms", "the computation alone", computed))
