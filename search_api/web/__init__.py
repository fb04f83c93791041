"""The search page: templates, one style sheet, one script."""
