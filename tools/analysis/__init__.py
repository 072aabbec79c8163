"""Questions about leads, results and interactions, answered by one SELECT over copies of them in memory."""
