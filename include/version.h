/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VERSION_H
#define VERSION_H

#define STUB_VERSION	"0.1.0"		/* at most 15 characters: handoff_header.stub_version */

#endif /* VERSION_H */
