"""Core: the types that stages hand to each other, and what all of them know."""
