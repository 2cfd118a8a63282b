"""The international order: arms control, non-proliferation, the United Nations, organisations."""
