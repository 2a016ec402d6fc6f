"""The Pulumi program, the words of a platform file, the command, the engine and the sandbox."""
