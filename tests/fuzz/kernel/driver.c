// SPDX-License-Identifier: GPL-2.0-only
#include "driver_parts.h"

#include "judge.h"
#include "relay.h"

extern int (*kernel_setup)(char *), (*kernel_initcall)(void);

static bool make_domain(struct driver_device *d)
{
	struct dmar_domain *domain = &d->group->domain;
	struct context_entry *context;
	bool first_level;
	int agaw;

	context = iommu_context_addr(d->info.iommu, d->source >> 8, d->source & 255, 1);
	units_suit(d->info.iommu, context, &first_level, &agaw);
	agaw += d->quirks->levels;
	agaw = agaw < 0 || agaw > 3 ? 1 : agaw;
	*domain = (struct dmar_domain){
		.use_first_level = first_level != d->quirks->other_kind,
		.agaw = agaw, .gaw = agaw_to_width(agaw),
		.pgd = world_alloc_page(),
		.devices = { &domain->devices, &domain->devices },
		.domain = { .type = IOMMU_DOMAIN_DMA },
		.iommu = d->info.iommu,
	};
	return domain->pgd;
}

static void fill_pasid(struct driver_device *d, const struct dmar_domain *domain)
{
	struct pasid_entry *entry = get_pasid_table_from_pde(d->directory.table);

	memset(entry, 0, sizeof(*entry));
	entry->val[1] = domain ? domain->id : FLPT_DEFAULT_DID;
	if (!domain)
		entry->val[0] = PASID_ENTRY_PGTT_PT << 6 | d->info.iommu->msagaw << 2 | 1;
	else if (domain->use_first_level)
		entry->val[0] = PASID_ENTRY_PGTT_FL_ONLY << 6 | 1;
	else
		entry->val[0] = virt_to_phys(domain->pgd) | PASID_ENTRY_PGTT_SL_ONLY << 6 |
				domain->agaw << 2 | 1;
	if (domain && domain->use_first_level)
		entry->val[2] = virt_to_phys(domain->pgd) | (domain->agaw - 2) << 2;
}

/* By what the entry said before is what the unit may still hold. */
static void check_moved(struct driver_device *d, struct dmar_domain *domain,
			struct context_entry *before, const struct context_entry *now)
{
	const struct intel_iommu *iommu = d->info.iommu;

	world_must(domain && iommu->flushed == 5);
	world_must(iommu->flushed_did == context_domain_id(before) && iommu->flushed_source == d->source);
	judge_moved(d->unit, d->source, virt_to_phys(domain->pgd), (unsigned int)domain->id,
		    d->info.ats_supported, domain->relay_window, now->lo, now->hi);
}

static void set_legacy_context(struct driver_device *d, struct dmar_domain *domain)
{
	u8 bus = d->source >> 8, devfn = d->source & 255;
	struct context_entry *context = iommu_context_addr(d->info.iommu, bus, devfn, 1);
	struct context_entry before = *context;

	if (context_present(context) && !context_copied(d->info.iommu, bus, devfn))
		return;
	d->info.iommu->flushed = 0;
	if (intel_relay_keep_context(domain, d->info.iommu, bus, devfn)) {
		world_must(!context_copied(d->info.iommu, bus, devfn));
		if (before.lo == context->lo && before.hi == context->hi)
			judge_kept(d->unit, d->source, domain ? virt_to_phys(domain->pgd) : 0,
				   domain ? domain->id : -1);
		else
			check_moved(d, domain, &before, context);
		return;
	}
	clear_context_copied(d->info.iommu, bus, devfn);
	*context = (struct context_entry){ 0 };
}

static void use_identity(struct driver_device *d)
{
	if (!d->info.iommu->scalable) {
		set_legacy_context(d, NULL);
		return;
	}
	fill_pasid(d, NULL);
	world_must(!intel_relay_switch_device(&d->pdev.dev));
}

/* An id for the domain on its unit; another unit's devices of the group are not attached. */
static bool take_id(struct dmar_domain *domain)
{
	unsigned long ids = cap_ndoms(domain->iommu->cap);
	unsigned long id = intel_relay_domain_id(domain, domain->iommu);

	if (!domain->users && !id)
		for (id = 2; id < ids && test_bit(id, domain->iommu->domain_ids); )
			id++;
	if (id >= ids)
		return false;
	domain->id = domain->users ? domain->id : (int)id;
	domain->users++;
	domain->domain.geometry.aperture_end = BIT_ULL(domain->gaw) - 1;	/* as for any domain */
	intel_relay_limit_aperture(domain);
	world_must(!domain->relay_window || domain->domain.geometry.aperture_end < domain->relay_window);
	set_bit(domain->id, domain->iommu->domain_ids);
	return true;
}

