"""What regions send each other and what is kept of it: question, answer, bundle, receipt."""
