"""The record: chained events, their details, and the evidence behind them."""
