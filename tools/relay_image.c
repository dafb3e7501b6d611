// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing of the inner kernel overlaps the arena: its decompressor moves itself to the end of its
 * init_size, unpacks below, and keeps its heap, stack and page tables inside (Linux,
 * arch/x86/boot/compressed/head_64.S). KASLR then keeps off the arena because of the setup_data
 * node over it.
 */
#include "relay_image.h"

#include <stdlib.h>
#include <string.h>

#define PAGE		4096u
#define SYSSIZE_UNIT	16u

/* The offset in the stub of a field of its info block */
#define INFO_AT(field)	(IMAGE_INFO_OFFSET + offsetof(struct image_info, field))

/* Linux's EFI entry points, which lead past the stub and are gone from a wrapped image. */
#define XLF_EFI_HANDOVER (XLF_EFI_HANDOVER_32 | XLF_EFI_HANDOVER_64)

static uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

bool relay_image_check_stub(const struct blob *stub, struct image_info *info,
			    struct problem *problem)
{
	if (stub->size <= IMAGE_ENTRY64_OFFSET || stub->size > IMAGE_MAX_STUB_SIZE)
		return problem_at(problem, 0, "not a stub: expected more than 0x%x and at most "
				  "0x%x bytes, found 0x%zx", IMAGE_ENTRY64_OFFSET,
				  IMAGE_MAX_STUB_SIZE, stub->size);

	memcpy(info, stub->data + IMAGE_INFO_OFFSET, sizeof(*info));
	if (info->magic != IMAGE_INFO_MAGIC)
		return problem_at(problem, IMAGE_INFO_OFFSET, "not a stub: expected \"RDMIMAG1\", "
				  "found 0x%016llx", (unsigned long long)info->magic);
	if (info->stub_size != stub->size)
		return problem_at(problem, INFO_AT(stub_size),
				  "stub_size: expected the file's 0x%zx bytes, found 0x%x",
				  stub->size, info->stub_size);
	if (info->stub_memory < info->stub_size)
		return problem_at(problem, INFO_AT(stub_memory), "stub_memory: expected at "
				  "least stub_size, 0x%x, found 0x%x", info->stub_size,
				  info->stub_memory);
	if (info->inner_offset != 0)
		return problem_at(problem, INFO_AT(inner_offset), "inner_offset: expected 0, as "
				  "the linker leaves it, found 0x%x", info->inner_offset);
	return true;
}

bool relay_image_is_wrapped(const struct bzimage *kernel)
{
	const uint64_t magic = IMAGE_INFO_MAGIC;

	return kernel->body_size >= IMAGE_INFO_OFFSET + sizeof(magic) &&
	       memcmp(kernel->body + IMAGE_INFO_OFFSET, &magic, sizeof(magic)) == 0;
}

uint64_t relay_image_memory(const struct image_info *info)
{
	return info->arena_offset + info->arena_size;
}

bool relay_image_lay_out(const struct relay_parts *parts, struct image_info *info,
			 struct problem *problem)
{
	const struct setup_header *header = &parts->kernel->header;
	uint64_t arena_size = parts->arena_size;
	/* All sums are of 32-bit numbers, in 64 bits. */
	uint64_t dmar_offset = align_up(info->stub_memory, 8);
	uint64_t inner_offset = align_up(dmar_offset + parts->dmar->size, header->kernel_alignment);
	uint64_t arena_offset = align_up(inner_offset + header->init_size, PAGE);

	/* The file, and with it what the header's other offsets point to, is smaller than that. */
	if (arena_offset + arena_size > UINT32_MAX)
		return problem_at(problem, BZIMAGE_AT(init_size), "expected an init_size (here "
				  "0x%x) that leaves room for stub and arena within 32 bits, found "
				  "0x%llx in all", header->init_size,
				  (unsigned long long)(arena_offset + arena_size));

	info->dmar_offset = parts->dmar->size ? (uint32_t)dmar_offset : 0;
	info->dmar_size = (uint32_t)parts->dmar->size;
	info->inner_offset = (uint32_t)inner_offset;
	info->arena_offset = arena_offset;
	info->arena_size = arena_size;
	info->inner_syssize = header->syssize;
	info->inner_init_size = header->init_size;
	info->inner_payload_offset = header->payload_offset;
	info->inner_handover_offset = header->handover_offset;
	info->inner_kernel_info_offset = header->kernel_info_offset;
	info->inner_xloadflags = header->xloadflags;
	return true;
}

/*
 * The header of the image that the loader sees. Whoever starts it through EFI would be led past
 * the stub into code that is no longer where the PE header says: those ways in are closed.
 */
static void adjust_header(struct setup_header *header, const struct image_info *info,
			  uint64_t body_size)
{
	header->syssize = (uint32_t)(body_size / SYSSIZE_UNIT);
	header->init_size = (uint32_t)relay_image_memory(info);
	header->handover_offset = 0;
	header->xloadflags &= (uint16_t)~XLF_EFI_HANDOVER;
	if (header->payload_offset)
		header->payload_offset += info->inner_offset;
	if (header->kernel_info_offset)
		header->kernel_info_offset += info->inner_offset;
}

bool relay_image_build(const struct relay_parts *parts, const struct image_info *info,
		       struct blob *image)
{
	const struct bzimage *kernel = parts->kernel;
	uint64_t body_size = align_up(info->inner_offset + kernel->body_size, SYSSIZE_UNIT);
	struct bzimage wrapped = *kernel;
	uint8_t *body;

	image->size = kernel->setup_size + body_size;
	image->data = calloc(1, image->size);	/* the padding is zeros, whatever was here before */
	if (!image->data)
		return false;
	body = image->data + kernel->setup_size;

	memcpy(image->data, kernel->setup, kernel->setup_size);
	memset(image->data, 0, 2);		/* "MZ", which makes the file an EFI program */
	adjust_header(&wrapped.header, info, body_size);
	bzimage_write_header(&wrapped, image->data);

	memcpy(body, parts->stub->data, parts->stub->size);
	memcpy(body + IMAGE_INFO_OFFSET, info, sizeof(*info));
	if (parts->dmar->size)
		memcpy(body + info->dmar_offset, parts->dmar->data, parts->dmar->size);
	memcpy(body + info->inner_offset, kernel->body, kernel->body_size);
	return true;
}
