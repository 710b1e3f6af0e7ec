"""The stubs are packages of other interpreters: nothing here is a test, and nothing is imported by pytest."""

collect_ignore_glob = ["*"]
