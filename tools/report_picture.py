"""Take a picture of a part of a report, such as the one that the README shows, with headless Chromium.

    footfall generate vantage -o data/vantage --report
    python tools/report_picture.py data/vantage/_footfall/report.html docs/report.png

A page's figures have names; two of them say from where to where:

    python tools/report_picture.py data/jaffle/_footfall/report.html baskets.png baskets affinity

It needs Debian's packages chromium and chromium-driver.
"""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

_WIDTH = 1200
_SECTION = """
const section = document.getElementById(arguments[0]).getBoundingClientRect();
const last = document.getElementById(arguments[1]).getBoundingClientRect();
return [section.top - 24, last.bottom - section.top + 44];
"""
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def picture(page: Path, first: str = "demand", last: str = "payday") -> bytes:
    """PNG from one named element to another; by default the section that tells when orders come."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        raise SystemExit("chromium and chromedriver are needed: apt-get install chromium chromium-driver")
    with tempfile.TemporaryDirectory() as place:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for argument in (*_ARGUMENTS, f"--user-data-dir={place}"):
            options.add_argument(argument)
        with webdriver.Chrome(options=options, service=Service(driver)) as browser:
            screen = {"width": _WIDTH, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
            browser.get(page.resolve().as_uri())
            top, height = browser.execute_script(_SECTION, first, last)
            clip = {"x": 0, "y": top, "width": _WIDTH, "height": height, "scale": 1}
            shot = browser.execute_cdp_cmd(
                "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
            )
    return base64.b64decode(shot["data"])


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:3])
    target.write_bytes(picture(source, *sys.argv[3:]))
