"""What the API says and takes, as schemas."""
