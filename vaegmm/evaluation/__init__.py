"""Measuring a model and drawing what was measured."""
