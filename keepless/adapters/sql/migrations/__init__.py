"""The tables, brought up and down by Alembic: `versions` has a module for each step; `schema`, a level up, runs it."""
