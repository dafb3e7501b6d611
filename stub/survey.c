// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is read here Linux has read too when it enumerated the bus, and a kdump kernel will: the same
 * functions by the same rules. So no read can hang that would not hang those.
 */
#include "survey.h"

#include <string.h>

#include "function.h"
#include "log.h"
#include "pci_regs.h"
#include "state.h"

#define BUSES		256u
#define DEVFNS		256u

enum scan {
	SCAN_NONE,		/* those with a context entry alone */
	SCAN_LINK,		/* device 0: the other end of a PCI Express link */
	SCAN_BUS,
};

struct survey {
	struct relay *relay;
	struct budget time;
	uint32_t segment;
	uint8_t scan[BUSES];		/* enum scan */
	uint64_t known[DEVFNS / 64];	/* of one bus: those with a context entry */
};

static bool is_known(const struct survey *s, unsigned int devfn)
{
	return s->known[devfn / 64] >> devfn % 64 & 1;
}

/* What the context tables say of `bus`. */
static void recall(struct survey *s, unsigned int bus)
{
	const struct report *report = &s->relay->report;

	memset(s->known, 0, sizeof(s->known));
	for (uint32_t i = 0; i < report_count(report, HANDOFF_DEVICES); i++) {
		const struct handoff_device *device = report_entry(report, HANDOFF_DEVICES, i);

		if (device->segment == s->segment && device->bus == bus) {
			s->known[device->devfn / 64] |= 1ull << device->devfn % 64;
			if (s->scan[bus] == SCAN_NONE)
				s->scan[bus] = SCAN_BUS;
		}
	}
}

/* Buses have higher numbers the farther they are from the root, and come in turn: none comes twice. */
static void follow(struct survey *s, const struct handoff_function *bridge)
{
	bool link = bridge->flags & HANDOFF_FUNCTION_EXPRESS &&
		    (bridge->port_type == PCI_EXP_ROOT_PORT || bridge->port_type == PCI_EXP_DOWNSTREAM);

	if (bridge->flags & HANDOFF_FUNCTION_BRIDGE)
		s->scan[bridge->secondary] = link ? SCAN_LINK : SCAN_BUS;
}

/* Returns the header type; 0 if there is nothing, or nothing to be told of it. */
static uint8_t look(struct survey *s, unsigned int bus, unsigned int devfn)
{
	struct report *report = &s->relay->report;
	struct handoff_function found, *kept;
	struct pci_function function;
	bool known = is_known(s, devfn);

	if (budget_exhausted(&s->time) || !pci_function_at(&s->relay->pci, s->segment, (uint8_t)bus, (uint8_t)devfn,
					       &function)) {
		if (known)
			report_drop(report, HANDOFF_FUNCTIONS);
		return 0;
	}
	if (!function_read(&function, known, &found))
		return 0;
	kept = report_add(report, HANDOFF_FUNCTIONS);
	if (kept)
		*kept = found;
	follow(s, &found);
	return found.header_type;
}

static void survey_bus(struct survey *s, unsigned int bus)
{
	unsigned int last = s->scan[bus] == SCAN_BUS ? DEVFNS : s->scan[bus] == SCAN_LINK ? 8 : 0;
	bool multi = false;

	for (unsigned int devfn = 0; devfn < DEVFNS; devfn++) {
		bool first = devfn % 8 == 0;
		uint8_t type = 0;

		if (is_known(s, devfn) || (devfn < last && (first || multi)))
			type = look(s, bus, devfn);
		if (first)
			multi = type & PCI_HEADER_MULTI;
	}
}

static void survey_segment(struct survey *s, uint32_t segment)
{
	s->segment = segment;
	memset(s->scan, SCAN_NONE, sizeof(s->scan));
	s->scan[0] = SCAN_BUS;
	for (unsigned int bus = 0; bus < BUSES; bus++) {
		recall(s, bus);
		survey_bus(s, bus);
	}
}

/* Has a unit before this one the same segment? */
static bool was_surveyed(const struct relay *relay, uint32_t unit)
{
	for (uint32_t i = 0; i < unit; i++)
		if (relay->units[i].segment == relay->units[unit].segment)
			return true;
	return false;
}

void survey(struct relay *relay)
{
	struct survey s = {
		.relay = relay,
		.time = budget_part(&relay->budget, SURVEY_SHARE),
	};

	for (uint32_t i = 0; i < relay->unit_count; i++)
		if (!was_surveyed(relay, i))
			survey_segment(&s, relay->units[i].segment);
	log_line(&relay->report, "%u functions of PCI%s", report_count(&relay->report, HANDOFF_FUNCTIONS),
		 budget_exhausted(&s.time) ? ", out of time" : "");
}
