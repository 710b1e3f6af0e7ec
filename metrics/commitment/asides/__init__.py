"""What a reply says beside its answer: courtesies of the one who answers, and denials in words of their own."""
