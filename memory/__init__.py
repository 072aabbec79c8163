"""What lasts: records, leads, results, snapshots, checkpoints."""

import os

os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")  # read once, when langgraph is first imported
