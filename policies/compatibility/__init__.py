"""Combinations that are known to break, refused before anything is created."""
