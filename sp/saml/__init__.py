"""The SAML 2.0 protocol: XML in, values out; knows no Flask, no database and no clock."""
