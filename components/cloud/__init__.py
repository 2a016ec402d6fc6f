"""What several capabilities build in the same way at one provider; only that provider's files import it."""
