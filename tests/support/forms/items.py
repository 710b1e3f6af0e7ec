"""Questions of our own with lettered options, of every kind that closed benchmarks hold.

``kind`` says which templates make sense: ``noun`` (a word or phrase that a sentence can hold), ``sentence``, ``number``,
``word`` (yes, no, none, both and the like), ``letters`` (options that hold letters), ``pitch``
(options that are letters, so that a letter alone is two answers).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Question(NamedTuple):
    """Options of a question; ``other`` has, for some of them, another inflection by index."""

    kind: str
    options: tuple[str, ...]
    other: tuple[str, ...] = ()


def _q(kind: str, *options: str, other: tuple[str, ...] = ()) -> Question:
    return Question(kind, options, other)


QUESTIONS: Final = (
    # nouns, with another number or article of each
    _q("noun", "Waterfall", "Tractor", "Church bell", "Seagull", other=("Waterfalls", "Tractors", "Church bells", "Seagulls")),
    _q("noun", "Violin", "Trumpet", "Xylophone", "Sitar", other=("Violins", "Trumpets", "Xylophones", "Sitars")),
    _q("noun", "Horse", "Donkey", "Sheepdog", "Parrot", other=("Horses", "Donkeys", "Sheepdogs", "Parrots")),
    _q("noun", "Fireworks", "Gunshots", "Hand drums", "Car doors", other=("Firework", "Gunshot", "Hand drum", "Car door")),
    _q("noun", "a kitchen", "a swimming pool", "an airport hall", "a library", other=("kitchens", "swimming pools", "airport halls", "libraries")),
    _q("noun", "Blender", "Vacuum cleaner", "Hair dryer", "Lawn mower"),
    _q("noun", "Sadness", "Joy", "Anger", "Surprise"),
    _q("noun", "Jazz", "Hip hop", "Classical music", "Reggae"),
    _q("noun", "Portuguese", "Romanian", "Finnish", "Swahili"),
    _q("noun", "Male speaker", "Female speaker"),
    _q("noun", "Teacher and student", "Doctor and patient", "Buyer and seller", "Pilot and passenger"),
    _q("noun", "Ocean waves", "Rain on a roof", "Wind in trees", "Frying oil"),
    _q("noun", "Emma Watts", "Mel B", "Victoria Adams", "Geri H"),
    _q("noun", "Speaker one", "Speaker two", "Speaker three"),
    _q("noun", "Crescendo", "Diminuendo", "Staccato", "Legato"),
    _q("noun", "Telephone ringing", "Glass breaking", "Baby crying", "Door slamming"),
    _q("noun", "Ironic", "Sincere", "Hesitant", "Bored"),
    _q("noun", "São Paulo", "Zürich", "Kraków", "Málaga"),
    # options inside options
    _q("noun", "Rain", "Heavy rain", "Rain and thunder", "Thunder"),
    _q("noun", "Guitar", "Bass guitar", "Electric guitar", "Acoustic guitar"),
    _q("noun", "Angry", "Somewhat angry", "Slightly angry", "Extremely angry"),
    _q("noun", "Bird", "Blackbird", "Bird of prey", "Hummingbird"),
    _q("noun", "English", "American English", "Indian English", "Old English"),
    _q("noun", "Happy and excited", "Happy", "Excited", "Sad and calm"),
    # word order
    _q("noun", "First a dog, then a cat", "First a cat, then a dog", "Only a dog", "Only a cat"),
    _q("noun", "Piano before violin", "Violin before piano", "Drums before piano", "Violin before drums"),
    # sentences
    _q("sentence", "The man missed his train and called a taxi.", "The man bought a ticket for the night bus.", "The woman paid for both tickets.", "The woman forgot her luggage at home."),
    _q("sentence", "He thinks the plan is too expensive.", "He thinks the plan will work well.", "She thinks the plan needs more time.", "She refuses to talk about the plan."),
    _q("sentence", "Plants take in carbon dioxide", "Animals produce oxygen at night", "Rocks melt in cold water", "Metals float on oil"),
    _q("sentence", "to ask for directions to the museum", "to complain about a broken phone", "to book a table for two", "to cancel a dentist appointment"),
    _q("sentence", "The speaker is out of breath", "The speaker has a cold", "The speaker is whispering", "The speaker is shouting over noise"),
    # numbers
    _q("number", "2", "3", "4", "5"),
    _q("number", "Two", "Three", "Four", "Seven"),
    _q("number", "60 BPM", "90 BPM", "120 BPM", "140.5 BPM"),
    _q("number", "1,500", "150", "15", "15,000"),
    _q("number", "1987", "1999", "2004", "2011"),
    _q("number", "0:05", "0:15", "1:05", "1:50"),
    _q("number", "25%", "50%", "75%", "100%"),
    _q("number", "3.5 seconds", "5 seconds", "12 seconds", "20 seconds"),
    _q("number", "-3", "3", "0", "30"),
    # words that are also said for other reasons
    _q("word", "Yes", "No"),
    _q("word", "Yes", "No", "Cannot be determined"),
    _q("word", "True", "False"),
    _q("word", "A dog", "A cat", "Both", "Neither"),
    _q("word", "Guitar", "Drums", "All of the above", "None of the above"),
    _q("word", "None", "One", "Several", "Unknown"),
    # options with letters
    _q("letters", "C major", "A minor", "B flat major", "E minor"),
    _q("letters", "Vitamin A", "Vitamin B", "Vitamin C", "Vitamin D"),
    _q("letters", "Plan B", "Plan A", "Plan D", "Plan C"),
    _q("pitch", "G", "D", "A", "E"),
    _q("pitch", "F#", "Bb", "C", "D#"),
    _q("letters", "Section A", "Section B", "Both sections", "Neither section"),
    _q("letters", "Type A blood", "Type B blood", "Type O blood", "Type AB blood"),
)  # fmt: skip
