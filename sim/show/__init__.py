"""What people look at: figures, reports, the dashboard, notebooks, the dictionary of tables."""
