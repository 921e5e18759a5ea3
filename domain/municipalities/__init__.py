"""Towns: the tenants."""
