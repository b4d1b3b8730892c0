"""Tenants and how to trust and read each one's Identity Provider."""
