"""What tests share: makers of payloads, and stand-ins for servers."""
