"""That data stays, and is worked on, where it may be."""
