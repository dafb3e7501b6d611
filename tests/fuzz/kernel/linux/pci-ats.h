/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_PCI_ATS_H
#define LINUX_PCI_ATS_H

#include <linux/pci.h>

static inline int pci_ats_queue_depth(struct pci_dev *pdev)
{
	return pdev->dev.is_pci ? 32 : 0;
}

#endif /* LINUX_PCI_ATS_H */
