"""What runs the kernel: many runs on all cores, one run in Mesa, one run laid open."""
