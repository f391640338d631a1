"""Serves people and programs: command line, web review, MCP server. Contains no logic."""
