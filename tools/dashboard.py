"""Measure the dashboard in a real browser, and take its picture: ``python -m tools.dashboard``.

Prints a table in Markdown for ``docs/how-to/dashboard.md``; with ``--picture`` writes the picture
beside that page.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

from PIL import Image

from tests.support_app import browsing, button, opened, place_of, serving

FLAGSHIPS = {"russia_dprk_pact": "PRK", "vietnam_bamboo": "VNM"}
STEPS = 50
_COLOURS = 128  # of the picture, for a small file
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "dashboard.png"

_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
_STEP = """
() => new Promise((done) => {
  // the map is drawn only when a bloc changes
  const plots = [...document.querySelectorAll('.js-plotly-plot:not(.mp-map)')]
    .filter((plot) => plot.offsetParent);
  const button = [...document.querySelectorAll('button')].find((b) => /Step$/.test(b.innerText));
  let left = plots.length;
  const began = performance.now();
  for (const plot of plots) {
    plot.once('plotly_afterplot', () => {
      if (--left === 0) requestAnimationFrame(() => done(performance.now() - began));
    });
  }
  button.click();
})
"""


def memory(process: int) -> float:
    """Resident memory of a process in MB."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    raise LookupError("no VmRSS")


def measure(scenario: str, code: str, picture: Path | None) -> dict[str, Any]:
    """Measure one scenario on a server and a browser that have just been started."""
    with serving(scenario) as served, browsing(1600, 900) as browser:
        seen = browser()
        began = time.perf_counter()
        page = opened(seen, served.address)
        usable = 1000.0 * (time.perf_counter() - began)
        page.wait_for_timeout(1500)
        paint = page.evaluate(_PAINT)
        at_first = memory(served.process.pid)
        steps = []
        for _ in range(STEPS):
            if button(page, "Step").is_disabled():
                button(page, "Reset").click()
                page.get_by_text("quarter 0 of").wait_for()
                page.wait_for_timeout(1000)
            steps.append(page.evaluate(_STEP))
        after = memory(served.process.pid)
        if picture is not None:
            while not button(page, "Step").is_disabled():  # where the arms differ
                page.evaluate(_STEP)
            page.mouse.click(*place_of(page, "mp-network", code))
            page.locator(".mp-story h3").first.wait_for()
            page.wait_for_timeout(1500)
            page.screenshot(path=picture)
            with Image.open(picture) as taken:
                few = taken.convert("RGB").quantize(_COLOURS)
            few.save(picture, optimize=True)
        outside = len(seen.outside(served.address))
    return {
        "scenario": f"`{scenario}`",
        "first contentful paint": f"{paint:.0f} ms",
        "usable": f"{usable:.0f} ms",
        "step: median": f"{statistics.median(steps):.0f} ms",
        "step: 95 %": f"{statistics.quantiles(steps, n=20)[-1]:.0f} ms",
        "server at first": f"{at_first:.0f} MB",
        f"after {STEPS} steps": f"{after:.0f} MB",
        "requests outside": outside,
    }


def main() -> None:
    """Measure the flagships."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", action="store_true", help=f"write {PICTURE.name}, too")
    wanted = parser.parse_args().picture
    rows = [
        measure(scenario, code, PICTURE if wanted and not at else None)
        for at, (scenario, code) in enumerate(FLAGSHIPS.items())
    ]
    print("| " + " | ".join(rows[0]) + " |")
    print("|" + "---|" * len(rows[0]))
    for row in rows:
        print("| " + " | ".join(str(value) for value in row.values()) + " |")


if __name__ == "__main__":
    main()
