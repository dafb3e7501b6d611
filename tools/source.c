// SPDX-License-Identifier: GPL-2.0-only
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "vmcore.h"

/* Joins a path; one that is too long cannot be opened either, and is cut. */
static void join(char path[PATH_MAX], const char *folder, unsigned long node, const char *name)
{
	int length = snprintf(path, PATH_MAX, "%s/%lu/%s", folder, node, name);

	if (length >= PATH_MAX)
		path[0] = '\0';
}

/* sysfs tells a node's type as text, "0x52414d44". */
static bool is_ours(const char *folder, unsigned long node)
{
	char path[PATH_MAX], text[32];

	join(path, folder, node, "type");

	FILE *file = fopen(path, "re");

	if (!file)
		return false;

	bool ours = fgets(text, sizeof(text), file) &&
		    strtoul(text, NULL, 16) == HANDOFF_SETUP_DATA_TYPE;

	fclose(file);
	return ours;
}

/* The lowest number wins: the order of a folder's entries is nobody's promise. */
static bool find_node(DIR *dir, const char *folder, unsigned long *node)
{
	const struct dirent *entry;
	bool found = false;

	while ((entry = readdir(dir))) {
		char *end;
		unsigned long number = strtoul(entry->d_name, &end, 10);

		if (end == entry->d_name || *end || (found && number >= *node))
			continue;
		if (is_ours(folder, number)) {
			*node = number;
			found = true;
		}
	}
	return found;
}

static int find_in_folder(const char *folder, char path[PATH_MAX])
{
	DIR *dir = opendir(folder);
	unsigned long node = 0;

	if (!dir)
		return cli_fail("%s: %s", folder, strerror(errno));

	bool found = find_node(dir, folder, &node);

	closedir(dir);
	if (!found)
		return cli_fail("%s: no node of type 0x%x: this kernel was not started through a "
				"dmarelay stub", folder, HANDOFF_SETUP_DATA_TYPE);
	join(path, folder, node, "data");
	return CLI_OK;
}

/* In place of a dump's beginning, the handoff in its notes. */
static int read_note(struct source *source)
{
	int fd = open(source->path, O_RDONLY | O_CLOEXEC);
	enum vmcore_result result;
	struct problem problem;
	uint64_t size;

	source->dump = true;
	file_free(&source->blob);
	if (fd < 0)
		return cli_fail("%s: %s", source->path, strerror(errno));
	result = vmcore_find_handoff(fd, &source->start, &size, &problem);
	close(fd);
	if (result == VMCORE_MALFORMED)
		return cli_malformed(source->path, &problem);
	if (result == VMCORE_ABSENT)
		return cli_fail("%s: no dmarelay note: only a kdump kernel that adopts adds the "
				"report to the dump (docs/kernel.md)", source->path);
	return file_read_part(source->path, source->start, size, handoff_extent, &source->blob) ?
	       CLI_OK : CLI_FAILED;
}

int source_malformed(const struct source *source, const struct problem *problem)
{
	struct problem in_file = *problem;

	in_file.offset += source->start;
	return cli_malformed(source->path, &in_file);
}

bool source_view(const struct source *source, struct handoff_view *view, int *status)
{
	struct problem problem;

	*status = CLI_OK;
	if (!handoff_read(view, source->blob.data, source->blob.size, &problem)) {
		*status = source_malformed(source, &problem);
		return false;
	}
	if (!view->digest_ok) {
		problem_at(&problem, handoff_start(source->blob.data, source->blob.size) +
			   offsetof(struct handoff_header, digest),
			   "digest: expected that of the sealed bytes, found 0x%016llx: damaged",
			   (unsigned long long)view->header.digest);
		*status = source_malformed(source, &problem);
	}
	return true;
}

int source_read(const char *path, enum source_part part, struct source *source)
{
	struct stat status;
	int result = CLI_OK;

	*source = (struct source){ 0 };
	if (stat(path, &status) != 0)
		return cli_fail("%s: %s%s", path, strerror(errno), errno == ENOENT &&
				strcmp(path, SOURCE_SYSFS) == 0 ?
				": this kernel was not started through a dmarelay stub" : "");
	if (S_ISDIR(status.st_mode))
		result = find_in_folder(path, source->path);
	else
		snprintf(source->path, sizeof(source->path), "%s", path);
	if (result != CLI_OK)
		return result;
	if (!file_read(source->path, part == SOURCE_REPORT ? handoff_extent :
		       handoff_extent_with_tables, &source->blob))
		return CLI_FAILED;
	return vmcore_recognised(source->blob.data, source->blob.size) ? read_note(source) : CLI_OK;
}
