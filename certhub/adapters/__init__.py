"""What stands between the hub and the world: the clock, the network, the disk. No rule of the hub is here."""
