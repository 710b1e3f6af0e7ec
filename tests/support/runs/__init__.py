"""Run directories and toy tasks."""
