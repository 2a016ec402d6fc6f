"""That spending is owned, bounded and not idle."""
