"""A small Identity Provider to try things against; a program of its own, outside the walls.

Nothing here is imported by the service, and nothing here uses `sp.saml`: what builds and signs the
demonstration's and the tests' messages must not share a mistake with what reads them.
"""
