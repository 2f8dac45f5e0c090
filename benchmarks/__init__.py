"""What is measured, against whom, as ratios within one run: `python -m benchmarks`."""
