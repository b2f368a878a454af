"""EM step by step, for who wants to see it at work."""
