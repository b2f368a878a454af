"""One number turns into another, in the visitor's own hand."""
