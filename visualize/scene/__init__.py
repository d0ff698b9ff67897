"""Scene: from a simplified architecture to words, roles and colours, without places."""
