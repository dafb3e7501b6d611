# SPDX-License-Identifier: GPL-2.0-only
#
# proof.mk - proofs with CBMC; included by the top Makefile
#
#	make prove			all of them, two at a time
#	make prove PROOF=walk		those with that word in their name
#	make prove-mutants		do they notice? each mutant of tests/proof/mutants.py must fail one
#
# docs/proofs.md says what is proved, within which bounds.

.PHONY: prove prove-mutants proof-deps
proof-deps:
	@tools/deps.sh build proof
	@tools/cbmc.sh

prove: proof-deps
	@/usr/bin/python3 -B tests/proof/run.py prove $(PROOF)

prove-mutants: proof-deps
	@/usr/bin/python3 -B tests/proof/run.py mutants $(PROOF)
