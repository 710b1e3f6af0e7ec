"""What a reply says next to its answer: denials, bounds and quotations in words of their own."""
