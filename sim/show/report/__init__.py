"""A report to hand over: one HTML file that opens from the disk and needs no network.

:func:`gather` draws up everything that a saved result says as plain data, :func:`render` makes the
page of it. Nothing is computed while the page is made, and nothing of the page is known while data
are gathered.
"""

from sim.show.report.content import ReportContent
from sim.show.report.gather import gather
from sim.show.report.html_page import render

__all__ = ["ReportContent", "gather", "render"]
