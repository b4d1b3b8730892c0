"""One file per journey: where the floors meet; each commits once."""
