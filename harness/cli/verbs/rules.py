"""``harness rules list``: rules that stored replies can be read by (``harness score RUN_DIR --as RULE``)."""

from __future__ import annotations

from harness.cli import options
from harness.cli.app import rules_app
from harness.report.output import say, say_json


@rules_app.command("list")
def list_rules(as_json: options.Json = False) -> None:
    """List the rules of papers and other harnesses that ``harness score … --as RULE`` applies."""
    from harness.scoring.rules.known import RULES

    if as_json:
        say_json([rule.as_json() for rule in RULES.values()])
        return
    for rule in RULES.values():
        say(f"{rule.name}.{rule.version}  {', '.join(sorted(rule.readers))}")
        say(f"  {rule.summary}")
        say(f"  {rule.source}")
