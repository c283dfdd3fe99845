"""What a first visit costs on a slow phone: bytes, requests, and the time until the page can be used.

    python benchmarks/page.py

Chromium, with an empty cache, behind a slow mobile line (1.6 Mbit/s, 150 ms there and back) and with a processor slowed
down four times, the profile that Lighthouse calls mobile; server and browser on the same processors. Usable is when the
page is painted and its scripts have run; of three visits the middle one is printed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from statistics import median
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

PAGES = ("/", "/batch", "/photos", "/model", "/docs")
VISITS = 3
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 3, "mobile": True}
TIMES = """
const [page] = performance.getEntriesByType("navigation");
const paint = performance.getEntriesByName("first-contentful-paint")[0];
return [paint.startTime, Math.max(paint.startTime, page.domContentLoadedEventEnd)];
"""


def start_browser(profile: str) -> Chrome:
    """A browser that has never been here, on a slow phone."""
    options = ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    browser = Chrome(options, ChromeService(shutil.which("chromedriver")))
    for command, arguments in (
        ("Network.enable", {}),
        ("Network.emulateNetworkConditions", LINE),
        ("Emulation.setCPUThrottlingRate", {"rate": SLOWER}),
        ("Emulation.setDeviceMetricsOverride", PHONE),
    ):
        browser.execute_cdp_cmd(command, arguments)
    return browser


def sizes(browser: Chrome, address: str) -> list[int]:
    """Bytes over the line of each request to one server, headers included; the browser's own pages load much more."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {one["params"]["requestId"] for one in events if _address(one).startswith(address)}
    ended = [one["params"] for one in events if one["method"] == "Network.loadingFinished"]
    return [one["encodedDataLength"] for one in ended if one["requestId"] in asked]


def _address(event: dict[str, Any]) -> str:
    return str(event["params"]["request"]["url"]) if event["method"] == "Network.requestWillBeSent" else ""


def visit(server: str, page: str) -> tuple[float, float, float, float]:
    """kB over the line, requests, and milliseconds to first paint and to a usable page."""
    with tempfile.TemporaryDirectory() as profile:
        browser = start_browser(profile)
        try:
            browser.get("about:blank")
            browser.get(server + page)
            paint, usable = browser.execute_script(TIMES)
            came = sizes(browser, server)
        finally:
            browser.quit()
    return sum(came) / 1000, len(came), paint, usable


def main() -> None:
    """Start a server, visit each page, and print a table."""
    words = [sys.executable, "-m", "pawsight", "serve", "--port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own words
        line = server.stderr.readline() if server.stderr else ""
        print("| page | kB | requests | first paint, ms | usable, ms |\n|---|---|---|---|---|")
        for page in PAGES:
            visits = [visit(line.split()[3], page) for _ in range(VISITS)]
            size, requests, paint, usable = (median(column) for column in zip(*visits, strict=True))
            print(f"| `{page}` | {size:.0f} | {requests:.0f} | {paint:.0f} | {usable:.0f} |")
        server.terminate()


if __name__ == "__main__":
    main()
