"""How states choose: utility terms, moves, the logit choice and the partner's consent."""
