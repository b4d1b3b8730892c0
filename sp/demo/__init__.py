"""A small Identity Provider to try things against; a program of its own, never imported by the service."""
