"""Subcommands of ``jobbridge`` that need the database and Django."""
