// SPDX-License-Identifier: GPL-2.0-only
#include "reach.h"

#include <stdlib.h>

#include "facts.h"
#include "tree.h"
#include "vtd.h"

/* One domain's search. */
struct search {
	const struct tables *tables;
	const struct handoff_domain *domain;
	const struct memory_ranges *wanted;
	struct reach *reach;
	bool out_of_memory;
};

/* Index of the first range that ends at or behind `address`. */
static uint32_t first_range(const struct memory_ranges *ranges, uint64_t address)
{
	uint32_t low = 0, high = ranges->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (ranges->all[middle].last < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool continues(const struct hit *before, const struct hit *hit)
{
	return before->last + 1 == hit->first && before->read == hit->read &&
	       before->write == hit->write && before->bad == hit->bad &&
	       before->iova + (before->last - before->first) + 1 == hit->iova;
}

static void add_hit(struct search *search, const struct hit *hit)
{
	struct reach *reach = search->reach;

	if (reach->count && continues(&reach->hits[reach->count - 1], hit)) {
		reach->hits[reach->count - 1].last = hit->last;
		return;
	}
	if (reach->count == REACH_MAX_HITS) {
		reach->more = true;
		return;
	}
	/* Grows when the count is a power of two. */
	if (!(reach->count & (reach->count - 1))) {
		size_t size = reach->count ? reach->count * 2 : 1;
		struct hit *hits = realloc(reach->hits, size * sizeof(*hits));

		if (!hits) {
			search->out_of_memory = true;
			return;
		}
		reach->hits = hits;
	}
	reach->hits[reach->count++] = *hit;
}

/* The parts of the run that are asked for. Returns whether there are any. */
static bool add_hits(struct search *search, const struct hit *whole)
{
	const struct memory_ranges *wanted = search->wanted;
	uint32_t i = first_range(wanted, whole->first);
	bool any = false;

	for (; i < wanted->count && wanted->all[i].first <= whole->last; i++) {
		struct hit part = *whole;

		if (part.first < wanted->all[i].first)
			part.first = wanted->all[i].first;
		if (part.last > wanted->all[i].last)
			part.last = wanted->all[i].last;
		part.iova += part.first - whole->first;
		add_hit(search, &part);
		any = true;
	}
	return any;
}

/*
 * The copies are in use: a kernel that adopted them has added mappings of its own, outside of the
 * ranges that the report lists.
 */
static bool is_of_the_crash(void *context, uint64_t first, uint64_t size)
{
	const struct search *search = context;
	const struct handoff_view *view = search->tables->view;
	uint32_t low = search->domain->first_range, end = low + search->domain->range_count;
	uint32_t high = end;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (handoff_get_range(view, middle).last < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && handoff_get_range(view, low).first <= first + (size - 1);
}

/* Where an entry was bad there is the sink now, in the arena: no other leaf leads there. */
static bool is_sink(const struct search *search, const struct leaf *leaf)
{
	const struct handoff_header *header = &search->tables->view->header;

	return tables_copied(search->tables) && leaf->target >= header->base &&
	       leaf->target - header->base < header->total_size;
}

static enum tree_interest look_at_leaf(void *context, const struct leaf *leaf)
{
	struct search *search = context;
	const struct hit hit = {
		.iova = leaf->address,
		.first = leaf->target,
		.last = leaf->target + leaf->size - 1,
		.read = leaf->read,
		.write = leaf->write,
		.bad = leaf->bad,
	};

	if (is_sink(search, leaf) || !add_hits(search, &hit))
		return TREE_IGNORED;
	return search->reach->more || search->out_of_memory ? TREE_ENOUGH : TREE_FOUND;
}

static bool search_domain(const struct tables *tables, const struct memory_ranges *wanted,
			  uint32_t index, uint64_t *left, struct reach *reach)
{
	struct handoff_domain domain = handoff_get_domain(tables->view, index);
	struct search search = {
		.tables = tables, .domain = &domain, .wanted = wanted, .reach = reach,
	};
	struct tree_visit visit = { .leaf = look_at_leaf, .context = &search, .left = left };
	struct tree tree;

	if (!tree_of_domain(tables, index, &tree))
		return true;
	if (tables_copied(tables) && !tables->view->sections[HANDOFF_RANGES].dropped)
		visit.wanted = is_of_the_crash;
	tree_walk(tables, &tree, &visit);
	reach->missing = visit.missing;
	reach->more |= visit.more;
	return !search.out_of_memory;
}

/* Whose tables a record is about: it names a device, and the id that its entry had. */
struct user {
	uint64_t name;
	uint32_t domain;
};

static uint64_t name_of(uint32_t unit, uint8_t bus, uint8_t devfn, uint16_t domain_id)
{
	return (uint64_t)unit << 32 | (uint32_t)bus << 24 | (uint32_t)devfn << 16 | domain_id;
}

static int by_name(const void *one, const void *other)
{
	uint64_t a = ((const struct user *)one)->name, b = ((const struct user *)other)->name;

	return (a > b) - (a < b);
}

/* Sorted. NULL: no memory. */
static struct user *list_users(const struct requesters *requesters)
{
	struct user *users = calloc((size_t)requesters->count + 1, sizeof(*users));

	for (uint32_t i = 0; users && i < requesters->count; i++) {
		const struct requester *requester = &requesters->all[i];
		const struct handoff_device *device = &requester->device;

		users[i].name = name_of(device->unit, device->bus, device->devfn,
					requester->found_id);
		users[i].domain = requester->domain;
	}
	if (users)
		qsort(users, requesters->count, sizeof(*users), by_name);
	return users;
}

/* Of the copies, only the records tell where a bad leaf led. */
static bool add_record(const struct tables *tables, const struct memory_ranges *wanted,
		       const struct handoff_record *record, struct reach *reach)
{
	struct search search = { .tables = tables, .wanted = wanted, .reach = reach };
	uint64_t first = record->target & ~(record->size - 1);
	const struct hit hit = {
		.iova = record->iova,
		.first = first,
		.last = last_of(first, record->size),
		.read = record->found[0] & VTD_SL_R,	/* in both formats: VTD_FL_P */
		.write = record->found[0] & VTD_SL_W,	/* VTD_FL_RW */
		.bad = true,
	};

	if (record->object == HANDOFF_LEAF && record->size)
		add_hits(&search, &hit);
	return !search.out_of_memory;
}

static bool add_records(const struct tables *tables, const struct requesters *requesters,
			const struct memory_ranges *wanted, struct reaches *reaches)
{
	struct user *users = list_users(requesters);
	bool done = users;

	for (uint32_t i = 0; done && i < tables->record_count; i++) {
		const struct handoff_record *record = &tables->records[i];
		const struct user key = {
			.name = name_of(record->unit, record->bus, record->devfn,
					record->domain_id),
		};
		const struct user *user = bsearch(&key, users, requesters->count, sizeof(key),
						  by_name);

		if (user && user->domain < reaches->count)
			done = add_record(tables, wanted, record, &reaches->domains[user->domain]);
	}
	free(users);
	return done;
}

bool reaches_find(const struct tables *tables, const struct requesters *requesters,
		  const struct memory_ranges *wanted, struct reaches *reaches)
{
	uint64_t left = REACH_MAX_TABLES;
	bool done = true;

	reaches->count = tables->view->sections[HANDOFF_DOMAINS].count;
	reaches->domains = calloc((size_t)reaches->count + 1, sizeof(*reaches->domains));
	if (!reaches->domains)
		reaches->count = 0;
	for (uint32_t i = 0; done && i < reaches->count; i++)
		done = search_domain(tables, wanted, i, &left, &reaches->domains[i]);
	if (done && tables_copied(tables))
		done = add_records(tables, requesters, wanted, reaches);
	return done && reaches->domains;
}

void reaches_free(struct reaches *reaches)
{
	for (uint32_t i = 0; i < reaches->count; i++)
		free(reaches->domains[i].hits);
	free(reaches->domains);
	*reaches = (struct reaches){ 0 };
}
