"""Make the pictures of the documentation: the report page of the demo run, in Chromium.

``make demo`` first; then ``python scripts/screenshots.py``, which writes ``docs/images/*.png``. Another run, for a look at a page
in light, dark and phone width: ``python scripts/screenshots.py RUN_DIR --compare OTHER --to FOLDER --every-look``.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.report.html.page import ReportOptions, write_report
from harness.run.reader import read_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT: Final = Path(__file__).resolve().parents[1]
DEMO: Final = ROOT / "runs" / "demo"
PICTURES: Final = {
    "report": ("#overview", 860),
    "item": ("#item=transcription_11", 860),
    "compare": ("#compare", 760),
}
"""Picture -> address in the page, and height of the window in pixels."""
LOOKS: Final = {"light": ("light", 1280), "dark": ("dark", 1280), "phone": ("light", 390)}
"""Look -> colours, and width of the window in pixels."""


def take(browser: Browser, page: Path, folder: Path, *, every: bool) -> list[Path]:
    """Write the pictures of a page and return their files."""
    written = []
    for look, (colours, width) in LOOKS.items():
        if look != "light" and not every:
            continue
        for name, (address, height) in PICTURES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=colours,  # type: ignore[arg-type]
            )
            window = context.new_page()
            window.goto(f"{page.as_uri()}{address}")
            window.wait_for_timeout(1000)  # the spectrogram
            written.append(folder / (f"{name}_{look}.png" if every else f"{name}.png"))
            window.screenshot(path=written[-1])
            shrink(written[-1])
            context.close()
    return written


def shrink(path: Path) -> None:
    """Write a picture anew with a palette, which takes a third of the bytes."""
    from PIL import Image

    Image.open(path).convert("RGB").quantize(160, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, nargs="?", default=DEMO / "pocketsphinx")
    parser.add_argument("--compare", type=Path, default=DEMO / "random")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--every-look", action="store_true")
    given = parser.parse_args()

    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    given.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "report.html"
        options = ReportOptions(output=page, cap=25_000_000)
        write_report(read_run(given.run), read_run(given.compare), options)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for path in take(browser, page, given.to, every=given.every_look):
            print(f"{path}: {path.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main()
