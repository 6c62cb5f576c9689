"""The ports in their real forms: on one machine, and in the cloud."""
