"""What is measured in runs: the language of metrics, and what an ensemble says."""
