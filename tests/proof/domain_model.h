/* SPDX-License-Identifier: GPL-2.0-only */
/* domain_model.h - domains, their ids, sinks of their own; with entry_model.h, for one harness */
enum domain_result domain_take(struct relay *r, struct unit *u, const struct translation *translation,
			       const struct handoff_record *user, uint32_t *index, bool *repaired)
{
	(void)r;
	(void)u;
	(void)user;
	wanted = *translation;
	*repaired = nondet_bool();
	if (nondet_bool())
		return nondet_bool() ? DOMAIN_UNTRACKED : DOMAIN_LATE;
	taken = true;
	*index = 0;
	domain.flags = wanted.flags;
	domain.id = *repaired ? nondet_u16() : wanted.id;
	domain.new_root = nondet_u64();
	assume(wanted.flags & HANDOFF_DOMAIN_PASS_THROUGH ? domain.new_root == 0 :
	       domain.new_root && domain.new_root % PAGE_SIZE == 0);
	return DOMAIN_OK;
}

/* What a fence is made of is fence.c's; here, that only pass-through gets one. */
static bool fenced;

bool fence_make(struct relay *r, struct unit *u, uint32_t pasid, const struct handoff_record *user,
		uint32_t *index)
{
	(void)r;
	(void)u;
	(void)pasid;
	(void)user;
	fenced = nondet_bool();
	taken |= fenced;
	*index = 0;
	return fenced;
}

struct vtd_entry128 fence_context(const struct handoff_domain *fence, struct vtd_entry128 found)
{
	prove(fence == &domain && VTD_CTX_TT(found.lo) == VTD_TT_PASS_THROUGH);
	return (struct vtd_entry128){ nondet_u64(), nondet_u64() };
}

struct vtd_pasid fence_pasid_entry(const struct handoff_domain *fence, const struct vtd_pasid *found)
{
	struct vtd_pasid entry;

	prove(fence == &domain && VTD_PE_PGTT(found->q[0]) == VTD_PGTT_PASS_THROUGH);
	return entry;
}

uint32_t domain_id_for_sink(struct unit *u)
{
	if (!u->sink_id)
		u->sink_id = nondet_u16();
	return u->sink_id;
}

uint32_t domain_id_for_own_sink(struct unit *u)
{
	(void)u;
	return nondet_u16();
}

uint32_t unit_domain_ids(const struct unit *u)
{
	(void)u;
	return domain_ids();
}

uint64_t arena_mark(const struct arena *arena)
{
	return arena->used;
}

void arena_rewind(struct arena *arena, uint64_t mark)
{
	prove(mark <= arena->used);
}

bool sink_grow(struct sink *sink, struct sink_room *room, unsigned int level)
{
	(void)room;
	prove(level <= SINK_LEVELS);
	if (nondet_bool())
		return false;
	for (unsigned int page = 0; page <= SINK_LEVELS; page++)
		if (page <= level)
			sink->page[page] = phys(OWN_SINK + page * PAGE_SIZE);
	return true;
}

bool rmrr_next(const struct dmar *dmar, uint32_t *offset, uint16_t segment, uint8_t bus, uint8_t devfn,
	       bool any, struct handoff_range *region)
{
	(void)dmar;
	(void)segment;
	(void)bus;
	(void)devfn;
	(void)any;
	*offset = nondet_u32();
	*region = (struct handoff_range){ nondet_u64(), nondet_u64() };
	return nondet_bool();
}

static union {
	struct handoff_device device;
	struct handoff_pasid pasid;
} added;

void *report_add(struct report *report, enum handoff_section_type type)
{
	(void)report;
	(void)type;
	return nondet_bool() ? &added : NULL;
}

void *report_entry(const struct report *report, enum handoff_section_type type, uint32_t index)
{
	(void)report;
	prove(type == HANDOFF_DOMAINS && index == 0 && taken);
	return &domain;
}

/* FPD, in what dmarelay.bad=block makes not present. */
static inline uint64_t blocked(void)
{
	return relay.params.bad == BAD_BLOCK ? 2 : 0;
}

/* A table of `levels` of a sink that there is? */
static inline bool is_sink(uint64_t page, uint64_t levels)
{
	return page == SINK + levels * PAGE_SIZE || page == OWN_SINK + levels * PAGE_SIZE;
}
