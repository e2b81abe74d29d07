"""Mutation testing of ``calc/``: does a test fail where the arithmetic is wrong?"""
