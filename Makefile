# Thin aliases of dev.py, which is the truth and needs no make.
.DEFAULT_GOAL := help
.PHONY: help demo test check bench docs
help:   ; @python3 dev.py; true
demo:   ; @python3 dev.py demo
test:   ; @python3 dev.py test
check:  ; @python3 dev.py check
bench:  ; @python3 dev.py bench
