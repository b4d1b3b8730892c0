"""The SAML 2.0 protocol: XML in, values out; knows neither Flask, nor the database, nor the clock."""
