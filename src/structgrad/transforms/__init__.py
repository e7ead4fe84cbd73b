"""What one does with a tape: gradients, pullbacks, custom derivatives, checks."""
