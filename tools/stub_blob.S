/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stub inside the command, so that `wrap` needs no file beside it. The assembler is told with
 * -I where stub.bin has been built.
 */
	.section .rodata
	.balign	8
	.globl	stub_blob, stub_blob_end
stub_blob:
	.incbin	"stub.bin"
stub_blob_end:

	.section .note.GNU-stack, "", @progbits
