"""Coding tasks, by which coding agents are measured."""
