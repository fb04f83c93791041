"""The Model Context Protocol (https://modelcontextprotocol.io): searching as tools of assistants."""
