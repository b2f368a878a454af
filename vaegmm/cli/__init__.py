"""The command's subcommands, one module each."""
