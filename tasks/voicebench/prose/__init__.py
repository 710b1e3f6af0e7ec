"""What replies to BBH say in prose next to a yes or no: both ways at once, of others, in other languages."""
