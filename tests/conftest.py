from hypothesis import HealthCheck, settings

# Time decides no test: a busy machine is slow without being wrong.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
