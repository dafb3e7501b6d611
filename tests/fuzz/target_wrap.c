// SPDX-License-Identifier: GPL-2.0-only
/*
 * `dmarelay wrap` on a file that claims to be a kernel, and one that claims to be a stub: what comes
 * out holds both, unchanged, where its own header says.
 *
 * The input: 4 bytes for the stub's size and the arena's, the stub, the kernel. If the arena's size is
 * odd, the kernel's last bytes are a DMAR table as well.
 */
#include "fuzz.h"
#include "relay_image.h"

#define PAGE		4096u
#define DMAR_MOST	300u
#define MOST_IMAGE	(4u << 20)	/* larger ones are only laid out: making them takes long */

static void check(const struct relay_parts *parts, const struct blob *image,
		  const struct image_info *info)
{
	const struct bzimage *kernel = parts->kernel;
	struct problem problem;
	struct bzimage wrapped;

	must(bzimage_parse(&wrapped, image, &problem));
	must(relay_image_is_wrapped(&wrapped));
	must(wrapped.body_size >= info->inner_offset + kernel->body_size);
	must(!memcmp(wrapped.body + info->inner_offset, kernel->body, kernel->body_size));
	must(!memcmp(wrapped.body, parts->stub->data, IMAGE_INFO_OFFSET));
	must(!info->dmar_offset == !parts->dmar->size && info->dmar_size == parts->dmar->size);
	if (info->dmar_offset) {
		must(info->dmar_offset >= info->stub_memory && info->dmar_offset % 8 == 0);
		must((uint64_t)info->dmar_offset + info->dmar_size <= info->inner_offset);
		must(!memcmp(wrapped.body + info->dmar_offset, parts->dmar->data, info->dmar_size));
	}
	must(wrapped.header.init_size == relay_image_memory(info));
	must(info->arena_offset >= (uint64_t)info->inner_offset + kernel->header.init_size);
	must(info->inner_offset >= info->stub_memory);
	must(info->arena_offset % PAGE == 0);
}

static void wrap(const struct blob *file, const struct blob *stub, const struct blob *dmar,
		 uint64_t arena_size)
{
	struct problem problem = { .offset = UINT64_MAX };
	struct bzimage kernel;
	struct relay_parts parts = { &kernel, stub, dmar, arena_size };
	struct image_info info;
	struct blob image;

	if (!relay_image_check_stub(stub, &info, &problem) ||
	    !bzimage_parse(&kernel, file, &problem)) {
		must(problem.offset != UINT64_MAX && problem.text[0]);
		return;
	}
	if (relay_image_is_wrapped(&kernel) ||
	    !relay_image_lay_out(&parts, &info, &problem) ||
	    info.inner_offset + kernel.body_size > MOST_IMAGE)
		return;
	must(relay_image_build(&parts, &info, &image));
	check(&parts, &image, &info);
	file_free(&image);
}

/* A copy of the right size, so that the sanitizer sees what is read behind its end. */
static struct blob copy(struct input *input, size_t size)
{
	struct blob blob = { .size = size < input->size ? size : input->size };

	blob.data = malloc(blob.size ? blob.size : 1);
	must(blob.data);
	take(input, blob.data, blob.size);
	return blob;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	size_t stub_size = take_number(&input, 2);
	uint64_t arena_size = RELAY_ARENA_MIN + take_number(&input, 2) * PAGE;
	struct blob stub = copy(&input, stub_size), kernel = copy(&input, SIZE_MAX), dmar = { NULL, 0 };

	if (arena_size / PAGE % 2) {
		dmar.size = kernel.size < DMAR_MOST ? kernel.size : DMAR_MOST;
		dmar.data = kernel.data + (kernel.size - dmar.size);
	}
	wrap(&kernel, &stub, &dmar, arena_size);
	file_free(&stub);
	file_free(&kernel);
	return 0;
}
