// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the RSDP to the DMAR table: the input is memory, the RSDP at its start. Bit 0 of its first
 * byte says that checksums are as they are; else those of the RSDP and of a table where the seeds
 * have the DMAR are made right, which mutations seldom do.
 */
#include "acpi_dmar.h"
#include "bytes.h"
#include "dmar.h"
#include "fuzz.h"

#define DMAR_AT		0x80u		/* as in seeds.py */
#define ARENA		0x4000u

static void mend(uint8_t *memory, size_t size, size_t at, size_t length, size_t checksum)
{
	uint8_t sum = 0;

	if (at >= size || length > size - at || checksum >= length)
		return;
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + memory[at + i]);
	memory[at + checksum] = (uint8_t)(memory[at + checksum] - sum);
}

static void mend_all(uint8_t *memory, size_t size)
{
	uint32_t length = 0;

	if (size >= DMAR_AT + 8)
		memcpy(&length, memory + DMAR_AT + 4, sizeof(length));
	mend(memory, size, DMAR_AT, length, offsetof(struct acpi_header, checksum));
	mend(memory, size, 0, ACPI_RSDP_V1_SIZE, offsetof(struct acpi_rsdp, checksum));
	mend(memory, size, 0, sizeof(struct acpi_rsdp), offsetof(struct acpi_rsdp, extended_checksum));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum handoff_reason reason;
	struct arena arena;
	struct dmar dmar;
	uint8_t *memory;

	if (size < 2 || size > BYTES_SIZE)
		return 0;
	memory = malloc(size - 1);
	must(memory);
	memcpy(memory, data + 1, size - 1);
	if (!(data[0] & 1))
		mend_all(memory, size - 1);
	bytes_set(memory, size - 1);
	bytes_arena(&arena, ARENA);

	reason = dmar_find(&dmar, phys(BYTES_SIZE), &arena);
	must(bytes_reads() <= 8 + 4 * ACPI_MAX_TABLES);
	must(arena.used <= ARENA);
	if (reason == HANDOFF_OK) {
		must(dmar.size >= sizeof(struct dmar_table) && dmar.size <= DMAR_MAX_SIZE);
		must(dmar.table >= arena.base && dmar.table + dmar.size <= arena.base + arena.used);
		must(dmar.address_width >= 1 && dmar.address_width <= 64);
	}
	free(memory);
	return 0;
}
