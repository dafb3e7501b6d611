// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm_who FILE ROUNDS - `dmarelay who` under mutated input
 *
 * FILE holds a handoff with its copied tables. Mutates report and tables in ROUNDS ways and asks
 * who reaches what: in one half of them as of a handoff, in the other as of a dump, whose memory is
 * then the tables' content. Prints how many reports were accepted and refused; a mutant that brings the
 * program down is the failure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handoff_read.h"
#include "show_who.h"

static uint64_t random_state = 0x9e3779b97f4a7c15ull;

/* xorshift64*: the same storm every time */
static uint64_t pick(uint64_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1dull >> 16) % below;
}

/* The dump's memory: all pages are one of these. */
struct dump {
	const uint8_t *pages;
	size_t count;
};

bool dump_page(struct dump *dump, uint64_t address, uint64_t entries[512])
{
	uint64_t number = (address >> 12) % (dump->count + 1);

	if (number == dump->count)
		return false;
	memcpy(entries, dump->pages + number * 4096, 4096);
	return true;
}

bool dump_number(struct dump *dump, const char *key, uint64_t *value)
{
	(void)dump;
	*value = strstr(key, "_stext") ? 0xffffffff81000000ull : 0xffffffff82001000ull;
	return strncmp(key, "NUMBER", 6) || !strcmp(key, "NUMBER(phys_base)");
}

static void mutate(uint8_t *data, uint64_t first, uint64_t end)
{
	static const uint64_t values[] = { 0, 1, 3, 0x83, ~0ull, 0xffffffff, 1ull << 63 };
	uint64_t value = pick(2) ? values[pick(7)] : pick(1ull << 47);

	if (pick(3) == 0)	/* a page of this handoff: cycles, shared tables */
		value = (0x74a00000 + (pick(16) << 12)) | 3;
	if (end - first >= 8)
		memcpy(data + first + pick((end - first) / 4 - 1) * 4, &value, pick(2) ? 8 : 4);
}

static void ask(const struct tables *tables, FILE *out)
{
	struct handoff_range all = { 0, UINT64_MAX };
	struct json json = { .out = out, .first = true };
	struct answer answer = { .tables = tables, .most = 1000 };
	struct requesters requesters;

	if (!requesters_list(tables->view, &requesters))
		exit(4);
	answer.requesters = &requesters;
	for (int kind = 0; kind <= REGION_KINDS; kind++) {
		struct region region = { .ranges = { &all, 1 } };
		struct reaches reaches;

		if (kind < REGION_KINDS && !region_find(tables, &requesters, kind, &region))
			exit(4);
		answer.wanted = &region.ranges;
		answer.reaches = &reaches;
		if (!reaches_find(tables, &requesters, &region.ranges, &reaches))
			exit(4);
		text_reached(out, &answer);
		json_reached(&json, &answer);
		json_region(&json, &region);
		reaches_free(&reaches);
		if (kind < REGION_KINDS)
			free(region.ranges.all);
	}
	text_unknown(out, tables);
	json_unknown(&json, tables);
	free(requesters.all);
}

static bool try_one(const uint8_t *original, size_t size, FILE *out)
{
	uint8_t *data = malloc(size);
	struct handoff_header header;
	struct handoff_view view;
	struct problem problem;
	struct tables tables;
	struct dump dump;
	bool accepted;

	memcpy(data, original, size);
	memcpy(&header, data, sizeof(header));
	for (uint64_t i = pick(3); i; i--)
		mutate(data, sizeof(header), header.sealed_size);
	for (uint64_t i = pick(8); i; i--)
		mutate(data, header.sealed_size, size);
	accepted = handoff_read(&view, data, size, &problem);
	dump = (struct dump){ data + header.sealed_size, (size - header.sealed_size) / 4096 };
	if (accepted) {
		if (!tables_open(&tables, &view, pick(2) ? &dump : NULL, data, size))
			exit(4);
		ask(&tables, out);
		tables_close(&tables);
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
