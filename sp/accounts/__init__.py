"""People at an organisation, and where an e-mail address signs in."""
