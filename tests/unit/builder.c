// SPDX-License-Identifier: GPL-2.0-only
#include "builder.h"

#include "testing.h"

#include "acpi_dmar.h"
#include "devices.h"
#include "fake.h"
#include "pci_regs.h"

#define RAM		1u
#define RESERVED	2u
#define ACPI_DATA	3u

static struct build the_build;

static void add_e820(struct build *b, uint64_t start, uint64_t end, uint32_t type)
{
	b->e820[b->e820_count++] = (struct relay_e820){ start, end - start, type, 0 };
}

static void add_load(struct build *b, uint64_t start, uint64_t end)
{
	b->loads[b->load_count++] = (struct handoff_range){ start, end - 1 };
}

struct build *build_machine(void)
{
	struct build *b = &the_build;

	fake_reset();
	memory_picture_free(b->before);
	*b = (struct build){
		.host_width = 46,
		.units_at = BUILD_UNIT,
		.options = "",
		.mcfg_size = 8,
		.arena_size = 0x100000,
		.next_page = BUILD_PAGES,
		.rights = VTD_SL_R | VTD_SL_W,
		.boot = { .e820_sound = true, .rsdp = { BUILD_RSDP } },
	};
	/* Neither list is in order: loaders do not promise that. */
	add_e820(b, BUILD_CRASH_START, BUILD_CRASH_END, RAM);
	add_e820(b, 0, 0x9fc00, RAM);
	add_e820(b, 0x9fc00, 0x100000, RESERVED);
	add_e820(b, BUILD_RAM_END, 0x80000000, ACPI_DATA);
	add_load(b, BUILD_CRASH_END, BUILD_RAM_END);
	add_load(b, 0x100000, BUILD_CRASH_START);
	add_load(b, 0x1000, 0x9fc00);
	add_load(b, BUILD_HIGH_START, BUILD_HIGH_END);
	return b;
}

uint64_t build_pages(struct build *b, unsigned int count)
{
	uint64_t size = count * PAGE_SIZE;
	uint64_t page = (b->next_page + size - 1) / size * size;

	memory_fill(page, 0, size);
	b->next_page = page + size;
	return page;
}

uint64_t build_page(struct build *b)
{
	return build_pages(b, 1);
}

struct mock_unit *build_unit(struct build *b)
{
	struct mock_unit *unit = mock_add(b->units_at + mock_count() * PAGE_SIZE);
	struct dmar_drhd drhd = {
		.head = { DMAR_DRHD, sizeof(drhd) },
		.flags = 1,
		.segment = b->segment,
		.base = unit->base,
	};

	build_structure(b, &drhd, sizeof(drhd));
	unit->rtaddr = unit->root = build_page(b);
	unit->iqa = build_page(b);
	unit->iqh = unit->iqt = 0x20;
	unit->last_descriptor = VTD_QI_WAIT;
	unit->gsts = VTD_G_TE | VTD_G_SRTP | VTD_G_QIE;
	return unit;
}

static bool is_scalable(const struct mock_unit *unit)
{
	return VTD_RTADDR_TTM(unit->rtaddr) == VTD_TTM_SCALABLE;
}

/* In scalable mode a root entry's upper half serves devfn 80-ff, and a context entry has 32 bytes. */
uint64_t build_entry(struct build *b, struct mock_unit *unit, uint16_t source)
{
	uint64_t slot = (unit->rtaddr & PAGE_MASK) + (source >> 8) * 16u;
	uint64_t offset = (source & 0xff) * 16u;

	if (is_scalable(unit)) {
		slot += (source & 0x80) / 16;
		offset = (source & 0x7f) * 32u;
	}
	if (!(memory_get64(slot) & VTD_ROOT_P))
		memory_put64(slot, build_page(b) | VTD_ROOT_P);
	return (memory_get64(slot) & PAGE_MASK) + offset;
}

void build_scalable(struct mock_unit *unit)
{
	unit->ecap |= 1ull << 43 | 1ull << 46 | 1ull << 47 | 1ull << 26 | 1ull << 40;
	unit->rtaddr |= 1 << 10;
	unit->root = unit->rtaddr;
	unit->iqa |= 1 << 11;
	unit->iqh = unit->iqt = 0x40;
}

uint64_t build_directory(struct build *b, struct mock_unit *unit, uint16_t source, unsigned int pdts)
{
	uint64_t at = build_entry(b, unit, source);
	uint64_t directory = build_pages(b, pdts > 2 ? 1u << (pdts - 2) : 1);

	memory_put64(at, directory | pdts << 9 | 1 << 3 | 1);	/* PASIDs enabled */
	memory_put64(at + 8, 0);
	return directory;
}

uint64_t build_pasid(struct build *b, uint64_t directory, uint32_t pasid, uint64_t q0, uint64_t q1,
		     uint64_t q2)
{
	uint64_t slot = directory + pasid / 64 * 8, at;

	if (!(memory_get64(slot) & 1))
		memory_put64(slot, build_page(b) | 1);
	at = (memory_get64(slot) & PAGE_MASK) + pasid % 64 * 64;
	memory_put64(at, q0);
	memory_put64(at + 8, q1);
	memory_put64(at + 16, q2);
	return at;
}

