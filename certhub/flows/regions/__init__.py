"""What an operator does with other regions."""
