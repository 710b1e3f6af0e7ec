"""Replies with courtesies, denials, bounds and quotations beside or instead of an answer."""

from __future__ import annotations

import pytest

from metrics.commitment.grammar import committed

PEOPLE = ("Man", "Woman", "Child", "Robot")
MOODS = ("Happy", "Sad", "Angry", "Neutral")
CASES: tuple[tuple[str, tuple[str, ...], int | None], ...] = (
    ("I'm afraid the clip is too short.", MOODS, None),
    ("I'm afraid the clip is too short.", ("Fear", "Sad", "Angry"), None),
    ("I'm happy to help, but there is no audio attached.", MOODS, None),
    ("I'd be glad to help! Please upload the audio.", MOODS, None),
    ("I'd be happy to help! Please upload the audio.", MOODS, None),
    ("Sadly, I can't listen to audio.", MOODS, None),
    ("I'm sorry, I'm mad at myself, but I can't tell.", MOODS, None),
    ("I'm sorry, I'm angry at myself, but I can't tell.", MOODS, None),
    ('很高兴为您服务！', ("高兴", "悲伤", "愤怒"), None),
    ("I'm sad to say I cannot hear the clip.", MOODS, None),
    ("I'm unable to fulfil this request.", ("Request", "Apology", "Complaint", "Greeting"), None),
    ('My apologies, but I cannot process audio.', ("Request", "Apology", "Complaint", "Greeting"), None),
    ('My apologies, but I cannot process audio.', ("Request", "Apologies", "Complaint"), None),
    ("I'm happy to help! The mood is sad.", MOODS, 1),
    ('Happy to help: angry', MOODS, 2),
    ('I am happy to assist. The answer is angry.', MOODS, 2),
    ("I'm very happy to answer: Sad.", MOODS, 1),
    ("I'd be more than happy to help. Sad.", MOODS, 1),
    ('Hello! I am happy that you asked. The speaker is angry.', MOODS, 2),
    ('Sadly, the speaker is happy.', MOODS, 0),
    ('Happily, the answer is B.', MOODS, 1),
    ("I'm happy with A.", MOODS, 0),
    ('Happy', MOODS, 0),
    ("I'd say happy.", MOODS, 0),
    ('I am sure it is happy.', MOODS, 0),
    ("I think happy, but I can't be sure.", MOODS, 0),
    ('The speaker is happy to help.', MOODS, 0),
    ('Estoy feliz de ayudarte, pero no hay audio.', ("feliz", "triste", "enojado"), None),
    ('Ich bin gerne bereit; leider bin ich traurig, dass ich nichts höre.', ("Freude", "traurig", "glücklich"), None),
    ('Ich bin glücklich zu helfen, aber es gibt kein Audio.', ("glücklich", "traurig"), None),
    ("Je suis heureux de vous aider, mais il n'y a pas d'audio.", ("heureux", "triste"), None),
    ('Infelizmente, fico feliz em ajudar, mas não há áudio.', ("feliz", "triste"), None),
    ("Sono felice di aiutarti, ma non c'è audio.", ("felice", "triste"), None),
    ('お役に立てて嬉しいです。', ("嬉しい", "悲しい"), None),
    ('도와드릴 수 있어 기쁩니다.', ("기쁨", "슬픔"), None),
    ('Я рад помочь, но нет аудио.', ("рад", "грустный"), None),
    ('说话人不高兴', ("高兴", "悲伤", "愤怒"), None),
    ('说话人没有生气', ("高兴", "悲伤", "生气"), None),
    ('La persona no está triste', ("feliz", "triste", "enojada"), None),
    ('La persona no está triste, está enojada', ("feliz", "triste", "enojada"), 2),
    ('Злость отсутствует', ("Злость", "Грусть"), None),
    ('The tone is devoid of anger.', ("Anger", "Joy"), None),
    ('The tone is free of anger.', ("Anger", "Joy"), None),
    ('The voice lacks anger.', ("Anger", "Joy"), None),
    ('There is no trace of anger.', ("Anger", "Joy"), None),
    ('The absence of anger is striking.', ("Anger", "Joy"), None),
    ('There is an absence of anger; joy.', ("Anger", "Joy"), 1),
    ('不生气，是难过', ("高兴", "难过", "生气"), 1),
    ('并不高兴', ("高兴", "难过", "生气"), None),
    ('说话人很高兴', ("高兴", "难过", "生气"), 0),
    ('高兴', ("高兴", "难过", "生气"), 0),
    ('Die Person ist nicht traurig.', ("traurig", "wütend"), None),
    ("La personne n'est pas triste.", ("triste", "en colère"), None),
    ('A pessoa não está triste.', ("triste", "zangado"), None),
    ('La persona non è triste.', ("triste", "arrabbiato"), None),
    ('Говорящий не грустный.', ("грустный", "злой"), None),
    ('Говорящий не злой, а грустный.', ("грустный", "злой"), 0),
    ('話者は怒りではない。', ("悲しい", "怒り"), None),
    ('화자는 분노가 아니다.', ("슬픔", "분노"), None),
    ('분노가 없다.', ("슬픔", "분노"), None),
    ('Злости нет, Грусть', ("Злость", "Грусть"), 1),
    ('怒りはない。', ("悲しみ", "怒り"), None),
    ('怒りは感じられない。', ("悲しみ", "怒り"), None),
    ("the text says 'I am so happy' but the tone is angry", MOODS, 2),
    ('The speaker says "I\'m so happy", but the tone is angry.', MOODS, 2),
    ("The words are 'so sad', yet the voice is happy.", MOODS, 0),
    ("The answer is 'happy'.", MOODS, 0),
    ('B is anything but right.', PEOPLE, None),
    ('B is hardly right.', PEOPLE, None),
    ('I said B. I take that back.', PEOPLE, None),
    ("Woman is what most people would say. They'd be mistaken.", PEOPLE, None),
    ('Ich würde B ausschließen.', PEOPLE, None),
    ("Were it not for the deep voice, I'd say B.", PEOPLE, None),
    ('Odpowiedź: nie B, tylko A.', PEOPLE, 0),
    ('Odpowiedź: nie B', PEOPLE, None),
    ('Jawabannya bukan B.', PEOPLE, None),
    ('Svaret er ikke B.', PEOPLE, None),
    ('Het antwoord is niet B.', PEOPLE, None),
    ('Svaret är inte B.', PEOPLE, None),
    ('Het is niet B maar A.', PEOPLE, 0),
    ('at least two', ("One", "Two", "Three"), None),
    ('2 or more', ("One", "Two", "Three"), None),
    ('There are two or more speakers.', ("One", "Two", "Three"), None),
    ('Two.', ("One", "Two", "Three"), 1),
    ('over 30 seconds of audio', ("18-30", "30+", "60+"), None),
    ('20 degrees C', PEOPLE, None),
    ('It is 20 °C.', PEOPLE, None),
    ('The chord is C.', PEOPLE, None),
    ('I C.', PEOPLE, None),
    ('Mr. B', PEOPLE, None),
    ('Mr B', PEOPLE, None),
    ('**A**', PEOPLE, 0),
    ('*A*', PEOPLE, 0),
    ('A: 0.2\nB: 0.7\nC: 0.05\nD: 0.05', PEOPLE, 1),
    ('{"A": 0.1, "B": 0.9}', PEOPLE, 1),
    ('Between A and B, I pick the latter.', PEOPLE, 1),
    ('Between A and B, I pick the former.', PEOPLE, 0),
    ("I think it's A, but it might be B.", PEOPLE, 0),
    ('None', ("One", "Two", "None of the above"), 2),
    ('None of them', ("One", "Two", "None of the above"), 2),
    ('M', ("Male", "Female"), 0),
    ('F', ("Male", "Female"), 1),
    ('Definitely!', ("Yes", "No"), 0),
    ('Absolutely not.', ("Yes", "No"), 1),
    ('1s', ("1 s", "2 s"), 0),
)  # fmt: skip


@pytest.mark.parametrize(("reply", "options", "meant"), CASES)
def test_what_is_said_beside_an_answer_is_no_label(
    reply: str, options: tuple[str, ...], meant: int | None
) -> None:
    letters = options in (PEOPLE, MOODS) or len(reply) < 3
    assert committed(reply, options, letters=letters) == meant


def test_an_option_in_the_words_of_a_courtesy_is_an_option() -> None:
    moods = ["How dare they!", "I'm so happy I could burst!", "I'm so sad, I can't go on.", "Well."]
    assert [committed(mood, moods) for mood in moods] == [0, 1, 2, 3]
    assert committed("Surely: I’m so sad, I can’t go on!!", moods) == 2
    assert committed("I'm happy to help, but there is no audio.", ["Happy", "Sad"]) is None
