"""The whole cloud on one machine: container engine, base image, emulator, deployment, tests."""
