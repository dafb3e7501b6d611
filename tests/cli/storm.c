// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm FILE ROUNDS - the readers of handoffs, dumps and DMAR tables under mutated input
 *
 * Mutates the block, dump or table in FILE in ROUNDS ways, reads each, and shows those that the
 * reader accepts in both forms. Each mutant lies in memory of exactly its size, so that
 * AddressSanitizer sees a read of one byte too many. Prints how many were accepted and refused; a
 * mutant that brings the program down is the failure. The digest is put right in half of the
 * mutants, or no reader that checks it first would ever be tried behind it.
 */
#define _GNU_SOURCE	/* memfd_create() */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dmar_view.h"
#include "handoff_read.h"
#include "show.h"
#include "show_dmar.h"
#include "vmcore.h"

static uint64_t random_state = 0x9e3779b97f4a7c15ull;

/* xorshift64*: the same storm every time */
static uint64_t pick(uint64_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1dull >> 16) % below;
}

static const uint64_t edges[] = {
	0, 1, 2, 7, 8, 31, 32, 33, 0x7f, 0xff, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff,
	0x100000000, 0x7fffffffffffffff, 0xfffffffffffffff8, 0xffffffffffffffff,
};

/* Where the numbers that matter are, half of the time; anywhere otherwise. */
static void mutate(uint8_t *data, size_t size)
{
	static const size_t widths[] = { 1, 2, 4, 8 };
	size_t width = widths[pick(4)];
	size_t region = pick(2) && size > 512 ? 512 : size;
	uint64_t value = pick(2) ? edges[pick(sizeof(edges) / sizeof(edges[0]))] : pick(1ull << 47);

	if (region < 8)
		return;

	size_t at = pick(region - 7);

	memcpy(data + (pick(4) ? at & ~(width - 1) : at), &value, width);
}

/* A section of another size or place, with a length that fits: the lie that single bytes miss. */
static void stretch(uint8_t *data, size_t size)
{
	struct handoff_section section;
	struct handoff_header header;

	if (size < sizeof(header))
		return;
	memcpy(&header, data, sizeof(header));
	if (header.section_count == 0 || header.section_count > HANDOFF_MAX_SECTIONS ||
	    size < sizeof(header) + header.section_count * sizeof(section))
		return;

	uint8_t *row = data + sizeof(header) + pick(header.section_count) * sizeof(section);

	memcpy(&section, row, sizeof(section));
	switch (pick(3)) {
	case 0:
		section.count = (uint32_t)pick(section.count + 4);
		break;
	case 1:
		section.entry_size = (uint32_t)pick(section.entry_size + 16);
		break;
	case 2:
		section.offset = pick(size + 16);
		break;
	}
	section.length = (uint64_t)section.count * section.entry_size;
	memcpy(row, &section, sizeof(section));
}

static void repair_digest(uint8_t *data, size_t size)
{
	struct handoff_header header;

	if (size < sizeof(header))
		return;
	memcpy(&header, data, sizeof(header));
	if (header.sealed_size > size || header.sealed_size % 8)
		return;
	header.digest = handoff_digest(data, header.sealed_size);
	memcpy(data, &header, sizeof(header));
}

static bool read_block(const uint8_t *data, size_t size, FILE *out, struct problem *problem)
{
	struct handoff_view view;

	handoff_extent(data, size);
	if (!handoff_read(&view, data, size, problem))
		return false;
	show_text(out, &view, true);
	show_json(out, &view);
	return true;
}

static bool read_table(const uint8_t *data, size_t size, FILE *out, struct problem *problem)
{
	struct dmar_view view;

	if (!dmar_read(&view, data, size, problem))
		return false;
	dmar_damaged(&view, problem);
	show_dmar_text(out, &view);
	show_dmar_json(out, &view);
	return true;
}

/* The way to the block in a dump, then the block. */
static bool read_dump(const uint8_t *data, size_t size, FILE *out, struct problem *problem)
{
	int fd = memfd_create("dump", 0);
	uint64_t start, note_size;
	enum vmcore_result result;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		exit(2);
	result = vmcore_find_handoff(fd, &start, &note_size, problem);
	close(fd);
	if (result == VMCORE_ABSENT)
		return !problem_at(problem, 0, "absent");
	if (result == VMCORE_MALFORMED)
		return false;

	uint64_t left = start < size ? size - start : 0;
	size_t there = left < note_size ? left : note_size;
	uint8_t *block = malloc(there ? there : 1);
	bool accepted;

	memcpy(block, data + start, there);
	accepted = read_block(block, there, out, problem);
	free(block);
	return accepted;
}

static bool try_one(const uint8_t *original, size_t size, FILE *out)
{
	size_t kept = pick(4) ? size : pick(size + 1);
	uint8_t *data = malloc(kept ? kept : 1);
	bool table = dmar_recognised(original, size), dump = vmcore_recognised(original, size);
	bool accepted;
	struct problem problem;

	memcpy(data, original, kept);
	for (uint64_t i = pick(4); i; i--)
		mutate(data, kept);
	if (!table && !dump && pick(4) == 0)
		stretch(data, kept);
	if (!table && !dump && pick(2))
		repair_digest(data, kept);
	accepted = (table ? read_table : dump ? read_dump : read_block)(data, kept, out, &problem);
	if (!accepted && ((!dump && problem.offset > kept + 64) || !problem.text[0])) {
		fprintf(stderr, "a problem at 0x%llx of 0x%zx bytes: '%s'\n",
			(unsigned long long)problem.offset, kept, problem.text);
		exit(3);
	}
	free(data);
	return accepted;
}

int main(int argc, char **argv)
{
	static uint8_t block[1 << 20];
	FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
	FILE *out = fopen("/dev/null", "w");

	if (!file || !out)
		return 2;

	size_t size = fread(block, 1, sizeof(block), file);
	unsigned long rounds = strtoul(argv[2], NULL, 10), accepted = 0;

	fclose(file);
	for (unsigned long i = 0; i < rounds; i++)
		accepted += try_one(block, size, out);
	fclose(out);
	printf("%lu accepted, %lu refused\n", accepted, rounds - accepted);
	return 0;
}
