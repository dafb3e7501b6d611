// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the RSDP to the DMAR and MCFG tables, and to the PCI functions that the latter leads to: the
 * input is memory, the RSDP at its start. Bit 0 of its first
 * byte says that checksums are as they are; else those of the RSDP and of a table where the seeds
 * have the DMAR are made right, which mutations seldom do.
 */
#include "acpi_dmar.h"
#include "bytes.h"
#include "dmar.h"
#include "function.h"
#include "fuzz.h"
#include "pci_regs.h"

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

/* All of configuration space is the same memory, so that one bus has all that can be met. */
static void look_at_pci(struct arena *arena)
{
	static struct handoff_range crashed[] = { { 0x1000, 0xfffff }, { 0x10000000, 0x1fffffff } };
	static struct handoff_range region[] = { { 0x70000000, 0x7fffffff } };
	const struct ram ram = { .crashed = { crashed, 2 }, .crash_region = { region, 1 } };
	struct pci_config config = { NULL, 0 };
	struct handoff_function found;
	struct pci_function function;
	static struct report report;	/* for the log, which may fill up */
	static struct arena log_arena;
	static _Alignas(PAGE_SIZE) uint8_t log_memory[0x20000];

	if (!log_arena.base) {
		arena_init(&log_arena, log_memory, phys(0x76000000), sizeof(log_memory));
		must(report_init(&report, &log_arena));
	}
	pci_config_find(&config, phys(BYTES_SIZE), &ram, arena, &report);
	must(config.count <= ACPI_MAX_SIZE / sizeof(struct mcfg_entry));
	pci_config_check(&config, &report);
	for (unsigned int devfn = 0; devfn < 16; devfn++) {
		unsigned long before = bytes_reads();

		if (!pci_function_at(&config, 0, 0, (uint8_t)devfn, &function))
			continue;
		must(!function.at.pa || !ram_touches(&ram, function.at, 1u << PCI_FUNCTION_SHIFT));
		must(function_read(&function, true, &found));
		must(bytes_reads() - before <= PCI_LIST_MOST + PCI_EXT_MOST + 32);
	}
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
	look_at_pci(&arena);
	free(memory);
	return 0;
}
