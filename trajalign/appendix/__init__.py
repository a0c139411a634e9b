"""The derivations as a document: LaTeX, PDF, text, HTML with MathML, and JSON that is checked."""
