"""The pages that visitors see, and the forms that work without JavaScript.

Here: routes that return HTML. Not here: phrases, charts and languages (`web.ui`), and pages behind the password
(`web.admin`).
"""
