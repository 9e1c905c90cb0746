"""Finding forbidden phrases: in whatever script, width and punctuation, at the right place, within one sentence."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.phrases.evaluation import LOOK_ALIKE, Case, judge, score, score_of_phrase
from domain.phrases.lexicon import ForbiddenPhrase, Lexicon
from domain.phrases.offsets import Utf16Places
from domain.phrases.own import OwnLexicons, OwnPhrase, can_be_found, own_lexicon
from domain.phrases.patterns import Pattern, PatternError, PatternSet
from domain.phrases.views import PlainText, plain
from domain.text import Text

WORDS = Text("w", "w", "w")
LEXICON = Lexicon(
    [
        ForbiddenPhrase("not-ours", WORDS, WORDS, WORDS, ("这?不是我们的事",), ("not (our|my) (business|problem)",)),
        ForbiddenPhrase("no-way", WORDS, WORDS, WORDS, ("没办法", "我没办法"), ("no way",)),
    ]
)

# What people put between the characters of a phrase, and what is no letter and ends no sentence.
SEPARATORS = " ,，、·~-—*/|()'\u200d\u3000\ufe0f😀🙏🏽"
# How one character can be written without becoming another.
VARIANTS = {"请": "请請", "您": "您你妳", "去": "去", "问": "问問", "别": "别別", "人": "人"}


def said(draft: str) -> list[str]:
    return [draft[hit.start : hit.end] for hit in LEXICON.check(draft)]


def wide(word: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) for letter in word)


@pytest.mark.parametrize(
    "draft",
    [
        "这不是我们的事",
        "這不是我們的事",
        "这 不 是 我们·的事",
        "这😀不是👨‍👩‍👧我们的事",
        "not our business",
        "NOT OUR BUSINESS",
        "Not  our\tbusiness",
        "ｎｏｔ ｏｕｒ ｂｕｓｉｎｅｓｓ",
        "not our 😊 problem",
        "n-o-t o-u-r prob-lem",
        "not *our* (problem",
    ],
)
def test_script_width_case_and_what_stands_between_do_not_count(draft: str) -> None:
    assert said(f"您好{draft}") == [draft]
    assert said(f"Well, {draft}, sorry") == [draft]


@pytest.mark.parametrize(
    "draft",
    [
        "你说的都不是。我们的事情我们管",
        "您看是不是！我们的事马上办",
        "他说了不是\n我们的事马上办",
        "It surely is not. Our business is open.",
        "Is it so? Perhaps it is not! Our problem was solved.",
        "knot our business",
        "not our businesses",
        "notour business",
        "",
        " \n。",
        "😀",
        "\u0301",
    ],
)
def test_words_of_two_sentences_and_parts_of_words_are_no_phrase(draft: str) -> None:
    assert said(draft) == []


def test_a_mark_after_one_or_two_characters_splits_a_phrase_and_not_a_text() -> None:
    assert said("没。办。法") == ["没。办。法"]
    assert said("实在是没。办法是有的") == []


def test_every_hit_is_reported_by_its_place_and_of_one_phrase_the_longest() -> None:
    draft = "我没办法，这不是我们的事。No way, 没办法"
    assert [(hit.phrase.id, draft[hit.start : hit.end]) for hit in LEXICON.check(draft)] == [
        ("no-way", "我没办法"),
        ("not-ours", "这不是我们的事"),
        ("no-way", "No way"),
        ("no-way", "没办法"),
    ]


@pytest.mark.parametrize(
    ("draft", "quoted"),
    [
        ("我不会说“这不是我们的事”", [True]),
        ("我们从不对客户说“不是我们的事”。但这不是我们的事。", [True, False]),
        ("We never say “not our problem”, and it is not our problem.", [True, False]),
        ("您说“不是我们的事”让您寒心，对不起", [False]),
        ("We never say 'not our business'.", [True]),
        ("This is not our business.", [False]),
    ],
)
def test_what_is_named_only_to_refuse_it_is_quoted(draft: str, quoted: list[bool]) -> None:
    assert [hit.quoted for hit in LEXICON.check(draft)] == quoted
    assert len(LEXICON.offends(draft)) == quoted.count(False)


@pytest.mark.parametrize("script", ["zh", "en"])
@pytest.mark.parametrize(
    "expression", ["(", "a(?=b)", r"(a)\1", "a**", "[z-a]", "", "a*", "(?:不行)?", "a{1001}", r"\q", "a)|(b"]
)
def test_what_re2_cannot_search_for_and_what_matches_nothing_is_refused(script: str, expression: str) -> None:
    with pytest.raises(PatternError):
        PatternSet([Pattern(script, expression, 0)])  # type: ignore[arg-type]


@pytest.mark.parametrize("expression", [r"\s", r"\b", "\n"])
def test_a_match_without_a_letter_is_none(expression: str) -> None:
    assert PatternSet([Pattern("en", expression, 0)]).find(PlainText("One two three four. Five.")) == []
    assert PatternSet([Pattern("zh", expression, 0)]).find(PlainText("没有办法。好的\nok")) == []


def test_a_character_that_is_simplified_in_two_steps_is_found() -> None:
    assert PatternSet([Pattern("zh", "薴不好", 0)]).find(PlainText("薴不好"))


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(plain(text)) == len(text)
    assert plain(plain(text)) == plain(text)


separators = st.text(st.sampled_from(SEPARATORS), max_size=3)
chinese = st.tuples(*(st.tuples(st.sampled_from(VARIANTS[letter]), separators) for letter in "请您去问别人"))
# Spaces split words, and other marks split letters: with both, nobody could say which is which.
in_words = st.text(st.sampled_from(SEPARATORS.replace(" ", "").replace("\u3000", "")), max_size=2)


@st.composite
def planted_chinese(draw: st.DrawFn) -> str:
    pieces: tuple[tuple[str, str], ...] = draw(chinese)
    return "".join(letter + between for letter, between in pieces[:-1]) + pieces[-1][0]


@st.composite
def planted_english(draw: st.DrawFn) -> str:
    split = draw(st.booleans())
    between = in_words if split else st.just("")
    words: list[str] = []
    for word in ("not", "our", "problem"):
        letters: str = draw(st.sampled_from([word, word.upper(), word.title(), wide(word)]))
        words.append("".join(letter + draw(between) for letter in letters[:-1]) + letters[-1])
    gap = st.sampled_from([" ", "  ", "\t"] if split else [" ", "  ", " \u3000", " 😀 ", ", ", " — "])
    first, second = draw(gap), draw(gap)
    return f"{words[0]}{first}{words[1]}{second}{words[2]}"


@given(st.text(), planted_chinese(), st.text())
def test_the_span_of_chinese_reaches_from_its_first_to_its_last_character(before: str, planted: str, after: str) -> None:
    draft = f"{before}{planted}{after}"
    assert (len(before), len(before) + len(planted)) in spans_of("请您去问别人", draft)


@given(st.text(), planted_english(), st.text())
def test_the_span_of_english_reaches_from_its_first_to_its_last_letter(before: str, planted: str, after: str) -> None:
    draft = f"{before}\n{planted}\n{after}"
    start = len(before) + 1
    assert (start, start + len(planted)) in spans_of("not our problem", draft)


def spans_of(phrase: str, draft: str) -> list[tuple[int, int]]:
    return [(hit.start, hit.end) for hit in own_lexicon([OwnPhrase("own", phrase, "why", "instead")]).check(draft)]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 40))
def test_a_place_in_utf_16_is_the_length_of_what_stands_before(text: str, place: int) -> None:
    place = min(place, len(text))
    assert Utf16Places(text).of(place) == len(text[:place].encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("phrase", "draft", "found"),
    [
        ("不归我管", "这事不 歸 我·管啦", "不 歸 我·管"),
        ("您自己看", "你自己看吧", "你自己看"),
        ("Don't ask me!", "please DON’T ask me again", "DON’T ask me"),
        ("No problem. Really", "That is fine, no problem. Really!", "no problem. Really"),
        ("不行。你走吧", "您好不行。你走吧", "不行。你走吧"),
        ("OK啦", "就OK啦", "OK啦"),
        ("это не моё", "да это, не моё дело", "это, не моё"),
        ("café fermé", "le Café fermé", "Café fermé"),
        ("a.*b", "a b, axxb", "a b"),
        ("(不行)+", "不行不行", "不行"),
    ],
)
def test_an_own_phrase_is_found_word_for_word(phrase: str, draft: str, found: str) -> None:
    start, end = spans_of(phrase, draft)[0]
    assert draft[start:end] == found


@pytest.mark.parametrize("draft", ["askme", "ask me", "tasks me", "ask meter"])
def test_a_part_of_a_word_is_no_own_phrase(draft: str) -> None:
    assert spans_of("ask me", draft) == ([(0, 6)] if draft == "ask me" else [])


@pytest.mark.parametrize(
    ("phrase", "can"), [("不行", True), ("ok", True), ("a1b", True), ("不!", False), ("12315", False), ("😀😀", False)]
)
def test_an_own_phrase_needs_two_letters(phrase: str, can: bool) -> None:
    assert can_be_found(phrase) is can


@given(st.text(min_size=2, max_size=100).filter(can_be_found))
def test_whatever_has_two_letters_is_found_in_itself(phrase: str) -> None:
    """Compiled, it is no expression that is refused, and no text is written so that it misses itself."""
    letters = [place for place, character in enumerate(plain(phrase)) if character.isalnum()]
    assert (letters[0], letters[-1] + 1) in spans_of(phrase, phrase)


def test_the_largest_lexicon_of_an_organisation_finds_its_last_phrase() -> None:
    """A set whose automaton had outgrown its memory would find nothing."""
    phrases = [
        OwnPhrase(f"p{n}", "".join(chr(0x4E00 + (n * 97 + k * 31) % 20000) for k in range(100)), "w", "i") for n in range(500)
    ]
    lexicon = own_lexicon(phrases)
    draft = "".join(phrase.phrase for phrase in phrases[:99]) + phrases[499].phrase
    assert len(draft) == 10_000
    assert {hit.phrase.id for hit in lexicon.check(draft)} == {phrase.id for phrase in [*phrases[:99], phrases[499]]}


def test_a_lexicon_is_kept_until_its_phrases_change_or_others_need_the_room() -> None:
    kept = OwnLexicons(kept=2)
    first, second, third = (UUID(int=n) for n in (1, 2, 3))
    lexicon = kept.keep(first, "a", [OwnPhrase("p", "不行", "w", "i")])
    assert kept.get(first, "a") is lexicon
    assert kept.get(first, "b") is None
    assert kept.get(second, "a") is None
    kept.keep(second, "a", [])
    assert kept.get(first, "a") is lexicon
    kept.keep(third, "a", [])
    assert (kept.get(first, "a"), kept.get(second, "a")) == (lexicon, None)


def test_a_score_counts_what_was_found_missed_and_found_in_vain() -> None:
    judged = judge(
        LEXICON,
        [
            Case("not-ours", "zh-Hans", "这不是我们的事"),
            Case("not-ours", "zh-Hans", "跟我们没关系"),
            Case("no-way", "zh-Hant", "沒辦法，這不是我們的事"),
            Case(LOOK_ALIKE, "en", "There is no way around the queue today"),
            Case(LOOK_ALIKE, "zh-Hans", "我不会说“这不是我们的事”"),
        ],
    )
    total = score(judged)
    assert (total.rows, total.look_alikes, total.found, total.missed, total.false_alarms) == (3, 2, 2, 1, 2)
    assert total.precision == 0.5
    assert total.recall == pytest.approx(2 / 3)
    assert not total.is_good_enough
    of_phrase = score_of_phrase(judged, "not-ours")
    assert (of_phrase.rows, of_phrase.found, of_phrase.missed, of_phrase.false_alarms) == (2, 1, 1, 1)
    assert score(judged[:1]).is_good_enough
