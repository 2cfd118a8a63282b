"""Mechanisms of the room."""
