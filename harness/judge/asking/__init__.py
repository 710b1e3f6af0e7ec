"""Ways to a judge other than a chat service."""
