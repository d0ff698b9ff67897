"""What puts figures and checks into other tools: documentation and tests."""
