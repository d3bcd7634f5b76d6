"""More time for a piece of work: asked for, granted or refused (延期申请)."""
