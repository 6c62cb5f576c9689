"""How long a page keeps its main thread busy, and with it whoever wants to scroll or click."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

# Runs before the page's own scripts; `takeRecords` gives what the observer wasn't told yet.
WATCH: Final = """
(() => {
  let longest = 0;
  const see = (tasks) => { longest = Math.max(longest, ...tasks.map((task) => task.duration)); };
  const observer = new PerformanceObserver((list) => see(list.getEntries()));
  observer.observe({ type: "longtask", buffered: true });
  window.__longestTask = () => { see(observer.takeRecords()); return longest; };
  window.__forgetTasks = () => { see(observer.takeRecords()); longest = 0; };
})();
"""


def longest_task(page: Page) -> float:
    """Milliseconds of the longest task so far; 0 if all were under 50."""
    return float(page.evaluate("() => window.__longestTask()"))


def forget_tasks(page: Page) -> None:
    """Let `longest_task` look only at what comes from now on."""
    page.evaluate("() => window.__forgetTasks()")
