"""The statements of the ledger, each in a file: what it says, how it is judged and falsified."""
