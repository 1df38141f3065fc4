"""`keepless prove`: plants what must be found nowhere, uses the whole product, and searches every byte at rest for it.

docs/prove.md says what is planted, where it is looked for, in which forms, and what is not covered.
"""
