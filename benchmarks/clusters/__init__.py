"""What `python -m benchmarks.clustering` is made of, step by step."""
