"""What audio is worth: runs set against the same model's run without audio."""
