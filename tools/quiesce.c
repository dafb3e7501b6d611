// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmarelay quiesce - stop the devices that nobody else will stop
 *
 * A device without a driver in the kdump kernel goes on with the crashed kernel's DMA: through the
 * stub's copies as long as there are such, then, in the next kernel, wherever that leads.
 */
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli.h"
#include "json.h"
#include "names.h"
#include "pci.h"
#include "source.h"

struct request {
	const char *sysfs;
	char path[PATH_MAX];	/* of the handoff */
	bool dry_run;
	bool json;
};

static void print_help(void)
{
	puts("Usage: dmarelay quiesce [OPTION]... [FILE | DIR]\n"
	     "\n"
	     "Stops orphans: devices that the crashed kernel had set to work, by the handoff, and\n"
	     "that no driver of this kernel has claimed. Clears their bus-master bit, so that they\n"
	     "do no more DMA. To be run in the kdump kernel when the dump is saved, before the\n"
	     "reboot; FILE or DIR as in dmarelay inspect. Bridges are left alone.\n"
	     "\n"
	     "Options:\n"
	     "  -n, --dry-run    only show which would be stopped\n"
	     "  -j, --json       one JSON object: devices [{device, state, driver}], dropped.\n"
	     "                   state: gone, driven, bridge, silent, idle, orphan, quiesced, failed\n"
	     "      --sysfs DIR  look for devices here and not below /sys\n"
	     "  -h, --help       show this help\n"
	     "\n"
	     "Exit status:\n"
	     "  0  no orphan is left, or it was a dry run\n"
	     "  1  there is no handoff, a file could not be read, or an orphan did not stop\n"
	     "  2  bad usage, or the handoff is malformed or damaged: nothing has been done\n"
	     "\n"
	     "Example:\n"
	     "  makedumpfile -l -d 31 /proc/vmcore /var/crash/vmcore; dmarelay quiesce; reboot -f");
}

/* Returns -1 to go on, or the exit status to end with. */
static int parse_arguments(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "sysfs", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option, length;

	while ((option = getopt_long(argc, argv, "njh", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			request->dry_run = true;
			break;
		case 'j':
			request->json = true;
			break;
		case 's':
			request->sysfs = optarg;
			break;
		case 'h':
			print_help();
			return cli_finish(CLI_OK);
		default:
			return CLI_MISUSED;
		}
	}
	if (argc - optind > 1)
		return cli_misused("quiesce", "expected one FILE or DIR, found %d", argc - optind);
	length = snprintf(request->path, sizeof(request->path), "%s%s",
			  optind < argc ? argv[optind] : request->sysfs,
			  optind < argc ? "" : "/kernel/boot_params/setup_data");
	return length < PATH_MAX ? -1 : cli_misused("quiesce", "the path is too long");
}

static const char *const words[] = {
	[PCI_GONE]	= "gone",
	[PCI_DRIVEN]	= "driven",
	[PCI_BRIDGE]	= "bridge",
	[PCI_SILENT]	= "silent",
	[PCI_IDLE]	= "idle",
	[PCI_ORPHAN]	= "orphan",
	[PCI_QUIESCED]	= "quiesced",
	[PCI_FAILED]	= "failed",
};

static const char *const sentences[] = {
	[PCI_GONE]	= "is gone",
	[PCI_DRIVEN]	= "is left to its driver, ",
	[PCI_BRIDGE]	= "is a bridge, left alone",
	[PCI_SILENT]	= "does not answer",
	[PCI_IDLE]	= "has no driver, and is not allowed to do DMA",
	[PCI_ORPHAN]	= "has no driver, and may do DMA",
	[PCI_QUIESCED]	= "has no driver: stopped",
	[PCI_FAILED]	= "has no driver, and could NOT be stopped",
};

static void show(const struct handoff_device *device, const struct pci_device *pci,
		 struct json *json)
{
	struct label name = device_name(device->segment, device->bus, device->devfn);

	if (!json) {
		printf("%s %s%s\n", name.text, sentences[pci->state], pci->driver);
		return;
	}
	json_flat_object(json, NULL);
	json_string(json, "device", name.text);
	json_string(json, "state", words[pci->state]);
	if (pci->state == PCI_DRIVEN)
		json_string(json, "driver", pci->driver);
	else
		json_null(json, "driver");
	json_end_object(json);
}

/* Returns the exit status. */
static int quiesce_all(const struct request *request, const struct handoff_view *view,
		       struct json *json)
{
	int status = CLI_OK;

	for (uint32_t i = 0; i < view->sections[HANDOFF_DEVICES].count; i++) {
		struct handoff_device device = handoff_get_device(view, i);
		struct pci_device pci = pci_look(request->sysfs, &device);

		if (pci.state == PCI_ORPHAN && !request->dry_run)
			pci_quiesce(request->sysfs, &device, &pci);
		if (pci.state == PCI_FAILED)
			status = CLI_FAILED;
		show(&device, &pci, json);
	}
	return status;
}

static int run(const struct request *request, const struct handoff_view *view)
{
	uint32_t dropped = view->sections[HANDOFF_DEVICES].dropped;
	struct json writer = { .out = stdout, .first = true };
	int status;

	if (!request->json) {
		status = quiesce_all(request, view, NULL);
		if (dropped)
			printf("%u more devices found no room in the report\n", dropped);
		return cli_finish(status);
	}
	json_object(&writer, NULL);
	json_array(&writer, "devices");
	status = quiesce_all(request, view, &writer);
	json_end_array(&writer);
	json_number(&writer, "dropped", dropped);
	json_end_object(&writer);
	return cli_finish(status);
}

int cli_quiesce(int argc, char **argv)
{
	struct request request = { .sysfs = "/sys" };
	static struct source source;	/* too large for the stack's taste */
	int status = parse_arguments(argc, argv, &request);
	struct handoff_view view;

	if (status >= 0)
		return status;
	status = source_read(request.path, SOURCE_REPORT, &source);
	/* Nothing is switched off on the word of a damaged report. */
	if (status == CLI_OK && source_view(&source, &view, &status) && status == CLI_OK)
		status = run(&request, &view);
	file_free(&source.blob);
	return status;
}
