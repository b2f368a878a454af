"""Images and labels on their way in."""
