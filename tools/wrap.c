// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmarelay wrap - put the stub in front of a kernel
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "dmar_view.h"
#include "relay_image.h"

/* The stub that was built with this command: stub_blob.S */
extern uint8_t stub_blob[], stub_blob_end[];

struct request {
	const char *kernel;	/* path of the kernel to wrap */
	const char *output;
	const char *stub;	/* path of a stub to use, or NULL for our own */
	const char *dmar;	/* path of the machine's DMAR table, or NULL */
	uint64_t arena_size;
	uint32_t flags;		/* image_info.flags */
};

static void print_help(void)
{
	puts("Usage: dmarelay wrap VMLINUZ -o OUT [--arena SIZE] [--adopting] [--hide]\n"
	     "                     [--dmar FILE] [--stub FILE]\n"
	     "\n"
	     "Makes a kernel image whose first instructions are the dmarelay stub. When kexec\n"
	     "starts it after a crash, the stub copies the crashed kernel's DMA remapping\n"
	     "tables (Intel VT-d) to safety and then starts VMLINUZ, which is inside OUT,\n"
	     "unchanged.\n"
	     "\n"
	     "VMLINUZ must be a relocatable 64-bit bzImage of boot protocol 2.12 or newer that\n"
	     "can be loaded above 4 GiB, as every distribution's x86-64 kernel is. It is only\n"
	     "read. OUT is for kexec -p (with -c and with -s) and what builds on it, such as\n"
	     "kdump-tools' KDUMP_KERNEL; firmware and boot loaders cannot start it. The same\n"
	     "VMLINUZ, stub and options always give the same bytes.\n"
	     "\n"
	     "Options:\n"
	     "  -o, --output FILE  the image to write; appears whole or not at all\n"
	     "  -a, --arena SIZE   memory for the copied tables and the report, in bytes or with\n"
	     "                     a suffix K, M or G; rounded up to whole pages; 256K to 4G\n"
	     "                     less a page; default 16M. It comes out of crashkernel=, and\n"
	     "                     purgatory hashes it at the crash. What finds no room in it\n"
	     "                     stays where it is, and the report says so.\n"
	     "      --adopting     VMLINUZ has the adoption patches: pass-through devices may be\n"
	     "                     fenced, since it takes the fences over (dmarelay.fence=auto)\n"
	     "      --hide         the kdump kernel is to see no IOMMU (dmarelay.iommu=auto hides)\n"
	     "      --dmar FILE    keep a copy of the machine's DMAR table in OUT, as of\n"
	     "                     /sys/firmware/acpi/tables/DMAR: should the crash have damaged\n"
	     "                     the firmware's, the stub goes by the copy, and mends the\n"
	     "                     firmware's for the kdump kernel. For this machine only.\n"
	     "      --stub FILE    use this stub instead of the built-in one\n"
	     "  -h, --help         show this help\n"
	     "\n"
	     "Exit status:\n"
	     "  0  OUT has been written\n"
	     "  1  a file could not be read or written\n"
	     "  2  bad usage, or VMLINUZ or the stub is not what it has to be: one line on\n"
	     "     stderr names file, offset and what was expected there\n"
	     "\n"
	     "Example:\n"
	     "  dmarelay wrap /boot/vmlinuz-$(uname -r) -o /var/lib/kdump/vmlinuz.relay");
}

/* "16M" -> bytes, rounded up to whole pages. */
static bool parse_size(const char *text, uint64_t *size)
{
	static const char suffixes[] = "KMG";
	char *end;

	errno = 0;
	unsigned long long number = strtoull(text, &end, 0);
	unsigned int shift = 0;

	if (*end) {
		const char *suffix = strchr(suffixes, *end & ~0x20);	/* either case */

		if (!suffix || !*suffix || end[1])
			return false;
		shift = 10 * (unsigned int)(suffix - suffixes + 1);
	}
	if (errno || end == text || *text == '-' || number > UINT32_MAX)
		return false;
	*size = ((uint64_t)number << shift) + 4095;
	*size &= ~UINT64_C(4095);
	return *size >= RELAY_ARENA_MIN && *size <= RELAY_ARENA_MAX;
}

