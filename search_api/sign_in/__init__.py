"""People sign in on the page: OpenID Connect's authorization code flow with PKCE."""
