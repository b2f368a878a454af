"""What several tabs share: elements, the address, buttons, and reading what a browser asks."""
