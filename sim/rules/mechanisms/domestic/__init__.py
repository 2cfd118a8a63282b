"""Inside states: regimes, publics, schools of foreign policy, and what they do outward."""
