"""Routes: where the arrows run, once the units have their places."""
