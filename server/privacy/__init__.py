"""What is held about a person: finding it everywhere, writing it down, removing it, and looking again."""
