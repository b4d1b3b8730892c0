"""Everything that expires: sessions, pending requests, consumed assertions."""
