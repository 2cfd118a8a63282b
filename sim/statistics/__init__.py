"""Statistics of plain arrays, which know nothing of the model."""
