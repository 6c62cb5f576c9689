"""The engines that ``make bench`` compares, one module each; ``registry`` lists them."""
