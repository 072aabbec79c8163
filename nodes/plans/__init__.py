"""Plans made of sentences: what they may use, whether they hold, what they take, the workflow that they are."""
