"""Shapes that rules of several families share: pods, tags, endpoints, machines, and how resources are joined.

They know the engine and nothing else of ours. Facts stand in ``tables/``, each with its source.
"""
