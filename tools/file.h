/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * file.h - whole files in and out
 */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blob {
	uint8_t *data;		/* from malloc(), so aligned for any type */
	size_t	 size;
};

/*
 * Bytes of a file that are wanted, given its first 64 KiB. A caller that needs only a file's
 * beginning learns from that beginning how much it is.
 */
typedef uint64_t file_extent(const uint8_t *data, size_t size);

/*
 * Reads a file into `blob`: as much of it as `extent` asks for, or all of it if that is NULL.
 * Shorter files give what they have. On failure says why on stderr and returns false.
 */
bool file_read(const char *path, file_extent *extent, struct blob *blob);

/* The same from `start` on, and at most `limit` bytes. The file has to be one that can seek. */
bool file_read_part(const char *path, uint64_t start, uint64_t limit, file_extent *extent,
		    struct blob *blob);

/*
 * Puts `blob` in the place of `path`, which never holds half of it: a temporary file beside it
 * is renamed over it. Says why on stderr and returns false if that fails.
 */
bool file_replace(const char *path, const struct blob *blob);

void file_free(struct blob *blob);

#endif /* FILE_H */
