// SPDX-License-Identifier: GPL-2.0-only
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define FIRST_READ	((size_t)64 * 1024)

/* The buffer grows with what really arrives: an extent read from the file may be a lie. */
static bool make_room(struct blob *blob, size_t *capacity)
{
	if (blob->size < *capacity)
		return true;

	size_t larger = *capacity ? *capacity * 2 : FIRST_READ;
	uint8_t *data = realloc(blob->data, larger);

	if (!data)
		return false;
	blob->data = data;
	*capacity = larger;
	return true;
}

static uint64_t smaller(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

static bool read_all(int fd, uint64_t limit, file_extent *extent, struct blob *blob)
{
	size_t capacity = 0;
	uint64_t wanted = extent ? smaller(FIRST_READ, limit) : limit;

	while (blob->size < wanted) {
		if (!make_room(blob, &capacity))
			return false;

		size_t room = capacity - blob->size;
		uint64_t missing = wanted - blob->size;
		ssize_t got = read(fd, blob->data + blob->size, smaller(room, missing));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		blob->size += (size_t)got;
		if (extent && blob->size == FIRST_READ)
			wanted = smaller(extent(blob->data, blob->size), limit);
	}
	return true;
}

bool file_read(const char *path, file_extent *extent, struct blob *blob)
{
	return file_read_part(path, 0, UINT64_MAX, extent, blob);
}

bool file_read_part(const char *path, uint64_t start, uint64_t limit, file_extent *extent,
		    struct blob *blob)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done = false;

	*blob = (struct blob){ 0 };
	if (fd >= 0) {
		done = (!start || lseek(fd, (off_t)start, SEEK_SET) >= 0) &&
		       read_all(fd, limit, extent, blob);
		if (!done)
			cli_fail("%s: %s", path, strerror(errno));
		close(fd);
	} else {
		cli_fail("%s: %s", path, strerror(errno));
	}
	if (!done)
		file_free(blob);
	return done;
}

static bool write_all(int fd, const struct blob *blob)
{
	for (size_t written = 0; written < blob->size; ) {
		ssize_t got = write(fd, blob->data + written, blob->size - written);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		written += (size_t)got;
	}
	return true;
}

/* mkstemp() makes private files; an image is as public as any that the user creates. */
static bool publish(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0666 & ~mask) == 0 && fsync(fd) == 0;
}

bool file_replace(const char *path, const struct blob *blob)
{
	static const char suffix[] = ".XXXXXX";
	size_t size = strlen(path) + sizeof(suffix);
	char *temporary = malloc(size);

	if (!temporary) {
		cli_fail("%s: out of memory", path);
		return false;
	}
	snprintf(temporary, size, "%s%s", path, suffix);

	int fd = mkstemp(temporary);
	bool done = fd >= 0 && write_all(fd, blob) && publish(fd);
	int error = errno;

	if (fd >= 0 && close(fd) != 0 && done) {
		done = false;
		error = errno;
	}
	if (done && rename(temporary, path) != 0) {
		done = false;
		error = errno;
	}
	if (!done) {
		if (fd >= 0)
			unlink(temporary);
		cli_fail("%s: %s", path, strerror(error));
	}
	free(temporary);
	return done;
}

void file_free(struct blob *blob)
{
	free(blob->data);
	*blob = (struct blob){ 0 };
}
