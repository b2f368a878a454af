"""Where a model's files are: in a folder, or in a repository of the Hugging Face hub."""
