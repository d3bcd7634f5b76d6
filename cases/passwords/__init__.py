"""Which passwords count, for how long, and how one is lent for a day: profiles of the settings, read by validators."""
