"""What a clip is about names no label of how it sounds; what nobody says of an option after all."""

import pytest

from metrics.commitment.asides.topics import without_topics
from metrics.commitment.closed import choose, read

EMOTIONS = {
    "Anger.": ("angry",),
    "Fear.": ("fearful", "afraid", "scared"),
    "Happiness.": ("happy", "cheerful"),
    "Sadness.": ("sad",),
}
ACCENTS = {
    "Scottish.": ("scotland",),
    "Irish.": ("ireland",),
    "American.": ("america",),
    "Indian.": ("india",),
}
GENDERS = {"Male.": ("man", "men"), "Female.": ("woman", "women")}


@pytest.mark.parametrize(
    ("labels", "reply", "meant"),
    [
        (EMOTIONS, "The speaker talks about a sad film.", None),
        (EMOTIONS, "The sentence is about fear of heights.", None),
        (EMOTIONS, "The transcript contains the word anger.", None),
        (EMOTIONS, 'The word "happy" is said twice.', None),
        (EMOTIONS, "She is reading a story about an angry dog.", None),
        (EMOTIONS, "He mentions anger and fear.", None),
        (EMOTIONS, "The conversation deals with sadness.", None),
        (EMOTIONS, "An angry neighbour is mentioned.", None),
        (EMOTIONS, "The speaker talks about a sad film and sounds happy.", "Happiness."),
        (EMOTIONS, "He talks about his happy childhood, but he is sad.", "Sadness."),
        (EMOTIONS, "She speaks about the trip in a cheerful way.", "Happiness."),
        (EMOTIONS, "She talks about how angry she is.", "Anger."),
        (EMOTIONS, "Angry. The speaker mentions a happy day.", "Anger."),
        (EMOTIONS, "I am sure about it: fear.", "Fear."),
        (EMOTIONS, "What about sadness? Yes, sadness.", "Sadness."),
        (ACCENTS, "They talk about a trip to Scotland.", None),
        (ACCENTS, "The clip mentions an Irish pub.", None),
        (ACCENTS, "The sentence is about American football.", None),
        (ACCENTS, "The speaker discusses the Indian economy.", None),
        (ACCENTS, "This is the story of a Scottish king.", None),
        (ACCENTS, "He talks about America with an Irish accent.", "Irish."),
        (ACCENTS, "The accent is American, though the text is about Scotland.", "American."),
        (ACCENTS, "The accent you mentioned is Indian.", "Indian."),
        (GENDERS, "The voice talks about a woman.", None),
        (GENDERS, "A man is speaking about the women of the village.", "Male."),
        (GENDERS, "A woman tells a joke about two men.", "Female."),
        (GENDERS, "Female, she talks about a man.", "Female."),
        (GENDERS, "A story about nature read by a man.", "Male."),
        (GENDERS, "The person talking about cars must be a man.", "Male."),
        (GENDERS, "The one telling us about a queen sounds like a man.", "Male."),
        (GENDERS, "The voice talking about football is female.", "Female."),
        (EMOTIONS, "The speaker talks about a film that is sad.", None),
    ],
)
def test_a_topic_is_no_label_of_a_voice(
    labels: dict[str, tuple[str, ...]], reply: str, meant: str | None
) -> None:
    names = list(labels)
    found = choose(reply, names, None, labels, letters=False).option
    assert (None if found is None else names[found]) == meant


def test_where_options_are_topics_the_topic_is_the_answer() -> None:
    found = choose("They talk about a trip.", ["A job", "A trip", "A meal"], 1)
    assert found.correct


def test_a_text_without_topics_stays_as_it_is() -> None:
    for reply in ("Anger.", "A woman, about forty", "It is the word order", "the film is sad"):
        assert without_topics(reply) == reply


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        ("B over A, but neither fits", None),
        ("B is closer than A, but neither is right", None),
        ("B is nearer than C, yet none of these is correct.", None),
        ("B more than A; neither applies, though", None),
        ("The first option is wrong, and so is the second one.", None),
        ("B is wrong as is C.", None),
        ("B is wrong, and C is too.", None),
        ("I choose B, though neither fits.", 1),
        ("A and C are close, but neither is correct; it is B.", 1),
        ("Neither A nor C fits, so B", 1),
        ("B, since neither A nor C is right", 1),
        ("Of A and C neither is right. B.", 1),
    ],
)
def test_a_preference_that_is_called_wrong_is_no_answer(reply: str, meant: int | None) -> None:
    options = ["a dog barks", "a cat meows", "a cow moos", "rain falls"]
    assert read(reply, options).option == meant
