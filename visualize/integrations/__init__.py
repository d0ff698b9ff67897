"""What puts figures into other tools: documentation, for now Sphinx."""
