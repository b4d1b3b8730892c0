"""Speaks HTTP and HTML; holds no rule."""
