"""What a first visit costs on a slow phone, and what Lighthouse would say: performance, accessibility, best practices.

    python benchmarks/page.py            # every page, the middle of three visits
    python benchmarks/page.py --short    # the front page, once

Chromium, with an empty cache, behind a slow mobile line (1.6 Mbit/s, 150 ms there and back) and with a processor slowed
down four times, the profile that Lighthouse calls mobile; server and browser on the same processors. Usable is when the
page is painted and its scripts have run. Performance is Lighthouse's score for what was observed: curves and weights of
its version 10 for first and largest paint, blocking time and shifting, without the speed index (which needs a film).
Accessibility is the number of axe-core's complaints (WCAG 2.2 AA and best practices); best practices are those of
Lighthouse's audits that can fail on a page like this, by name where one does.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

PAGES = ("/", "/batch", "/photos", "/model", "/docs")
VISITS = 3
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 3, "mobile": True}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# metric -> weight, value that scores 90, value that scores 50 (milliseconds; shifting has no unit)
CURVES = {"paint": (10, 1800, 3000), "largest": (25, 2500, 4000), "blocked": (30, 200, 600), "shift": (25, 0.1, 0.25)}
WATCH = """
window.seen = { largest: 0, shift: 0, blocked: 0 };
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({ type, buffered: true });
watch("largest-contentful-paint", (one) => { seen.largest = one.startTime; });
watch("layout-shift", (one) => { seen.shift += one.hadRecentInput ? 0 : one.value; });
watch("longtask", (one) => { seen.blocked += Math.max(0, one.duration - 50); });
"""
TIMES = """
const [page] = performance.getEntriesByType("navigation");
const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
return { ...seen, paint, usable: Math.max(paint, page.domContentLoadedEventEnd) };
"""
# what Lighthouse calls best practices -> whether the page keeps it
PRACTICES = """
const images = [...document.images].filter((one) => one.naturalWidth && one.checkVisibility());
const skew = (one) => one.naturalWidth / one.naturalHeight / (one.width / one.height);
return {
  "doctype": document.compatMode === "CSS1Compat",
  "charset": document.characterSet === "UTF-8",
  "viewport": Boolean(document.querySelector("meta[name=viewport][content*='width=device-width']")),
  "title and description": Boolean(document.title && document.querySelector("meta[name=description]").content),
  "language": Boolean(document.documentElement.lang),
  "shape of images": images.every((one) => Math.abs(Math.log(skew(one))) < 0.05
    || ["cover", "contain"].includes(getComputedStyle(one).objectFit)),
  "pasting is allowed": [...document.querySelectorAll("input")].every((one) => !one.onpaste),
};
"""
COMPLAIN = "axe.run(document, { runOnly: arguments[0] }).then((found) => arguments[1](found.violations.length));"


@dataclass(frozen=True)
class Visit:
    """What one visit was like: kB and requests over the line, milliseconds, and what is wrong with the page."""

    size: float
    requests: float
    paint: float
    usable: float
    performance: float
    complaints: float
    broken: tuple[str, ...]


def start_browser(profile: str) -> Chrome:
    """A browser that has never been here, on a slow phone."""
    options = ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    browser = Chrome(options, ChromeService(shutil.which("chromedriver")))
    for command, arguments in (
        ("Network.enable", {}),
        ("Network.emulateNetworkConditions", LINE),
        ("Emulation.setCPUThrottlingRate", {"rate": SLOWER}),
        ("Emulation.setDeviceMetricsOverride", PHONE),
        ("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH}),
    ):
        browser.execute_cdp_cmd(command, arguments)
    return browser


def asked(events: list[Any]) -> dict[str, str]:
    """Identifier and address of each request."""
    sent = [one["params"] for one in events if one["method"] == "Network.requestWillBeSent"]
    return {one["requestId"]: str(one["request"]["url"]) for one in sent}


def score(seen: dict[str, float]) -> float:
    """Lighthouse's performance, 0 to 100: for each metric the tail of a log-normal curve, weighted."""

    def part(value: float, good: float, middling: float) -> float:
        place = math.log(max(value, 1e-9) / middling) / math.log(middling / good) * 0.9061938024368232
        return math.erfc(place) / 2

    total = sum(weight for weight, _, _ in CURVES.values())
    return 100 * sum(weight * part(seen[name], *curve) for name, (weight, *curve) in CURVES.items()) / total


def visit(server: str, page: str) -> Visit:
    """Go to a page for the first time."""
    with tempfile.TemporaryDirectory() as profile:
        browser = start_browser(profile)
        try:
            browser.get("about:blank")
            browser.get(server + page)
            seen = browser.execute_script(TIMES)
            events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
            practices = browser.execute_script(PRACTICES)
            practices["no complaints of the browser"] = not browser.get_log("browser")
            ours = {id for id, address in asked(events).items() if address.startswith(server)}
            came = [one["params"] for one in events if one["method"] == "Network.loadingFinished"]
            sizes = [one["encodedDataLength"] for one in came if one["requestId"] in ours]
            browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 1})
            browser.execute_script(axe())
            complaints = browser.execute_async_script(COMPLAIN, RULES)
        finally:
            browser.quit()
    broken = tuple(name for name, kept in practices.items() if not kept)
    times = (seen["paint"], seen["usable"], score(seen))
    return Visit(sum(sizes) / 1000, len(sizes), *times, complaints, broken)


def axe() -> str:
    """axe-core's script, as the package axe-playwright-python brings it."""
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("Expected the package axe-playwright-python: pip install axe-playwright-python")
    return next(Path(spec.submodule_search_locations[0]).rglob("axe*.js")).read_text(encoding="utf-8")


def row(page: str, visits: list[Visit]) -> str:
    """A line of the table: the middle of each figure."""
    names = ("size", "requests", "paint", "usable", "performance", "complaints")
    size, requests, paint, usable, performance, complaints = (
        median(getattr(x, name) for x in visits) for name in names
    )
    broken = ", ".join(sorted({name for one in visits for name in one.broken})) or "all kept"
    times = f"{paint / 1000:.2f} s | {usable / 1000:.2f} s"
    return f"| `{page}` | {size:.0f} | {requests:.0f} | {times} | {performance:.0f} | {complaints:.0f} | {broken} |"


def main() -> None:
    """Start a server, visit each page, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="the front page, once")
    short = parser.parse_args().short
    words = [sys.executable, "-m", "pawsight", "serve", "--port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own words
        try:
            address = (server.stderr.readline() if server.stderr else "").split()[3]
            print("| page | kB | requests | first paint | usable | performance | axe complaints | best practices |")
            print("|---|---|---|---|---|---|---|---|")
            for page in PAGES[:1] if short else PAGES:
                print(row(page, [visit(address, page) for _ in range(1 if short else VISITS)]), flush=True)
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
