"""A bare ``aiohttp`` client: read, encode, post, read the reply; nothing is kept.

python -m benchmarks.peers.bare URL CLIPS ITEMS IN_FLIGHT
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.bench.openai_bench import body


async def ask(url: str, clips: list[Path], in_flight: int) -> None:
    """Ask one question a clip."""
    import aiohttp

    numbered = iter(enumerate(clips))
    connector = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def work() -> None:
            for number, clip in numbered:
                given = body(number, clip)
                async with session.post(f"{url}/chat/completions", json=given) as reply:
                    reply.raise_for_status()
                    json.loads(await reply.read())

        await asyncio.gather(*(work() for _ in range(in_flight)))


if __name__ == "__main__":
    address, folder, items, many = sys.argv[1:]
    asyncio.run(ask(address, sorted(Path(folder).iterdir())[: int(items)], int(many)))
