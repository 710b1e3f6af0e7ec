"""What a reply says beside its answer: denials, bounds and quotations in words of their own."""
