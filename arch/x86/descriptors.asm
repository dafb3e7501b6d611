; SPDX-License-Identifier: GPL-2.0-only
;
; descriptors.asm - our GDT, TSS and IDT
;
; Their entries hold addresses in pieces, which no relocation could fix: filled in at run time.

%include "entry.inc"

	default rel

	global load_gdt:function hidden
	global load_idt:function hidden

	extern trap_entries

	section .text

; Our GDT and, for the stacks that traps run on, our TSS.
load_gdt:
	lea	rax, [tss]
	mov	[gdt.tss + 2], ax		; base 15:0
	shr	rax, 16
	mov	[gdt.tss + 4], al		; base 23:16
	mov	[gdt.tss + 7], ah		; base 31:24
	shr	rax, 16
	mov	[gdt.tss + 8], eax		; base 63:32
	lea	rax, [trap_stack_top]
	mov	[tss + TSS_IST1], rax
	lea	rax, [nmi_stack_top]
	mov	[tss + TSS_IST2], rax

	lea	rax, [gdt]
	mov	[gdtr + 2], rax
	lgdt	[gdtr]
	mov	eax, SEL_DATA
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	pop	rax				; return address, by way of the new CS
	push	SEL_CODE
	push	rax
	mov	eax, SEL_TSS
	ltr	ax
	o64 retf

; All 256 vectors. trap_entries has 32 entries for the exceptions and one, the last, for the rest.
; Traps run on a stack of their own (IST), so that it does not matter where rsp was; NMIs on a
; second one, since they may come while an exception is being handled.
load_idt:
	lea	rdi, [idt]
	lea	rax, [trap_entries]
	xor	ecx, ecx
.gate:
	mov	[rdi], ax			; offset 15:0
	mov	word [rdi + 2], SEL_CODE
	mov	word [rdi + 4], GATE_INTERRUPT | 1
	mov	rdx, rax
	shr	rdx, 16
	mov	[rdi + 6], dx			; offset 31:16
	shr	rdx, 16
	mov	[rdi + 8], rdx			; offset 63:32, and the reserved half 0
	add	rdi, 16
	inc	ecx
	cmp	ecx, EXCEPTIONS
	ja	.same				; vectors 32 to 255 share the last entry
	add	rax, TRAP_ENTRY_SIZE
.same:
	cmp	ecx, 256
	jb	.gate

	mov	byte [idt + VECTOR_NMI * 16 + 4], 2
	lea	rax, [idt]
	mov	[idtr + 2], rax
	lidt	[idtr]
	ret

	section .data align=16

; Selectors as the boot protocol has them (__BOOT_CS, __BOOT_DS), so that this GDT would do for the
; inner kernel too.
gdt:
	dq	0
	dq	0
	dq	0x00af9b000000ffff		; SEL_CODE: 64-bit, ring 0
	dq	0x00cf93000000ffff		; SEL_DATA
.tss:
	dq	0x0000890000000067		; SEL_TSS: 64-bit, of 0x68 bytes; base later
	dq	0
gdt_limit equ $ - gdt - 1

gdtr:
	dw	gdt_limit
	dq	0
idtr:
	dw	256 * 16 - 1
	dq	0

	section .bss align=16

idt:		resb 256 * 16
tss:		resb 0x68
		resb 1024		; the CPU aligns rsp itself when it enters a trap
trap_stack_top:
		resb 1024
nmi_stack_top:
