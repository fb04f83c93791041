"""What each terminal command does; heavy imports happen inside."""
