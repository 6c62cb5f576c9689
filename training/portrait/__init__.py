"""The bundled portrait style: aligned faces, varied, painted by a teacher, learnt by a student."""
