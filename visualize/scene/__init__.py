"""Scene: from a `Diagram` to labels, roles and groups, without places; and the themes."""
