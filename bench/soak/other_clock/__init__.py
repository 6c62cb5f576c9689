"""A folder for the path of a process, whose clock is then another one."""
