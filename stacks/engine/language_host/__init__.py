"""The Python language host of a CLI that was built from source.

The official release brings its own, written in Go, and the Go modules of the CLI do not contain it. This one
speaks the same protocol (``pulumi/language.proto``) for the one Python that the engine was resolved from.
"""
