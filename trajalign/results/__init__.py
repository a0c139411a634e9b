"""What the functions of `import trajalign as ta` return: objects with fields and frames."""
