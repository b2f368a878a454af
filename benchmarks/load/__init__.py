"""What `benchmarks.app` measures: crowds, memory, the start, and one visitor in a real browser."""
