"""Rules about who can reach, read and change what."""
