/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_PCI_H
#define LINUX_PCI_H

#include <linux/types.h>

struct iommu_group;

struct device {
	struct iommu_group *iommu_group;
	void *iommu_priv;
	bool is_pci;
};

struct pci_dev {
	struct device dev;
	u16 segment, id;
	u16 alias;		/* another id that its requests may bear; its own if none */
	bool untrusted;
	u16 ats_cap;		/* where ATS is in configuration space */
	int references;
};

#define PCI_ATS_CTRL		0x06
#define PCI_ATS_CTRL_ENABLE	0x8000
#define PCI_DEVID(bus, devfn)	((u16)((u16)(bus) << 8 | (devfn)))
#define to_pci_dev(device)	container_of(device, struct pci_dev, dev)
#define dev_is_pci(device)	((device)->is_pci)

static inline u16 pci_dev_id(struct pci_dev *pdev)
{
	return pdev->id;
}

/* Each other device has its ATS on. */
static inline int pci_read_config_word(struct pci_dev *pdev, int at, u16 *value)
{
	*value = at == pdev->ats_cap + PCI_ATS_CTRL && pdev->id & 1 ? PCI_ATS_CTRL_ENABLE : 0;
	return 0;
}

struct pci_dev *pci_get_domain_bus_and_slot(int segment, unsigned int bus, unsigned int devfn);

static inline void pci_dev_put(struct pci_dev *pdev)
{
	if (pdev)
		pdev->references--;
}

static inline int pci_for_each_dma_alias(struct pci_dev *pdev,
					 int (*visit)(struct pci_dev *pdev, u16 alias, void *data),
					 void *data)
{
	int result = visit(pdev, pdev->id, data);

	return result || pdev->alias == pdev->id ? result : visit(pdev, pdev->alias, data);
}

#endif /* LINUX_PCI_H */
