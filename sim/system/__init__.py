"""The machine around the program: files, memory, terminal, and what people hand in."""
