"""The dashboard: a scenario, what is set against it and one run of it, in the browser.

:mod:`~sim.app.session` is a session without any page, :mod:`~sim.app.settings` what can be set in
it, :mod:`~sim.app.overlay` what was set as a file, :mod:`~sim.app.ensemble` runs in the background.
:mod:`~sim.app.page` shows it, :mod:`~sim.app.server` serves it to this machine only, which
:mod:`~sim.app.guard` holds.
"""
