"""Pages; the library of the same name is imported by its own."""
