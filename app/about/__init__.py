"""What the page runs on: facts, figures and the digits behind them."""
