"""That what data and models depend on survives faults, changes and the years."""
