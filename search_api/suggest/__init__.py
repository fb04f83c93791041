"""What is proposed: another spelling, the rest of what someone types, what others asked."""
