"""Other regions' hubs: how we reach them, what we already answered them, and whom we stopped talking to."""
