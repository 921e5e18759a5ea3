"""The process that speaks HTTP and WebSocket."""
