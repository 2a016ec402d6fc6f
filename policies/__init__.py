"""Rules that hold for every deployment, and the engine that runs them."""
