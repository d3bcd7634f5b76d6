"""What does the product look like in use? An invented year and a half of one region, lived through the engine."""
