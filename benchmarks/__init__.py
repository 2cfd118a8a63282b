"""What the kernel is measured against and with; `make bench` runs all of it."""
