// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is asked of a kernel here is what the two loaders ask of it when they load it for a crash
 * (bzImage64_probe() in Linux and in kexec-tools), and what the stub needs beyond that.
 */
#include "bzimage.h"

#include <string.h>

#define SECTOR			512u
#define BOOT_FLAG		0xaa55
#define PROTOCOL_2_15		0x020f		/* the first with kernel_info_offset */
#define DEFAULT_SETUP_SECTS	4		/* what 0 stands for */

/* The header's length: the operand of the short jump over it, at 0x200 (boot.rst, "jump"). */
#define JUMP_OPERAND		0x201
#define JUMP_END		0x202
#define BOOT_PARAMS_HEADER_END	0x290		/* where boot_params has other things */

#define PAGE			4096u
#define SYSSIZE_UNIT		16u		/* header.syssize counts paragraphs */

static bool is_bzimage(const struct blob *file, const struct setup_header *header,
		       struct problem *problem)
{
	if (header->boot_flag != BOOT_FLAG)
		return problem_at(problem, BZIMAGE_AT(boot_flag), "not a bzImage: expected boot "
				  "flag 0xaa55, found 0x%04x", header->boot_flag);
	if (header->header != SETUP_HEADER_MAGIC)
		return problem_at(problem, BZIMAGE_AT(header), "not a bzImage: expected \"HdrS\", "
				  "found 0x%08x", header->header);
	if (header->version < SETUP_HEADER_VERSION)
		return problem_at(problem, BZIMAGE_AT(version), "expected boot protocol 2.12 or "
				  "newer, found %d.%02d", header->version >> 8,
				  header->version & 0xff);

	size_t end = JUMP_END + file->data[JUMP_OPERAND];
	size_t least = header->version >= PROTOCOL_2_15 ? BZIMAGE_AT(kernel_info_offset) + 4
							: BZIMAGE_AT(handover_offset) + 4;

	if (end < least || end > BOOT_PARAMS_HEADER_END)
		return problem_at(problem, JUMP_OPERAND, "expected a setup header that ends at "
				  "0x%zx to 0x%x, found 0x%zx", least, BOOT_PARAMS_HEADER_END, end);
	return true;
}

static bool is_loadable(const struct setup_header *header, struct problem *problem)
{
	uint32_t alignment = header->kernel_alignment;

	if (!(header->loadflags & LOADED_HIGH))
		return problem_at(problem, BZIMAGE_AT(loadflags), "expected a kernel that is "
				  "loaded high (bit 0), found 0x%02x", header->loadflags);
	if (!(header->xloadflags & XLF_KERNEL_64))
		return problem_at(problem, BZIMAGE_AT(xloadflags), "expected a 64-bit entry "
				  "(XLF_KERNEL_64, bit 0), found 0x%04x", header->xloadflags);
	if (!(header->xloadflags & XLF_CAN_BE_LOADED_ABOVE_4G))
		return problem_at(problem, BZIMAGE_AT(xloadflags), "expected a kernel that can be "
				  "loaded above 4 GiB (bit 1), found 0x%04x", header->xloadflags);
	if (!header->relocatable_kernel)
		return problem_at(problem, BZIMAGE_AT(relocatable_kernel),
				  "expected a relocatable kernel, found 0");
	if (alignment < PAGE || (alignment & (alignment - 1)) != 0)
		return problem_at(problem, BZIMAGE_AT(kernel_alignment), "kernel_alignment: "
				  "expected a power of two of at least 0x%x, found 0x%x", PAGE,
				  alignment);
	return true;
}

/* Does the file hold what its header says, and has memory enough been asked for? */
static bool is_complete(const struct bzimage *image, struct problem *problem)
{
	const struct setup_header *header = &image->header;
	uint64_t declared = (uint64_t)header->syssize * SYSSIZE_UNIT;
	uint64_t payload_end = (uint64_t)header->payload_offset + header->payload_length;
	uint64_t size = image->body_size;

	if (size == 0 || size < declared)
		return problem_at(problem, BZIMAGE_AT(syssize), "truncated: expected 0x%llx bytes "
				  "behind the setup sectors, found 0x%llx",
				  (unsigned long long)declared, (unsigned long long)size);
	if (size < payload_end)
		return problem_at(problem, BZIMAGE_AT(payload_offset), "truncated: expected a "
				  "payload up to 0x%llx, found 0x%llx bytes",
				  (unsigned long long)payload_end, (unsigned long long)size);
	if (size <= header->kernel_info_offset)
		return problem_at(problem, BZIMAGE_AT(kernel_info_offset), "kernel_info_offset: "
				  "expected less than the 0x%llx bytes there are, found 0x%x",
				  (unsigned long long)size, header->kernel_info_offset);
	if (header->init_size < size)
		return problem_at(problem, BZIMAGE_AT(init_size), "init_size: expected at least "
				  "the image's 0x%llx bytes, found 0x%x",
				  (unsigned long long)size, header->init_size);
	return true;
}

/* The header's own length counts: what lies behind it is code, not fields that happen to be set. */
static void read_header(struct bzimage *image, const struct blob *file)
{
	size_t size = JUMP_END + file->data[JUMP_OPERAND] - BZIMAGE_HEADER;

	image->header_size = size < sizeof(image->header) ? size : sizeof(image->header);
	memset(&image->header, 0, sizeof(image->header));
	memcpy(&image->header, file->data + BZIMAGE_HEADER, image->header_size);
}

static size_t setup_size(const struct setup_header *header)
{
	unsigned int sectors = header->setup_sects ? header->setup_sects : DEFAULT_SETUP_SECTS;

	return (size_t)(sectors + 1) * SECTOR;	/* one more: the boot sector */
}

bool bzimage_parse(struct bzimage *image, const struct blob *file, struct problem *problem)
{
	if (file->size < 2 * SECTOR)
		return problem_at(problem, 0, "not a bzImage: expected at least two sectors, "
				  "found %zu bytes", file->size);
	read_header(image, file);
	if (!is_bzimage(file, &image->header, problem) || !is_loadable(&image->header, problem))
		return false;

	image->setup = file->data;
	image->setup_size = setup_size(&image->header);
	if (file->size < image->setup_size)
		return problem_at(problem, BZIMAGE_AT(setup_sects), "truncated: expected %zu bytes "
				  "of setup sectors, found %zu", image->setup_size, file->size);
	image->body = file->data + image->setup_size;
	image->body_size = file->size - image->setup_size;
	return is_complete(image, problem);
}

void bzimage_write_header(const struct bzimage *image, uint8_t *setup)
{
	memcpy(setup + BZIMAGE_HEADER, &image->header, image->header_size);
}