uint64_t build_context(struct build *b, struct mock_unit *unit, uint16_t source, uint64_t lo, uint64_t hi)
{
	uint64_t at = build_entry(b, unit, source);

	memory_put64(at, lo);
	memory_put64(at + 8, hi);
	return at;
}

uint64_t build_attach(struct build *b, struct mock_unit *unit, uint16_t source, uint64_t root,
		      uint16_t domain, unsigned int aw)
{
	return build_context(b, unit, source, root | VTD_CTX_P, (uint64_t)domain << 8 | aw);
}

static uint64_t index_in(uint64_t iova, unsigned int level)
{
	return iova >> (12 + 9 * (level - 1)) & 511;
}

uint64_t build_slot(uint64_t root, unsigned int levels, uint64_t iova, unsigned int level)
{
	uint64_t table = root;

	for (unsigned int i = levels; i > level; i--)
		table = memory_get64(table + 8 * index_in(iova, i)) & VTD_SL_ADDRESS;
	return table + 8 * index_in(iova, level);
}

uint64_t build_map(struct build *b, uint64_t root, unsigned int levels, uint64_t iova, uint64_t pa,
		   unsigned int leaf_level)
{
	uint64_t leaf;

	for (unsigned int level = levels; level > leaf_level; level--) {
		uint64_t slot = build_slot(root, levels, iova, level);

		if (!memory_get64(slot))
			memory_put64(slot, build_page(b) | b->rights);
	}
	leaf = build_slot(root, levels, iova, leaf_level);
	memory_put64(leaf, pa | b->rights | (leaf_level > 1 ? VTD_SL_PS : 0));
	return leaf;
}

uint64_t build_interrupts(struct build *b, struct mock_unit *unit, unsigned int size)
{
	uint64_t bytes = 32ull << size;
	uint64_t table = build_pages(b, bytes > PAGE_SIZE ? (unsigned int)(bytes / PAGE_SIZE) : 1);

	unit->irta = unit->irt = table | VTD_IRTA_EIME | size;
	unit->gsts |= VTD_G_IRE | VTD_G_SIRTP;
	return table;
}

void build_structure(struct build *b, const void *structure, size_t size)
{
	assert_true(size <= sizeof(b->dmar) - b->dmar_size);
	memcpy(b->dmar + b->dmar_size, structure, size);
	b->dmar_last = b->dmar_size;
	b->dmar_size += size;
}

void build_scope(struct build *b, uint8_t type, uint8_t bus, unsigned int pairs, const uint8_t *path)
{
	struct dmar_scope scope = { .type = type, .start_bus = bus };
	uint8_t *last = b->dmar + b->dmar_last;
	struct dmar_structure head;

	scope.length = (uint8_t)(sizeof(scope) + 2 * pairs);
	memcpy(&head, last, sizeof(head));
	head.length = (uint16_t)(head.length + scope.length);
	memcpy(last, &head, sizeof(head));
	if (head.type == DMAR_DRHD) {
		last[offsetof(struct dmar_drhd, flags)] = 0;
		b->scoped = true;
	}
	assert_true(b->dmar_size + scope.length <= sizeof(b->dmar));
	memcpy(b->dmar + b->dmar_size, &scope, sizeof(scope));
	memcpy(b->dmar + b->dmar_size + sizeof(scope), path, 2 * pairs);
	b->dmar_size += scope.length;
}

void build_rmrr(struct build *b, uint64_t base, uint64_t limit)
{
	struct dmar_rmrr rmrr = { { DMAR_RMRR, sizeof(rmrr) }, 0, 0, base, limit };

	build_structure(b, &rmrr, sizeof(rmrr));
	build_scope(b, BUILD_ENDPOINT, 0, 1, (const uint8_t[]){ 0x14, 3 });
}

static uint8_t checksum(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;

	while (size--)
		sum = (uint8_t)(sum + *bytes++);
	return (uint8_t)-sum;
}

void build_acpi_table(uint64_t pa, const char *signature, const void *body, size_t body_size)
{
	uint8_t table[sizeof(struct acpi_header) + BUILD_MAX_DMAR + 64] = { 0 };
	struct acpi_header head = { .length = (uint32_t)(sizeof(head) + body_size), .revision = 1 };

	assert_true(head.length <= sizeof(table));
	memcpy(head.signature, signature, 4);
	memcpy(table, &head, sizeof(head));
	memcpy(table + sizeof(head), body, body_size);
	table[offsetof(struct acpi_header, checksum)] = checksum(table, head.length);
	memory_put(pa, table, head.length);
}

static void put_dmar(const struct build *b, uint64_t at)
{
	uint8_t body[12 + BUILD_MAX_DMAR] = { (uint8_t)(b->host_width - 1), DMAR_FLAG_INTR_REMAP };

	memcpy(body + 12, b->dmar, b->dmar_size);
	build_acpi_table(at, "DMAR", body, 12 + b->dmar_size);
}

