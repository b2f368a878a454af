"""What the page and the commands do with a model."""
