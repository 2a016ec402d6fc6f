"""Where data and models come from, and that they may be used where they are used."""
