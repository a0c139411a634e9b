"""What the law of the flip on a manifold of minima predicts, judged by gradient descent."""