void build_bring_dmar(struct build *b)
{
	put_dmar(b, BUILD_BROUGHT);
	b->boot.dmar = phys(BUILD_BROUGHT);
}

static void seal_acpi(const struct build *b)
{
	uint64_t dmar = BUILD_DMAR, other = BUILD_ACPI + 0x800;
	uint64_t xsdt[2] = { other, b->no_dmar ? other : dmar };
	uint32_t rsdt[2] = { (uint32_t)xsdt[0], (uint32_t)xsdt[1] };
	struct acpi_rsdp rsdp = {
		.revision = b->no_xsdt ? 0 : 2,
		.rsdt = (uint32_t)BUILD_ACPI + 0x400,
		.length = sizeof(rsdp),
		.xsdt = BUILD_ACPI,
	};

	memcpy(rsdp.signature, "RSD PTR ", 8);
	rsdp.checksum = checksum((uint8_t *)&rsdp, ACPI_RSDP_V1_SIZE);
	rsdp.extended_checksum = checksum((uint8_t *)&rsdp, sizeof(rsdp));
	memory_put(BUILD_RSDP, &rsdp, b->no_xsdt ? ACPI_RSDP_V1_SIZE : sizeof(rsdp));
	build_acpi_table(BUILD_ACPI, "XSDT", xsdt, sizeof(xsdt));
	build_acpi_table(BUILD_ACPI + 0x400, "RSDT", rsdt, sizeof(rsdt));
	build_acpi_table(other, "MCFG", b->mcfg, b->mcfg_size);
	put_dmar(b, dmar);
}

/* ELF-64, by the offsets of the System V ABI rather than by the stub's structs. */
static void seal_elfcorehdr(const struct build *b)
{
	uint8_t elf[64 + 56 * (BUILD_MAX_LOADS + 1)] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
	size_t segments = b->load_count + 1;

	elf[16] = 4;		/* ET_CORE */
	elf[18] = 62;		/* EM_X86_64 */
	elf[32] = 64;		/* e_phoff */
	elf[54] = 56;		/* e_phentsize */
	elf[56] = (uint8_t)segments;
	elf[64] = 4;		/* PT_NOTE comes first, as kexec-tools writes it */
	for (size_t i = 0; i < b->load_count; i++) {
		uint8_t *segment = elf + 64 + 56 * (i + 1);
		uint64_t size = b->loads[i].last - b->loads[i].first + 1;

		segment[0] = 1;	/* PT_LOAD */
		memcpy(segment + 24, &b->loads[i].first, 8);	/* p_paddr */
		memcpy(segment + 40, &size, 8);			/* p_memsz */
	}
	memory_put(BUILD_ELFCOREHDR, elf, 64 + 56 * segments);
}

void build_mcfg(struct build *b, const struct mcfg_entry *entry)
{
	assert_true(b->mcfg_size + sizeof(*entry) <= sizeof(b->mcfg));
	memcpy(b->mcfg + b->mcfg_size, entry, sizeof(*entry));
	b->mcfg_size += sizeof(*entry);
}

void build_seal(struct build *b)
{
	void *arena = memory_arena(BUILD_ARENA, b->arena_size);

	snprintf(b->command_line, sizeof(b->command_line), "%sroot=/dev/nvme0n1 console=ttyS0 %s",
		 b->no_elfcorehdr ? "" : "elfcorehdr=1664M ", b->options);
	seal_acpi(b);
	seal_elfcorehdr(b);
	b->boot.command_line = b->command_line;
	b->boot.e820 = b->e820;
	b->boot.e820_count = b->e820_count;
	b->boot.e820_room = 128 - (uint32_t)b->e820_count;
	b->boot.in_use[0].start = BUILD_IMAGE;
	b->boot.in_use[0].size = BUILD_ARENA + b->arena_size - BUILD_IMAGE;
	b->boot.in_use_count = 1;
	b->boot.arena = arena;
	b->boot.arena_phys = phys(BUILD_ARENA);
	b->boot.arena_size = b->arena_size;
	b->boot.entry_ticks = fake.ticks;
	b->sealed = true;
}

/* Whatever prepare says, all but the arena is as it was. */
static void check_prepared(const struct build *b)
{
	uint64_t where;

	assert_false(fake_hardware_touched());
	if (!memory_unchanged(b->before, &where))
		fail_msg("memory at %#lx was changed before the commitment", where);
}

bool build_prepare(struct build *b)
{
	bool go_on;

	if (!b->sealed)
		build_seal(b);
	memory_picture_free(b->before);
	b->before = memory_snapshot();
	for (unsigned int i = 0; i < mock_count(); i++)
		b->units_before[i] = *mock_unit(i);
	go_on = relay_open(&b->boot) && relay_prepare();
	check_prepared(b);
	return go_on;
}

bool build_run(struct build *b)
{
	if (!build_prepare(b))
		return false;
	relay_survey();
	check_prepared(b);
	devices_start(b);
	relay_commit();
	return true;
}
