"""Generators of training and evaluation conversations."""
