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
import math
import shutil
import subprocess
import sys
from dataclasses import dataclass
from statistics import median

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserType, Page, sync_playwright

PAGES = ("/", "/batch", "/photos", "/train", "/model", "/docs")
VISITS = 3
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "is_mobile": True}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
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
async () => {
  const painted = () => performance.getEntriesByName("first-contentful-paint").length > 0;
  while (!painted()) await new Promise((done) => { setTimeout(done, 20); });  // on a busy machine after `load`
  const [page] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
  return { ...seen, paint, usable: Math.max(paint, page.domContentLoadedEventEnd) };
}
"""
# what Lighthouse calls best practices -> whether the page keeps it
PRACTICES = """
() => {
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
}
"""


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


@dataclass(frozen=True)
class Traffic:
    """What the browser asked for, and what came: identifier -> address, and (identifier, bytes over the line)."""

    asked: dict[str, str]
    came: list[tuple[str, float]]

    def sizes(self, server: str) -> list[float]:
        """Bytes of each response of a server."""
        return [size for id, size in self.came if self.asked.get(id, "").startswith(server)]


def open_phone(chromium: BrowserType) -> Page:
    """A page of a browser that has never been here, on a slow phone; closing its browser is the caller's."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    browser = chromium.launch(executable_path=program, args=FLAGS)
    page = browser.new_page(**PHONE)
    page.add_init_script(WATCH)
    return page


def slow_down(page: Page) -> Traffic:
    """Put the phone behind the slow line, and count what comes over it."""
    session, traffic = page.context.new_cdp_session(page), Traffic({}, [])
    session.on("Network.requestWillBeSent", lambda one: traffic.asked.update({one["requestId"]: one["request"]["url"]}))
    session.on("Network.loadingFinished", lambda one: traffic.came.append((one["requestId"], one["encodedDataLength"])))
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return traffic


def score(seen: dict[str, float]) -> float:
    """Lighthouse's performance, 0 to 100: for each metric the tail of a log-normal curve, weighted."""

    def part(value: float, good: float, middling: float) -> float:
        place = math.log(max(value, 1e-9) / middling) / math.log(middling / good) * 0.9061938024368232
        return math.erfc(place) / 2

    total = sum(weight for weight, _, _ in CURVES.values())
    return 100 * sum(weight * part(seen[name], *curve) for name, (weight, *curve) in CURVES.items()) / total


def visit(chromium: BrowserType, server: str, address: str) -> Visit:
    """Go to a page for the first time."""
    page = open_phone(chromium)
    try:
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        traffic = slow_down(page)
        page.goto(server + address)
        seen, practices = page.evaluate(TIMES), page.evaluate(PRACTICES)
        sizes = traffic.sizes(server)
        practices["no complaints of the browser"] = not complaints
        found = Axe().run(page, options={"runOnly": RULES}).violations_count
    finally:
        if page.context.browser:
            page.context.browser.close()
    broken = tuple(name for name, kept in practices.items() if not kept)
    return Visit(sum(sizes) / 1000, len(sizes), seen["paint"], seen["usable"], score(seen), found, broken)


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
    with (
        sync_playwright() as playwright,
        subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as server,  # noqa: S603  # our own words
    ):
        try:
            address = (server.stderr.readline() if server.stderr else "").split()[3]
            print("| page | kB | requests | first paint | usable | performance | axe complaints | best practices |")
            print("|---|---|---|---|---|---|---|---|")
            for page in PAGES[:1] if short else PAGES:
                print(
                    row(page, [visit(playwright.chromium, address, page) for _ in range(1 if short else VISITS)]),
                    flush=True,
                )
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
