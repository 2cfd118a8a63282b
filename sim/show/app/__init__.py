"""The dashboard: a scenario, what is set against it and one run of it, in the browser.

:mod:`~sim.show.app.session` is a session without any page, :mod:`~sim.show.app.settings` what can
be set in it, :mod:`~sim.show.app.exported` what was set as a file,
:mod:`~sim.show.app.background_runs` runs in the background. :mod:`~sim.show.app.page` shows it,
:mod:`~sim.show.app.server` serves it to this machine only, which :mod:`~sim.show.app.guard` holds.
"""
