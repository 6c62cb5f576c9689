"""Everything that a new style needs, from its model file on."""
