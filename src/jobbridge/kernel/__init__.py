"""Small pure functions every part of the system shares. Standard library only."""
