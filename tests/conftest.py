"""What every test stands on: Hypothesis without deadlines, since a slow machine is not a wrong program."""

from hypothesis import HealthCheck, settings

settings.register_profile("certhub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("certhub")
