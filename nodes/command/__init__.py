"""The steps of the flow that turns a person's sentence into a plan, and the plan into a run."""
