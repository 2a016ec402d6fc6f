"""What a resource type takes and gives, read from the installed SDK's own Python types."""
