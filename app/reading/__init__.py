"""What the model reads, shown."""
