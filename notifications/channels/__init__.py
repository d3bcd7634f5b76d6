"""How messages leave the system: e-mail, and one signed webhook as the adapter point for everything else."""
