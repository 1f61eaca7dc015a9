"""The server stacks that cases run on, and what they share."""
