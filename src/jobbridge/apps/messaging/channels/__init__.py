"""Ways out of the house: the file of the demo, SMPP to an operator, two text message services, WeChat."""