/* What the domain starts with; true if it, or an earlier device's, is what the device had. */
static bool adopt(struct driver_device *d, struct dmar_domain *domain)
{
	struct relay_tree *had = domain->relay;
	bool had_window = domain->relay_window, adopted;

	d->info.iommu->flushed = 0;
	adopted = intel_relay_adopt(domain, &d->pdev.dev);
	world_must(!had || domain->relay == had);
	world_must(adopted ? domain->relay || domain->relay_window : had == domain->relay);
	if (domain->relay && adopted &&
	    (!had_window || judge_uses(d->unit, d->source, virt_to_phys(domain->pgd))))
		judge_adopted(d->unit, d->source, virt_to_phys(domain->pgd),
			      intel_relay_domain_id(domain, d->info.iommu), domain->agaw,
			      domain->use_first_level, had, domain->relay_window);
	else if (domain->relay_window && !had_window)
		judge_sunk(d->unit, d->source, virt_to_phys(domain->pgd), domain->agaw);
	if (domain->relay && !had)
		world_must(test_bit(intel_relay_domain_id(domain, d->info.iommu),
				    d->info.iommu->domain_ids));
	return adopted;
}

static bool use_domain(struct driver_device *d, unsigned int *count)
{
	struct dmar_domain *domain = &d->group->domain;
	bool adopted;

	if (domain->iommu != d->info.iommu)
		return false;
	adopted = adopt(d, domain);
	if (!adopted && d->info.iommu->scalable)
		(void)intel_pasid_setup_sm_context(&d->pdev.dev);
	if (!take_id(domain))
		return false;
	if (d->info.iommu->scalable) {
		fill_pasid(d, domain);
		world_must(!intel_relay_switch_device(&d->pdev.dev));
	} else {
		set_legacy_context(d, domain);
	}
	list_add_tail(&d->info.link, &domain->devices);
	*count += adopted && domain->relay;
	return true;
}

/* True if it is in its group's domain now, which has then an id and tables. */
static bool attach(struct driver_device *d, unsigned int *adopted)
{
	unsigned int type = intel_relay_domain_type(&d->pdev.dev);
	bool identity = type ? type == IOMMU_DOMAIN_IDENTITY : options.passthrough;

	world_must(!type || type == IOMMU_DOMAIN_IDENTITY || type == IOMMU_DOMAIN_DMA);
	devices_tell_regions(d);
	if (!d->group->made) {
		d->group->made = true;
		d->group->identity = identity;
		if (!identity && !make_domain(d))
			return false;
	}
	if (d->group->identity)
		use_identity(d);
	return d->group->domain.pgd && use_domain(d, adopted);
}

/* As for any domain, whose tables are all its own. */
static void free_tables(u64 table, int level)
{
	struct dma_pte *pte = phys_to_virt(table);

	for (int i = 0; level > 1 && i < 512; i++)
		if (dma_pte_present(&pte[i]) && !dma_pte_superpage(&pte[i]))
			free_tables(dma_pte_addr(&pte[i]), level - 1);
	if (world_is_kernel(table))
		world_free_page(pte);
	else
		judge_freed(table);
}

/* What the kernel does when the last device of a domain is gone. */
static void end_domain(struct driver_device *d)
{
	struct dmar_domain *domain = &d->group->domain;
	bool adopted = domain->relay;
	u64 top = virt_to_phys(domain->pgd);

	if (!intel_relay_keep_id(domain, d->info.iommu)) {
		clear_bit(domain->id, d->info.iommu->domain_ids);
		if (adopted)
			judge_id_free(d->unit, domain->id);
	}
	if (intel_relay_keep_tables(domain)) {
		world_must(adopted);
		return;
	}
	if (adopted)
		judge_tables_free(top);
	free_tables(top, agaw_to_level(domain->agaw));
}

static void leave(struct driver_device *d)
{
	u8 bus = d->source >> 8, devfn = d->source & 255;

	if (!d->info.iommu->scalable && !context_copied(d->info.iommu, bus, devfn))
		*iommu_context_addr(d->info.iommu, bus, devfn, 1) = (struct context_entry){ 0 };
	list_del(&d->info.link);
	if (!--d->group->domain.users)
		end_domain(d);
}

unsigned int driver_run(void)
{
	unsigned int adopted = 0;

	if (options.off)
		world_must(kernel_setup((char[]){ "off" }) == 1);
	if (options.dump_first)
		(void)kernel_initcall();
	for (unsigned int i = 0; i < unit_count; i++) {
		units_copy_tables(i);
		intel_relay_scan(&units[i]);
	}
	devices_find();
	for (unsigned int i = 0; i < device_count; i++) {
		devices[i].attached = attach(&devices[i], &adopted);
		world_must(!devices[i].pdev.references);
	}
	for (unsigned int i = 0; i < device_count; i++)
		if (devices[i].attached && devices[i].quirks->leaves)
			leave(&devices[i]);
	if (!options.dump_first)
		(void)kernel_initcall();
	units_end();
	return adopted;
}
