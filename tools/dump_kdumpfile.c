// SPDX-License-Identifier: GPL-2.0-only
#include "dump.h"

#include <errno.h>
#include <fcntl.h>
#include <libkdumpfile/kdumpfile.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

#define PAGE_BYTES	4096

struct dump {
	int fd;
	kdump_ctx_t *kdump;
	kdump_bmp_t *pages;	/* those that are in the file */
};

/* How a program ends that reads what is not its own. */
static bool is_crash(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
	       signal == SIGABRT;
}

int dump_guard(const char *path, int (*run)(void *context), void *context)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(run(context));
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			child = -1;
	if (child < 0)
		return cli_fail("%s: %s", path, strerror(errno));
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (!is_crash(WTERMSIG(status))) {
		raise(WTERMSIG(status));	/* as of SIGPIPE */
		return CLI_FAILED;
	}
	cli_fail("%s: offset 0x0: expected a dump that libkdumpfile reads, found one that brings "
		 "it down (signal %d)", path, WTERMSIG(status));
	return CLI_MISUSED;
}

/*
 * struct disk_dump_header of a kdump-compressed dump, from block_size on. libkdumpfile allocates
 * and reads what it says, in time and memory without end if need be.
 */
struct kdump_sizes {
	uint32_t block, sub_blocks, bitmap_blocks, max_pages;
};

#define KDUMP_SIGNATURE	"KDUMP   "
#define KDUMP_SIZES	428

#define SIZE_PROBLEM(problem, field, name, expected, ...)					\
	problem_at(problem, KDUMP_SIZES + offsetof(struct kdump_sizes, field),			\
		   name ": expected " expected, __VA_ARGS__)

static bool are_possible(const struct kdump_sizes *sizes, off_t size, struct problem *problem)
{
	uint64_t end = (1ull + sizes->sub_blocks + sizes->bitmap_blocks) * sizes->block;
	uint64_t pages = (uint64_t)sizes->bitmap_blocks / 2 * sizes->block * 8;

	if (sizes->block != PAGE_BYTES)
		return SIZE_PROBLEM(problem, block, "block_size", "%u, found %u", PAGE_BYTES,
				    sizes->block);
	if (size < 0 || end > (uint64_t)size)
		return SIZE_PROBLEM(problem, bitmap_blocks, "bitmap_blocks", "an end within 0x%llx "
				    "bytes, found it at 0x%llx", (unsigned long long)size,
				    (unsigned long long)end);
	if (sizes->max_pages > pages)
		return SIZE_PROBLEM(problem, max_pages, "max_mapnr", "at most the 0x%llx pages of "
				    "the bitmap, found 0x%x", (unsigned long long)pages,
				    sizes->max_pages);
	return true;
}

/* What is too short for these fields is the library's to refuse. */
static bool sizes_are_sound(int fd, struct problem *problem)
{
	char signature[sizeof(KDUMP_SIGNATURE) - 1];
	struct kdump_sizes sizes;

	if (pread(fd, signature, sizeof(signature), 0) != sizeof(signature) ||
	    memcmp(signature, KDUMP_SIGNATURE, sizeof(signature)) ||
	    pread(fd, &sizes, sizeof(sizes), KDUMP_SIZES) != sizeof(sizes))
		return true;
	return are_possible(&sizes, lseek(fd, 0, SEEK_END), problem);
}

/* The library speaks of a state of affairs, and not of an offset: all the line can name. */
static int tell(const struct dump *dump, const char *path, kdump_status result)
{
	const char *why = kdump_get_err(dump->kdump);

	cli_fail("%s: offset 0x0: expected a dump that libkdumpfile reads: %s", path,
		 why ? why : kdump_strerror(result));
	return result == KDUMP_ERR_SYSTEM ? CLI_FAILED : CLI_MISUSED;
}

/* Without mmap: a file that shrinks, or lies about its size, must not end in a signal. */
static int begin(struct dump *dump, const char *path)
{
	kdump_status result = kdump_set_number_attr(dump->kdump, KDUMP_ATTR_FILE_MMAP_POLICY,
						    KDUMP_MMAP_NEVER);
	kdump_attr_t pages = { .type = KDUMP_BITMAP };

	if (result == KDUMP_OK)
		result = kdump_open_fd(dump->kdump, dump->fd);
	if (result != KDUMP_OK) {
		int status = tell(dump, path, result);

		dump->kdump = NULL;	/* half opened: kdump_free() does not always survive it */
		return status;
	}
	if (kdump_get_typed_attr(dump->kdump, KDUMP_ATTR_FILE_PAGEMAP, &pages) != KDUMP_OK)
		return tell(dump, path, KDUMP_ERR_NOKEY);
	dump->pages = pages.val.bitmap;
	/* Only then does the library look at vmcoreinfo, which a dump need not have. */
	kdump_set_string_attr(dump->kdump, KDUMP_ATTR_OSTYPE, "linux");
	return CLI_OK;
}

static int open_file(struct dump *dump, const char *path)
{
	struct problem problem;

	dump->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (dump->fd < 0)
		return cli_fail("%s: %s", path, strerror(errno));
	if (!sizes_are_sound(dump->fd, &problem))
		return cli_malformed(path, &problem);
	dump->kdump = kdump_new();
	return dump->kdump ? begin(dump, path) : cli_fail("%s: out of memory", path);
}

struct dump *dump_open(const char *path, int *status)
{
	struct dump *dump = calloc(1, sizeof(*dump));

	*status = dump ? open_file(dump, path) : cli_fail("%s: out of memory", path);
	if (*status != CLI_OK) {
		dump_close(dump);
		return NULL;
	}
	return dump;
}

/* Of ELF dumps, kdump_read() makes up zeros for pages that are not there. */
static bool has_page(const struct dump *dump, uint64_t address)
{
	kdump_addr_t number = address / PAGE_BYTES;
	unsigned char bits[1] = { 0 };

	return kdump_bmp_get_bits(dump->pages, number, number, bits) == KDUMP_OK && bits[0] & 1;
}

bool dump_page(struct dump *dump, uint64_t address, uint64_t entries[512])
{
	size_t size = PAGE_BYTES;
	kdump_status result;

	if (!has_page(dump, address))
		return false;
	result = kdump_read(dump->kdump, KDUMP_MACHPHYSADDR, address, entries, &size);
	kdump_clear_err(dump->kdump);
	return result == KDUMP_OK && size == PAGE_BYTES;
}

bool dump_number(struct dump *dump, const char *key, uint64_t *value)
{
	int base = strncmp(key, "NUMBER", strlen("NUMBER")) ? 16 : 10;
	char *text, *end;

	if (kdump_vmcoreinfo_line(dump->kdump, key, &text) != KDUMP_OK) {
		kdump_clear_err(dump->kdump);
		return false;
	}
	errno = 0;
	*value = strtoull(text, &end, base);

	bool whole = end != text && !*end && !errno;

	free(text);
	return whole;
}

void dump_close(struct dump *dump)
{
	if (!dump)
		return;
	if (dump->kdump)
		kdump_free(dump->kdump);
	if (dump->fd >= 0)
		close(dump->fd);
	free(dump);
}