/* Returns -1 to go on, or the exit status to end with. */
static int parse_arguments(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "arena", required_argument, NULL, 'a' },
		{ "adopting", no_argument, NULL, 'A' },
		{ "hide", no_argument, NULL, 'H' },
		{ "dmar", required_argument, NULL, 'd' },
		{ "stub", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "o:a:h", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			request->output = optarg;
			break;
		case 'a':
			if (!parse_size(optarg, &request->arena_size))
				return cli_misused("wrap", "--arena: expected a size from 256K to "
						   "4G less a page, found '%s'", optarg);
			break;
		case 'A':
			request->flags |= IMAGE_ADOPTING;
			break;
		case 'H':
			request->flags |= IMAGE_HIDE;
			break;
		case 'd':
			request->dmar = optarg;
			break;
		case 's':
			request->stub = optarg;
			break;
		case 'h':
			print_help();
			return cli_finish(CLI_OK);
		default:
			return CLI_MISUSED;
		}
	}
	if (optind != argc - 1)
		return cli_misused("wrap", "expected one VMLINUZ, found %d", argc - optind);
	if (!request->output)
		return cli_misused("wrap", "expected -o OUT");
	request->kernel = argv[optind];
	return -1;
}

/* The output is renamed into place: over the input, or over a device, would be a nasty surprise. */
static int check_output(const struct request *request)
{
	struct stat in, out;

	if (stat(request->output, &out) != 0)
		return -1;		/* not there yet; or the write will tell */
	if (!S_ISREG(out.st_mode))
		return cli_misused("wrap", "%s: expected a regular file to write",
				   request->output);
	if (stat(request->kernel, &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
		return cli_misused("wrap", "%s: is VMLINUZ itself, expected another file to write",
				   request->output);
	return -1;
}

static void print_summary(const struct request *request, const struct image_info *info)
{
	printf("%s: stub 0x%x bytes, kernel at +0x%x, arena of 0x%" PRIx64 " bytes (%" PRIu64
	       " KiB) at +0x%" PRIx64 ", init_size 0x%" PRIx64 "\n", request->output,
	       info->stub_size, info->inner_offset, info->arena_size, info->arena_size >> 10,
	       info->arena_offset, relay_image_memory(info));
}

/* The files' content. */
struct inputs {
	struct blob kernel, stub, dmar;
};

/* Only a whole and sound table is of use at the crash. */
static bool check_dmar(const struct blob *dmar, struct problem *problem)
{
	struct dmar_view view;

	if (!dmar_recognised(dmar->data, dmar->size))
		return problem_at(problem, 0, "expected a DMAR table, found no \"DMAR\" and length");
	if (!dmar_read(&view, dmar->data, dmar->size, problem) || dmar_damaged(&view, problem))
		return false;
	if (view.extra)
		return problem_at(problem, view.dmar.size, "expected the table's end, found %" PRIu64
				  " bytes more", view.extra);
	return true;
}

static int wrap(const struct request *request, const struct inputs *inputs)
{
	struct bzimage kernel;
	struct relay_parts parts = { &kernel, &inputs->stub, &inputs->dmar, request->arena_size };
	struct problem problem;
	struct image_info info;
	struct blob image;

	if (!relay_image_check_stub(&inputs->stub, &info, &problem))
		return cli_malformed(request->stub ? request->stub : "built-in stub", &problem);
	if (request->dmar && !check_dmar(&inputs->dmar, &problem))
		return cli_malformed(request->dmar, &problem);
	if (!bzimage_parse(&kernel, &inputs->kernel, &problem))
		return cli_malformed(request->kernel, &problem);
	if (relay_image_is_wrapped(&kernel)) {
		problem_at(&problem, kernel.setup_size + IMAGE_INFO_OFFSET,
			   "expected a plain kernel, found one that is wrapped already");
		return cli_malformed(request->kernel, &problem);
	}
	if (!relay_image_lay_out(&parts, &info, &problem))
		return cli_malformed(request->kernel, &problem);
	info.flags = request->flags;
	if (!relay_image_build(&parts, &info, &image))
		return cli_fail("%s: out of memory", request->output);

	bool written = file_replace(request->output, &image);

	file_free(&image);
	if (!written)
		return CLI_FAILED;
	print_summary(request, &info);
	return cli_finish(CLI_OK);
}

/* What the request does not name stays as it is. */
static bool read_inputs(const struct request *request, struct inputs *inputs)
{
	return file_read(request->kernel, NULL, &inputs->kernel) &&
	       (!request->stub || file_read(request->stub, NULL, &inputs->stub)) &&
	       (!request->dmar || file_read(request->dmar, NULL, &inputs->dmar));
}

int cli_wrap(int argc, char **argv)
{
	struct request request = { .arena_size = RELAY_ARENA_DEFAULT };
	struct inputs inputs = { .stub = { stub_blob, (size_t)(stub_blob_end - stub_blob) } };
	int status = parse_arguments(argc, argv, &request);

	if (status < 0)
		status = check_output(&request);
	if (status >= 0)
		return status;
	status = read_inputs(&request, &inputs) ? wrap(&request, &inputs) : CLI_FAILED;
	file_free(&inputs.kernel);
	file_free(&inputs.dmar);
	if (inputs.stub.data != stub_blob)
		file_free(&inputs.stub);
	return status;
}
