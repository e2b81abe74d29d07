"""Published schedules of duties read into BASE: every rate used, or listed with the reason."""
