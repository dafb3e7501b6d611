; SPDX-License-Identifier: GPL-2.0-only
;
; traps.asm - exceptions: back to the guard if there is one, else straight to the inner kernel
;
; Nothing is repaired and nothing is resumed: a trap means that something that we believed is not
; so. The run is cut short where it stands, and what led to it is told. NMIs are the exception, they
; come from outside: they are counted and forgotten.

%include "entry.inc"

	default rel

	global trap_entries:data hidden
	global trap_guard:function hidden
	global nmi_count:data hidden

	extern run_step
	extern depart

	section .text

; One entry a vector, TRAP_ENTRY_SIZE apart, each leaving vector and error code on the CPU's frame.
; The CPU itself pushes an error code for some (Intel SDM volume 3, table 6-1).
%define PUSHES_ERROR(v)	((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || \
			 (v) == 29 || (v) == 30)

	align	TRAP_ENTRY_SIZE
trap_entries:
%assign vector 0
%rep EXCEPTIONS
	align	TRAP_ENTRY_SIZE, int3
	%if vector == VECTOR_NMI
	inc	qword [nmi_count]
	iretq
	%else
		%if !PUSHES_ERROR(vector)
	push	0
		%endif
	push	vector
	jmp	trap
	%endif
	%assign vector vector + 1
%endrep
	align	TRAP_ENTRY_SIZE, int3
	iretq					; vectors 32 to 255: noise, or what apic.c lets in and ends

; On the trap stack: vector, error code, rip, cs, rflags, rsp, ss.
trap:
	cld
	; With MCIP left set, a second machine check would shut the CPU down. The banks stay as they
	; are: the inner kernel logs them when it boots.
	cmp	qword [rsp], VECTOR_MACHINE_CHECK
	jne	.not_machine_check
	xor	eax, eax
	xor	edx, edx
	mov	ecx, MSR_MCG_STATUS
	wrmsr
.not_machine_check:

	; Each guard serves once. It is spent before anything else is done, so that a second trap,
	; in the lines below or in what the guard's caller does next, finds none and departs.
	xor	ebx, ebx
	xchg	rbx, [guard_rsp]
	test	rbx, rbx
	jz	depart

	mov	rdi, [guard_frame]
	pop	qword [rdi + FRAME_VECTOR]
	pop	qword [rdi + FRAME_ERROR]
	pop	qword [rdi + FRAME_RIP]
	mov	rax, [rsp + 16]
	mov	[rdi + FRAME_RSP], rax
	mov	rax, cr2
	mov	[rdi + FRAME_CR2], rax

	mov	rsp, rbx
	mov	eax, 1
	jmp	guard_return

; bool trap_guard(enum step step, struct trap_frame *frame)
;
; Runs run_step(step). False if it returned; true, and *frame filled in, if a trap cut it short.
; Guards do not nest. It takes a number, not a function, so that the call graph stays static for
; tools/check-stack.py:
;	stack: trap_guard 64 calls run_step
trap_guard:
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	sub	rsp, 8				; the ABI wants rsp 16-byte aligned at the call
	mov	[guard_frame], rsi
	mov	[guard_rsp], rsp
	call	run_step
	mov	qword [guard_rsp], 0
	xor	eax, eax
guard_return:
	add	rsp, 8
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret

	section .bss align=16

guard_rsp:	resq 1				; 0: no guard
guard_frame:	resq 1
nmi_count:	resq 1
