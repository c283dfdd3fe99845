"""The checks of the exercises: module `lesson_2` holds `check_1` for exercise 2.1, and so on.

A check takes the namespace in which the exercise's cell ran, and raises `NotYet` where it is not solved.
"""
