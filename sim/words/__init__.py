"""English, made once: of numbers, metrics, decisions and effects."""
