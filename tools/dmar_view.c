// SPDX-License-Identifier: GPL-2.0-only
#include "dmar_view.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name, *text;
	size_t fixed;
	bool scopes;
} types[] = {
	[DMAR_DRHD] = { "DRHD", "remapping unit", sizeof(struct dmar_drhd), true },
	[DMAR_RMRR] = { "RMRR", "reserved memory", sizeof(struct dmar_rmrr), true },
	[DMAR_ATSR] = { "ATSR", "root ports with ATS", sizeof(struct dmar_atsr), true },
	[DMAR_RHSA] = { "RHSA", "unit's NUMA node", sizeof(struct dmar_rhsa), false },
	[DMAR_ANDD] = { "ANDD", "ACPI device", sizeof(struct dmar_andd), false },
	[DMAR_SATC] = { "SATC", "integrated devices with ATS", sizeof(struct dmar_satc), true },
	[DMAR_SIDP] = { "SIDP", "integrated devices' properties", sizeof(struct dmar_sidp), true },
};

/*
 * A handoff's magic begins with the same four letters, but letters go on where a table has its
 * length: that of no table reaches 16 MiB.
 */
bool dmar_recognised(const uint8_t *data, size_t size)
{
	return size >= 8 && memcmp(data, "DMAR", 4) == 0 && data[7] == 0;
}

static bool sums_to_zero(const uint8_t *data, size_t size)
{
	uint8_t total = 0;

	for (size_t i = 0; i < size; i++)
		total = (uint8_t)(total + data[i]);
	return total == 0;
}

bool dmar_read(struct dmar_view *view, const uint8_t *data, size_t size, struct problem *problem)
{
	struct dmar_item item;

	memset(view, 0, sizeof(*view));
	if (size < sizeof(view->head))
		return problem_at(problem, 0, "expected a DMAR table of at least %zu bytes, found "
				  "%zu", sizeof(view->head), size);
	memcpy(&view->head, data, sizeof(view->head));

	uint32_t length = view->head.header.length;

	if (length < sizeof(view->head) || length > DMAR_MAX_SIZE)
		return problem_at(problem, offsetof(struct acpi_header, length), "length: expected "
				  "%zu to %u, found %u", sizeof(view->head), DMAR_MAX_SIZE, length);
	if (length > size)
		return problem_at(problem, offsetof(struct acpi_header, length), "length: expected "
				  "at most the file's %zu bytes, found %u: truncated", size, length);
	view->dmar = (struct dmar){
		.table = data,
		.size = length,
		.address_width = (uint8_t)(view->head.host_address_width + 1),
	};
	view->extra = size - length;
	view->checksum_ok = sums_to_zero(data, length);
	while (dmar_next(&view->dmar, &view->walked, &item))
		;
	return true;
}

bool dmar_damaged(const struct dmar_view *view, struct problem *problem)
{
	if (!view->checksum_ok)
		return !problem_at(problem, offsetof(struct acpi_header, checksum), "checksum: "
				   "expected all bytes to sum to 0, found 0x%02x: damaged",
				   view->head.header.checksum);
	if (view->walked != view->dmar.size)
		return !problem_at(problem, view->walked, "expected a remapping structure of 4 to "
				   "%u bytes, found another length", view->dmar.size - view->walked);
	return false;
}

size_t dmar_fixed_size(uint16_t type)
{
	return type < COUNT(types) ? types[type].fixed : 0;
}

bool dmar_has_scopes(uint16_t type)
{
	return type < COUNT(types) && types[type].scopes;
}

void dmar_fixed(const struct dmar_item *item, void *fixed, size_t size)
{
	memset(fixed, 0, size);
	if (item->size >= size)
		memcpy(fixed, item->bytes, size);
}

uint32_t dmar_offset(const struct dmar_view *view, const struct dmar_item *item)
{
	return (uint32_t)(item->bytes - view->dmar.table);
}

struct dmar_scope dmar_scope_head(const struct dmar_scope_item *scope)
{
	struct dmar_scope head;

	memcpy(&head, scope->path - sizeof(head), sizeof(head));
	return head;
}

const char *dmar_type_name(uint16_t type)
{
	return type < COUNT(types) ? types[type].name : "unknown";
}

const char *dmar_type_text(uint16_t type)
{
	return type < COUNT(types) ? types[type].text : "a type that is not known here";
}

const char *dmar_scope_name(uint8_t type)
{
	static const char *const names[] = {
		[SCOPE_ENDPOINT] = "endpoint", [SCOPE_BRIDGE] = "bridge",
		[SCOPE_IOAPIC] = "ioapic", [SCOPE_HPET] = "hpet", [SCOPE_ACPI] = "acpi-device",
	};

	return type < COUNT(names) && names[type] ? names[type] : "unknown";
}
