; SPDX-License-Identifier: GPL-2.0-only
;
; entry.asm - the first and the last instructions of the stub
;
; The head of the image as include/image.h lays it out: 32-bit entry, image_info, 64-bit entry
; (Linux boot protocol, Documentation/arch/x86/boot.rst). entry64 saves what the loader left, takes
; a stack, a GDT and an IDT, and calls arch_main(). depart puts everything back and enters the inner
; kernel: it is where every run ends, whatever happened. All addresses are rip-relative.

%include "entry.inc"

	default rel

	global entry64:function hidden
	global depart:function hidden

	extern arch_main
	extern load_gdt
	extern load_idt
	extern image_bss
	extern image_end

; -------------------------------------------------------------------------------------------------
	section .head progbits alloc exec nowrite align=4096

	bits 32

; The 32-bit entry. No crash comes this way (kexec enters at +0x200), so nothing is relayed: put the
; inner header's fields back and enter the inner kernel's own 32-bit entry. The protocol gives no
; stack; as Linux does, borrow boot_params.scratch for the one call that tells where we are.
entry32:
	cli
	cld
	lea	esp, [esi + BP_SCRATCH + 4]
	jmp	entry32_body

	times 0x40 - ($ - entry32) db 0xcc	; int3

; struct image_info of include/image.h; `dmarelay wrap` fills in what is 0 here.
image_info:
	dq	0x3147414d494d4452		; IMAGE_INFO_MAGIC

; linker.ld puts the two sizes here, +0x48 to +0x50.
HEAD_REST equ 0x50
	section .head.rest progbits alloc exec nowrite align=1
head_rest:
	times 0x88 - HEAD_REST db 0

entry32_body:
	call	.here
.here:
	pop	ebp
	sub	ebp, HEAD_REST + (.here - head_rest)
	lea	ebx, [ebp + 0x40]			; image_info

	mov	eax, [ebx + INFO_INNER_OFFSET]
	test	eax, eax
	jz	.halt				; never wrapped
	add	eax, ebp

	mov	ecx, [ebx + INFO_SYSSIZE]
	mov	[esi + BP_SYSSIZE], ecx
	mov	ecx, [ebx + INFO_INIT_SIZE]
	mov	[esi + BP_INIT_SIZE], ecx
	mov	ecx, [ebx + INFO_PAYLOAD_OFFSET]
	mov	[esi + BP_PAYLOAD_OFFSET], ecx
	mov	ecx, [ebx + INFO_HANDOVER_OFFSET]
	mov	[esi + BP_HANDOVER_OFFSET], ecx
	mov	ecx, [ebx + INFO_KERNEL_INFO_OFFSET]
	mov	[esi + BP_KERNEL_INFO_OFFSET], ecx
	mov	cx, [ebx + INFO_XLOADFLAGS]
	mov	[esi + BP_XLOADFLAGS], cx
	jmp	eax
.halt:
	hlt
	jmp	.halt

	times 0x200 - HEAD_REST - ($ - head_rest) db 0xcc

	bits 64

; The 64-bit entry: rsi = boot_params, paging on with an identity map, interrupts off, and no IDT.
; Until ours is loaded nothing may fault: only our own image is touched. `mov` and `lea` first,
; since they leave the flags alone.
entry64:
	mov	rbp, rsp
	lea	rsp, [stack_top]
	pushfq
	pop	rbx
	cli
	cld
	rdtsc
	mov	r8d, eax
	mov	r9d, edx

	; kexec zeroes what follows the file's part, but the boot protocol does not say so.
	lea	rdi, [image_bss]
	lea	rcx, [image_end]
	sub	rcx, rdi
	shr	rcx, 3
	xor	eax, eax
	rep	stosq

	mov	[entry_state + STATE_BOOT_PARAMS], rsi
	mov	[entry_state + STATE_RSP], rbp
	mov	[entry_state + STATE_RFLAGS], rbx
	mov	[entry_state + STATE_TICKS], r8d
	mov	[entry_state + STATE_TICKS + 4], r9d
	lea	rax, [entry32]
	mov	[entry_state + STATE_LOAD], rax

	mov	eax, [image_info + INFO_INNER_OFFSET]
	test	eax, eax
	jz	.halt				; never wrapped: there is no kernel to enter

	call	save_cpu
	call	load_gdt
	call	load_idt

	lea	rdi, [entry_state]
	lea	rsi, [image_info]
	call	arch_main
	jmp	depart
