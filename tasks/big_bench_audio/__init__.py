"""Big Bench Audio: 1,000 spoken reasoning questions, judged."""
