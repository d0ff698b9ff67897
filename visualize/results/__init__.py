"""What the functions of `visualize` return, figures aside: data of `core` that prints itself."""
