/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_CRASH_DUMP_H
#define LINUX_CRASH_DUMP_H

#include <linux/types.h>

struct vmcoredd_data {
	char dump_name[44];
	unsigned int size;
	int (*vmcoredd_callback)(struct vmcoredd_data *data, void *buffer);
};

bool is_kdump_kernel(void);
int vmcore_add_device_dump(struct vmcoredd_data *data);

#endif /* LINUX_CRASH_DUMP_H */
