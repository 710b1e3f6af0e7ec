"""Scripts for the interpreters of the models: nothing here is a test."""

collect_ignore_glob = ["*"]
