"""Does the engine run a programme that nobody has thought of? An invented one: registering family care beds."""
