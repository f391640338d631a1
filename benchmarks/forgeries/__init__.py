"""Programs that try to be scored higher than they have earned, and what they are measured on."""