.halt:
	hlt
	jmp	.halt

; -------------------------------------------------------------------------------------------------
	section .text

; Everything that we are going to change, into entry_state. TR is not among it: no kernel relies on
; the loader's task register, and the descriptor behind it is gone with the crashed kernel's GDT.
save_cpu:
	mov	rax, cr0
	mov	[entry_state + STATE_CR0], rax
	mov	rax, cr3
	mov	[entry_state + STATE_CR3], rax
	mov	rax, cr4
	mov	[entry_state + STATE_CR4], rax
	mov	ecx, MSR_EFER
	rdmsr
	mov	[entry_state + STATE_EFER], eax
	mov	[entry_state + STATE_EFER + 4], edx
	sgdt	[entry_state + STATE_GDTR]
	sidt	[entry_state + STATE_IDTR]
	mov	[entry_state + STATE_CS], cs
	mov	[entry_state + STATE_DS], ds
	mov	[entry_state + STATE_ES], es
	mov	[entry_state + STATE_SS], ss
	ret

; Put back what the loader left and enter the inner kernel's 64-bit entry, rsi = boot_params and all
; other registers 0, as purgatory does. Whatever comes before, this is the way out, also from a trap
; that nobody guards; so it uses nothing but entry_state.
;
; Nothing in here can fault: the values are those that the CPU gave, and segments.c has looked at
; the loader's GDT. Should it all the same, it comes here again, and the second time halts, rather
; than go round for ever.
depart:
	cli
	cld
	lea	rsp, [stack_top]
	inc	byte [departures]
	cmp	byte [departures], 1
	ja	.halt

	; Our tables map depart at the same address as the loader's do. CR3 before EFER: with NX
	; off, our tables would have a reserved bit set.
	mov	rax, [entry_state + STATE_CR0]
	mov	cr0, rax
	mov	rax, [entry_state + STATE_CR3]
	mov	cr3, rax
	mov	rax, [entry_state + STATE_CR4]
	mov	cr4, rax
	mov	eax, [entry_state + STATE_EFER]
	mov	edx, [entry_state + STATE_EFER + 4]
	mov	ecx, MSR_EFER
	wrmsr

	cmp	byte [entry_state + STATE_RESTORE_SEGMENTS], 0
	je	.segments_done
	lgdt	[entry_state + STATE_GDTR]
	mov	ds, [entry_state + STATE_DS]
	mov	es, [entry_state + STATE_ES]
	mov	ss, [entry_state + STATE_SS]
	movzx	eax, word [entry_state + STATE_CS]
	push	rax
	lea	rax, [.segments_done]
	push	rax
	o64 retf

.segments_done:
	lidt	[entry_state + STATE_IDTR]
	mov	eax, [image_info + INFO_INNER_OFFSET]
	add	rax, [entry_state + STATE_LOAD]
	add	rax, 0x200			; IMAGE_ENTRY64_OFFSET
	mov	[inner_entry], rax

	push	qword [entry_state + STATE_RFLAGS]
	popfq
	mov	rsp, [entry_state + STATE_RSP]
	mov	rsi, [entry_state + STATE_BOOT_PARAMS]
	mov	eax, 0				; not xor: the flags are the loader's again
	mov	ebx, eax
	mov	ecx, eax
	mov	edx, eax
	mov	edi, eax
	mov	ebp, eax
	mov	r8d, eax
	mov	r9d, eax
	mov	r10d, eax
	mov	r11d, eax
	mov	r12d, eax
	mov	r13d, eax
	mov	r14d, eax
	mov	r15d, eax
	jmp	[inner_entry]
.halt:
	hlt
	jmp	.halt

; -------------------------------------------------------------------------------------------------
	section .bss align=16

entry_state:	resb STATE_SIZE
inner_entry:	resq 1
departures:	resb 1

; The page below the stack is never mapped by our own tables: paging.c.
	section .stack nobits alloc noexec write align=4096

	global stack_guard:data hidden
stack_guard:	resb 4096
		resb STACK_SIZE
stack_top:
