"""Makes the pictures of the report in docs/report/ anew: `python -m browser.screenshots`."""

import io
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser

from browser.pages import DESKTOP, PHONE, ROOT, chromium, opened, write_report

PICTURES = ROOT / "docs" / "report"
# A palette is enough, and keeps the repository small.


def save(image: Image.Image, name: str) -> None:
    image.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE).save(PICTURES / f"{name}.png", optimize=True)


def take(browser: Browser) -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report = write_report(Path(folder), 60, 40)
        for name, scheme, size, height in (
            ("light", "light", DESKTOP, 2200),
            ("dark", "dark", DESKTOP, 1000),
            ("phone", "light", PHONE, 1700),
        ):
            with opened(browser, report, scheme=scheme, size=size) as page:
                whole = Image.open(io.BytesIO(page.page.screenshot(full_page=True)))
                save(whole.crop((0, 0, whole.width, min(height, whole.height))), name)
        with opened(browser, report) as page:
            paper = pypdfium2.PdfDocument(io.BytesIO(page.page.pdf(prefer_css_page_size=True)))
            sheets = [paper[number].render(scale=1).to_pil() for number in range(4)]
        joined = Image.new("RGB", (sheets[0].width * 2 + 8, sheets[0].height * 2 + 8), "grey")
        for number, sheet in enumerate(sheets):
            joined.paste(sheet, ((number % 2) * (sheet.width + 8), (number // 2) * (sheet.height + 8)))
        save(joined, "print")


if __name__ == "__main__":
    with chromium() as chromium_of_this_machine:
        take(chromium_of_this_machine)
