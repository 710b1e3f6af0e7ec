"""Instruction checks as a careful reader makes them: each rule in the forms of a walk, kept and not kept."""

from __future__ import annotations

from typing import Any, Final

import pytest

from metrics.instructions import evaluate

CASES: Final[list[tuple[str, dict[str, Any], list[str], list[str]]]] = [
    ("keywords:existence", {"keywords": ["don’t"]}, ["I don't know"], []),
    ("keywords:existence", {"keywords": ["don't"]}, ["I don’t know"], []),
    ("keywords:existence", {"keywords": ["climate change"]}, ["the climate\nchange", "**climate** change"], []),
    ("keywords:existence", {"keywords": ["café"]}, ["the cafe\u0301"], []),
    ("keywords:existence", {"keywords": ["cafe\u0301"]}, ["the café"], []),
    ("keywords:existence", {"keywords": ["well-known"]}, ["a well‑known man"], []),
    ("keywords:existence", {"keywords": ["cat"]}, [], ["a dog"]),
    ("keywords:existence", {"keywords": ["e-mail"]}, ["e–mail"], []),
    ("keywords:existence", {"keywords": ["STRASSE"]}, ["Straße"], []),
    ("keywords:frequency", {"keyword": "don't", "frequency": 2, "relation": "at least"}, ["don’t don't"], []),
    ("keywords:frequency", {"keyword": "sun", "frequency": 2, "relation": "less than"}, ["sun"], []),
    ("keywords:frequency", {"keyword": "climate change", "frequency": 2, "relation": "at least"}, ["climate change, climate\nchange"], []),
    ("keywords:forbidden_words", {"forbidden_words": ["climate change"]}, [], ["climate\nchange"]),
    ("keywords:forbidden_words", {"forbidden_words": ["can’t"]}, [], ["I can't"]),
    ("keywords:forbidden_words", {"forbidden_words": ["cat"]}, ["cats"], []),
    ("keywords:forbidden_words", {"forbidden_words": ["bad"]}, [], ["b\u200bad", "ｂａｄ"]),
    ("keywords:letter_frequency", {"letter": "e", "let_frequency": 3, "let_relation": "at least"}, ["ｅee"], []),
    ("keywords:letter_frequency", {"letter": "e", "let_frequency": 1, "let_relation": "less than"}, ["e\u0301"], []),
    ("language:response_language", {"language": "en"}, ["Yes.", "OK"], ["Je ne sais pas", "Hola, ¿cómo estás?", "नमस्ते"]),
    ("language:response_language", {"language": "es"}, ["Sí."], ["Yes, it is."]),
    ("language:response_language", {"language": "de"}, ["Ja, gern."], ["The cat is on the mat."]),
    ("language:response_language", {"language": "fr"}, ["Oui, bien sûr."], ["Das ist ein Haus und die Katze ist da."]),
    ("language:response_language", {"language": "ru"}, ["Да."], []),
    ("language:response_language", {"language": "ja"}, ["好"], ["알겠습니다"]),
    ("language:response_language", {"language": "ko"}, ["네, 알겠습니다."], []),
    ("language:response_language", {"language": "ar"}, ["نعم"], []),
    ("language:response_language", {"language": "fa"}, ["بله"], []),
    ("language:response_language", {"language": "hi"}, ["ठीक है"], ["I do not know"]),
    ("language:response_language", {"language": "it"}, ["Va bene, grazie mille."], []),
    ("language:response_language", {"language": "pt"}, ["Não sei."], []),
    ("language:response_language", {"language": "sw"}, ["Habari yako rafiki yangu"], []),
    ("language:response_language", {"language": "vi"}, ["Tôi không biết"], []),
    ("language:response_language", {"language": "bg"}, ["Не знам."], []),
    ("language:response_language", {"language": "uk"}, ["Я не знаю"], []),
    (
        "length_constraints:number_sentences", {"num_sentences": 2, "relation": "at least"},
        ["It is so。It is not。", "今天很好。我很高兴。", "Yes！ No？", "“Hi.” “Bye.”"],
        [],
    ),
    ("length_constraints:number_sentences", {"num_sentences": 3, "relation": "at least"}, ["One! Two? Three."], []),
    ("length_constraints:number_sentences", {"num_sentences": 2, "relation": "less than"}, ["Just one…"], []),
    ("length_constraints:number_sentences", {"num_sentences": 3, "relation": "less than"}, ["Dr. Smith went. He left."], []),
    (
        "length_constraints:number_paragraphs", {"num_paragraphs": 2},
        ["One\n***\nTwo", "One\n* * *\nTwo", "One\n＊＊＊\nTwo", "One\n\\*\\*\\*\nTwo", "***Big*** One\n\n***\n\nTwo", "One *** Two"],
        ["One\n\nTwo", "One\n⁂\nTwo"],
    ),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 3}, ["a\n***\nb\n***\nc\n***"], []),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 1}, ["One"], []),
    (
        "length_constraints:number_sentences", {"num_sentences": 2, "relation": "at least"},
        ["Version 2.0.1 works. Use e.g. this.", "1. It is red.\n2. It is blue.", "Cats, dogs, etc. They run.", "How many? 5."],
        ["Use e.g. this.", "Fruits, i.e. apples, etc. are good.", "See Fig. 2 now.", "It is approx. Five."],
    ),
    ("length_constraints:number_sentences", {"num_sentences": 3, "relation": "at least"}, [], ["Version 2.0.1 works. Use e.g. this."]),
    ("length_constraints:number_words", {"num_words": 5, "relation": "at least"}, [], ["one two three four"]),
    ("length_constraints:number_words", {"num_words": 4, "relation": "less than"}, ["I don't know", "I don’t know", "a cafe\u0301 au"], []),
    ("length_constraints:number_words", {"num_words": 3, "relation": "less than"}, ["ex\u00adam\u00adple two", "well-known fact"], []),
    (
        "length_constraints:number_words", {"num_words": 4, "relation": "at least"},
        ["one—two—three—four", "well...maybe...or not"],
        ["- one\n- two\n- three"],
    ),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "Once"}, ["A b.\n\n**Once** upon"], []),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "once"}, ["A b.\n \nOnce, upon"], []),
    (
        "length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "weather"},
        ["A\n\n\n\nWeather: good"],
        [],
    ),
    (
        "length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 1, "first_word": "president"},
        ["“President” x\n\ny", "\ufeffPresident x\r\n\r\ny", "# President x\n\ny"],
        ["The President\n\ny"],
    ),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, ["[name] [address]", "［name］ ［address］", "[your\u200b name] [date]"], []),
    ("detectable_content:number_placeholders", {"num_placeholders": 1}, ["\\[name\\]", "[name](your name)", "![x](a.png) [name]"],
     ["[ ] todo", "[]", "{name}", "[link](http://a.b)", "[w](http://a/b_(c))", '[w](/b "c")', "[a][b]\n\n[b]: http://x.y", "[^note] x"]),
    (
        "detectable_content:postscript", {"postscript_marker": "P.S."},
        ["Bye.\n\nP.S. I like it", "Bye.\n**P. S.** x", "Bye. p.s. x", "Ｐ．Ｓ． x"],
        ["no"],
    ),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, ["P.P.S. x", "P.\u200bP.S x"], []),
    (
        "detectable_format:number_bullet_lists", {"num_bullets": 2},
        ["• a\n• b", "➢ a\n➢ b", "❖ a\n❖ b", "✅ a\n✅ b", "🔹 a\n🔹 b", "→ a\n→ b", "・a\n・b", "⁃ a\n⁃ b", "* a\n* b\n\n* * *",
         "\u200b* a\n\u200b* b", "\\* a\n\\* b", "∗ a\n∗ b", "＊ a\n＊ b", "*\ta\n*\tb", "> * a\n> * b", "● a\r\n● b", "◆ a\n◆ b",
         "- [ ] a\n- [x] b", "*   **A**: x\n*   **B**: y", "–a\n–b"],
        ["*a* b\n*c* d", "-5 degrees\n-6 degrees", "1. a\n2. b"],
    ),
    ("detectable_format:number_bullet_lists", {"num_bullets": 3}, [], ["* a\n* b"]),
    (
        "detectable_format:constrained_response", {},
        ["My answer is yes.", "**My answer is yes.**", "My answer\u00a0is yes.", "My answer is yes", "my answer is maybe.",
         "My ans\u00adwer is no.", "“My answer is no.”", "My answer is **maybe**."],
        ["My answer is no. My answer is yes.", "Yes."],
    ),
    (
        "detectable_format:number_highlighted_sections", {"num_highlights": 2},
        ["*a b* and *c*", "**a** **b**", "_a_ and _b_", "* *a*: x\n* *b*: y", "＊a＊ ＊b＊", "__a__ __b__"],
        ["***a*** x", "* a\n* b"],
    ),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, [], ["2 * 3 * 4", "**", "snake_case_name"]),
    (
        "detectable_format:multiple_sections", {"section_spliter": "Section", "num_sections": 2},
        ["Section 1\na\nSection 2\nb", "**Section 1**\na\n**Section 2**\nb", "Section I\na\nSection II\nb", "Section One\na\nSection Two\nb",
         "Section\u00a01\nSection\u00a02", "Section １\nSection ２", "Section #1\nSection #2"],
        ["Section 1\nSection 1", "Section: a\nSection: b"],
    ),
    ("detectable_format:multiple_sections", {"section_spliter": "SECTION", "num_sections": 2}, ["Section 1\na\nSection 2\nb"], []),
    ("detectable_format:multiple_sections", {"section_spliter": "Day", "num_sections": 2}, ["Day 1: x\nDay 2: y"], []),
    ("detectable_format:multiple_sections", {"section_spliter": "Audience", "num_sections": 2}, ["Audience 1\na\n## Audience 2\nb"], []),
    (
        "detectable_format:json_format", {},
        ['{"a":1}', '\u200b{"a":1}', '{"a":\u00a01}', '```JSON\n{"a":1}\n```', '~~~\n{"a":1}\n~~~', "[]", '`{"a":1}`', '```json {"a":1} ```',
         '{"a":"x\u200by"}'],
        ["42", "true", '"x"', "{'a':1}", '{"a":1,}', "{“a”: 1}"],
    ),
    (
        "detectable_format:title", {},
        ["<<Dawn>>\nx", "＜＜Dawn＞＞", "«Dawn»\nx", "《Dawn》", "&lt;&lt;Dawn&gt;&gt;", "≪Dawn≫", "**<<Dawn>>**", "⟪Dawn⟫",
         "<< Dawn >>", "Title: << Dawn >>", "<<<Dawn>>>", "It is <<Dawn>> at last", '{"a": "<<Dawn>>"}', "(<<Dawn>>)", "题目<<黎明>>的诗", "<<A > B>>"],
        ["<< >>", "<Dawn>", 'cout << "hi" << endl; cin >> x;', "x << y and z >> w: bit shifts", "1<<2 and 8>>1", "x << 2; (y) >> 3"],
    ),
    (
        "combination:two_responses", {},
        ["A\n******\nB", "A\n* * * * * *\nB", "A\n＊＊＊＊＊＊\nB", "A\n\\*\\*\\*\\*\\*\\*\nB", "A\n******\n\nB\n******"],
        ["A\n******\nA", "A\n******\nＡ", "A\n***\nB", "A\n******\nB\n******\nC", "It’s so\n******\nIt's so"],
    ),
    (
        "combination:repeat_prompt", {"prompt_to_repeat": "Say it's so."},
        ["**Say it’s so.**\n\nYes", "> Say it's so.\nYes", "\ufeff“Say  it’s so.” Yes"],
        ["Sure. Say it's so."],
    ),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Is it 5–6?"}, ["Is it 5-6? Yes"], []),
    (
        "startend:end_checker", {"end_phrase": "Any other questions?"},
        ["X. Any other questions?", "X. **Any other questions?**", "X. Any other questions？"],
        ["X. Any other questions? No."],
    ),
    ("startend:end_checker", {"end_phrase": "Let's go"}, ["Let’s go!"], []),
    ("startend:end_checker", {"end_phrase": "That is all."}, ["(That is all.)"], []),
    ("startend:end_checker", {"end_phrase": "That is all you need!"}, ["That is all you need!\u200b"], []),
    ("startend:end_checker", {"end_phrase": "It’s done."}, ["It's done."], []),
    ("startend:end_checker", {"end_phrase": "Peace!"}, ["Peace！"], []),
    ("startend:end_checker", {"end_phrase": "Wait..."}, ["Wait…"], []),
    (
        "startend:quotation", {},
        ['"Hi there."', "“Hi there.”", "«Hi»", "„Hi“", "「Hi」", '**"Hi"**', "\u200b“Hi”\u200e", "＂Hi＂", '"Hi\n\nthere"'],
        ["'Hi'", '" "', 'Say "hi"'],
    ),
    (
        "change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "at least"},
        ["I’M HERE", "**NASA** and __ESA__", "É\u0301 and A"],
        [],
    ),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "less than"}, ["ＮＡＳＡ is"], []),
    ("change_case:capital_word_frequency", {"capital_frequency": 1, "capital_relation": "at least"}, ["N\u200bASA"], []),
    (
        "change_case:english_capital", {},
        ["HELLO THERE", "CAFÉ TIME", "THE 4TH OF JULY", "ＨＥＬＬＯ", "YES, IT’S 5 PM.", "LA LA LAND IS A FILM", "MADRID, ROMA, PARIS, BERLIN, OSLO, WIEN, LISBOA, PRAHA, KYIV, ATHENS, DUBLIN, RIGA"],
        ["THE 4th OF JULY", "JE NE SAIS PAS", "ПРИВЕТ", "42", "USE 5 ｋｇ"],
    ),
    (
        "change_case:english_lowercase", {},
        ["hello there", "pizza", "it’s fine", "i can’t", "５ｋｇ of rice"],
        ["Hello", "no sé qué decir", "el gato", "so es ist"],
    ),
    ("punctuation:no_comma", {}, ["one two", "one; two", "don’t", "‚quoted‘"], ["one, two", "one， two", "one、two", "one، two", "1,000", "one﹐two"]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{len(case[2])}-{len(case[3])}")
def test_a_rule_is_judged_as_a_careful_reader_judges_it(
    case: tuple[str, dict[str, Any], list[str], list[str]],
) -> None:
    name, arguments, kept, broken = case

    def holds(reply: str) -> bool:
        return (
            evaluate([name], [arguments], reply, "voicebench", strict_reading=True).strict[0] == 1
        )

    assert [reply for reply in kept if not holds(reply)] == []
    assert [reply for reply in broken if holds(reply)] == []


def test_a_short_reply_is_never_failed_by_a_language_guess() -> None:
    for language, reply in {
        "es": "Sí, claro que sí", "de": "Ja, gern", "fr": "Oui, bien sûr", "it": "Va bene, grazie", "pt": "Não sei", "vi": "Tôi không biết", "fi": "En tiedä",
        "uk": "Я не знаю", "ru": "Да", "fa": "بله", "ur": "جی ہاں", "mr": "हो", "sw": "Sijui", "pl": "Nie wiem",
    }.items():  # fmt: skip
        told = evaluate(
            ["language:response_language"], [{"language": language}], reply, strict_reading=True
        )
        assert told.strict == (1.0,), reply
