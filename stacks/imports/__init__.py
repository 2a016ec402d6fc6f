"""Data contracts of others as declarations of datasets: Open Data Contract Standard and Croissant.

A dataset of a platform file names a contract, and the contract supplies what the platform file does not say.
``contracts`` reads and applies them; one module for each standard says what its words mean here.
"""
