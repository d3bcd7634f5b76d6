"""Can somebody elsewhere check what happened in a case? One zip that reads without a server and verifies itself."""
