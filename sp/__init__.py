"""Clientshare's front door: a SAML 2.0 Service Provider for many organisations."""
