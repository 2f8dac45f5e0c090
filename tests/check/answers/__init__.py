"""Answers to the exercises as learners write them, right and wrong: a line `# name` begins each, and its body follows.

The name of a right answer says how it is written. That of a wrong one is the name of its mistake. If two names are true,
both stand there, with " / " between them; `-` means that no name is expected.
"""
