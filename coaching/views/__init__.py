"""Pages of helping: thin functions that ask the api and render."""
