"""The conclusions proved for all step sizes up to a number, in ball arithmetic."""
