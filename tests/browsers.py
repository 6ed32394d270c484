"""A real browser without a screen, and how a page is shown in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def started(chromium: str, chromedriver: str, place: Path) -> Any:
    """Start one that keeps what it keeps in a directory, and logs what pages log and ask for."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", f"--user-data-dir={place}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(chromedriver))


def show(browser: Any, address: str, width: int, scheme: str = "light", media: str = "screen") -> None:
    """Open an address on a screen of so many pixels, in the reader's colours, or on paper."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    browser.get(address)
