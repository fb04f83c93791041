"""Logins: from configuration to what requests to the configured origins carry."""
