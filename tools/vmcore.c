// SPDX-License-Identifier: GPL-2.0-only
/*
 * ELF cores as /proc/vmcore is and `makedumpfile -E` writes; and makedumpfile's own format, whose
 * headers hold the same notes as one run of bytes.
 */
#include "vmcore.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LL(value)	((unsigned long long)(value))

/* Far more than the CPUs, drivers and memory ranges of a machine make. */
#define MAX_HEADERS	(1u << 20)

#define NT_VMCOREDD_TYPE	0x700	/* NT_VMCOREDD: a driver's own dump */
#define VMCOREDD_NAME_SIZE	44	/* which begins with the name that the driver chose */

/* struct disk_dump_header and struct kdump_sub_header (makedumpfile's IMPLEMENTATION), x86-64 */
#define KDUMP_VERSION		8
#define KDUMP_BLOCK_SIZE	428
#define KDUMP_SUB_NOTE		48	/* offset_note, size_note, behind one block */
#define KDUMP_NOTE_VERSION	4	/* the first with these two */

#define SIGNATURE_SIZE	8
static const char kdump_signature[SIGNATURE_SIZE + 1] = "KDUMP   ";
static const char flat_signature[] = "makedumpfile";

struct vmcore {
	int fd;
	uint64_t *start, *size;		/* of the handoff */
	struct problem *problem;
	uint32_t left;			/* headers of segments and notes that may still be read */
};

static bool take_header(struct vmcore *core)
{
	return core->left && core->left--;
}

/* False, with a problem about `what`, if not all of it is there. */
static bool read_at(const struct vmcore *core, uint64_t at, void *to, size_t size, const char *what)
{
	size_t done = 0;

	while (done < size && at <= INT64_MAX - size) {
		ssize_t got = pread(core->fd, (char *)to + done, size - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done == size ||
	       problem_at(core->problem, at, "%s: expected %zu bytes, found %zu: truncated", what,
			  size, done);
}

static bool is_ours(const char *name, const char *dump_name)
{
	return !strncmp(name, "LINUX", SIGNATURE_SIZE) &&
	       !strncmp(dump_name, "dmarelay", VMCOREDD_NAME_SIZE);
}

static uint64_t padded(uint32_t size)
{
	return ((uint64_t)size + 3) & ~3ull;
}

/* The note at `at`, all of whose `room` bytes are the notes'. */
static enum vmcore_result look_at_note(const struct vmcore *core, uint64_t at, uint64_t room,
				       const Elf64_Nhdr *note)
{
	uint64_t name_at = at + sizeof(*note), desc_at = name_at + padded(note->n_namesz);
	char name[SIGNATURE_SIZE] = "", dump_name[VMCOREDD_NAME_SIZE];
	size_t name_size = note->n_namesz < sizeof(name) ? note->n_namesz : sizeof(name);

	if (sizeof(*note) + padded(note->n_namesz) + note->n_descsz > room) {
		problem_at(core->problem, at, "note: expected at most the 0x%llx bytes that are left "
			   "of the notes, found a name of 0x%x and 0x%x more", LL(room),
			   note->n_namesz, note->n_descsz);
		return VMCORE_MALFORMED;
	}
	if (note->n_type != NT_VMCOREDD_TYPE || note->n_descsz < VMCOREDD_NAME_SIZE)
		return VMCORE_ABSENT;
	if (!read_at(core, name_at, name, name_size, "note name") ||
	    !read_at(core, desc_at, dump_name, sizeof(dump_name), "device dump name"))
		return VMCORE_MALFORMED;
	if (!is_ours(name, dump_name))
		return VMCORE_ABSENT;
	*core->start = desc_at + VMCOREDD_NAME_SIZE;
	*core->size = note->n_descsz - VMCOREDD_NAME_SIZE;
	return VMCORE_FOUND;
}

static enum vmcore_result search_notes(struct vmcore *core, uint64_t at, uint64_t size)
{
	while (size >= sizeof(Elf64_Nhdr) && take_header(core)) {
		enum vmcore_result result;
		Elf64_Nhdr note;
		uint64_t length;

		if (!read_at(core, at, &note, sizeof(note), "note"))
			return VMCORE_MALFORMED;
		if (!note.n_namesz && !note.n_descsz && !note.n_type)
			break;		/* the kernel fills up with zeros */
		result = look_at_note(core, at, size, &note);
		if (result != VMCORE_ABSENT)
			return result;
		length = sizeof(note) + padded(note.n_namesz) + padded(note.n_descsz);
		if (length >= size)	/* the last one's padding may be missing */
			break;
		at += length;
		size -= length;
	}
	return VMCORE_ABSENT;
}

#define FIELD_PROBLEM(core, base, type, field, expected, ...)				\
	(problem_at((core)->problem, (base) + offsetof(type, field),			\
		    #field ": expected " expected, __VA_ARGS__), VMCORE_MALFORMED)

static enum vmcore_result search_segments(struct vmcore *core, uint64_t at, uint32_t count)
{
	for (uint32_t i = 0; i < count && take_header(core); i++, at += sizeof(Elf64_Phdr)) {
		enum vmcore_result result;
		Elf64_Phdr segment;

		if (!read_at(core, at, &segment, sizeof(segment), "program header"))
			return VMCORE_MALFORMED;
		if (segment.p_type != PT_NOTE)
			continue;
		if (segment.p_filesz > INT64_MAX || segment.p_offset > INT64_MAX - segment.p_filesz)
			return FIELD_PROBLEM(core, at, Elf64_Phdr, p_offset, "a place in a file, found "
					     "0x%llx and 0x%llx bytes", LL(segment.p_offset),
					     LL(segment.p_filesz));
		result = search_notes(core, segment.p_offset, segment.p_filesz);
		if (result != VMCORE_ABSENT)
			return result;
	}
	return VMCORE_ABSENT;
}

static enum vmcore_result search_elf(struct vmcore *core)
{
	uint32_t count;
	Elf64_Ehdr header;
	Elf64_Shdr extra;

	if (!read_at(core, 0, &header, sizeof(header), "ELF header"))
		return VMCORE_MALFORMED;
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
		return FIELD_PROBLEM(core, 0, Elf64_Ehdr, e_ident[EI_CLASS], "a 64-bit little-endian "
				     "file, 2 and 1, found %u and %u", header.e_ident[EI_CLASS],
				     header.e_ident[EI_DATA]);
	if (header.e_type != ET_CORE)
		return FIELD_PROBLEM(core, 0, Elf64_Ehdr, e_type, "a core file, %u, found %u", ET_CORE,
				     header.e_type);
	if (header.e_phentsize != sizeof(Elf64_Phdr))
		return FIELD_PROBLEM(core, 0, Elf64_Ehdr, e_phentsize, "%zu, found %u",
				     sizeof(Elf64_Phdr), header.e_phentsize);
	if (header.e_phoff > INT64_MAX)
		return FIELD_PROBLEM(core, 0, Elf64_Ehdr, e_phoff, "a place in a file, found 0x%llx",
				     LL(header.e_phoff));
	count = header.e_phnum;
	if (count == PN_XNUM) {		/* machines with very many memory ranges */
		if (!read_at(core, header.e_shoff, &extra, sizeof(extra), "section header"))
			return VMCORE_MALFORMED;
		count = extra.sh_info;
	}
	return search_segments(core, header.e_phoff, count);
}

static enum vmcore_result search_kdump(struct vmcore *core)
{
	uint32_t version, block;
	uint64_t notes[2];

	if (!read_at(core, KDUMP_VERSION, &version, sizeof(version), "header_version") ||
	    !read_at(core, KDUMP_BLOCK_SIZE, &block, sizeof(block), "block_size"))
		return VMCORE_MALFORMED;
	if (version < KDUMP_NOTE_VERSION) {
		problem_at(core->problem, KDUMP_VERSION, "header_version: expected at least %u, the "
			   "first that keeps notes, found %u", KDUMP_NOTE_VERSION, version);
		return VMCORE_MALFORMED;
	}
	if (!read_at(core, (uint64_t)block + KDUMP_SUB_NOTE, notes, sizeof(notes), "offset_note"))
		return VMCORE_MALFORMED;
	if (notes[1] > INT64_MAX || notes[0] > INT64_MAX - notes[1]) {
		problem_at(core->problem, (uint64_t)block + KDUMP_SUB_NOTE, "offset_note: expected a "
			   "place in a file, found 0x%llx and 0x%llx bytes", LL(notes[0]),
			   LL(notes[1]));
		return VMCORE_MALFORMED;
	}
	return search_notes(core, notes[0], notes[1]);
}

static bool begins_with(const uint8_t *data, size_t size, const char *text, size_t length)
{
	return size >= length && !memcmp(data, text, length);
}

bool vmcore_recognised(const uint8_t *data, size_t size)
{
	return begins_with(data, size, ELFMAG, SELFMAG) ||
	       begins_with(data, size, kdump_signature, SIGNATURE_SIZE) ||
	       begins_with(data, size, flat_signature, sizeof(flat_signature));
}

enum vmcore_result vmcore_find_handoff(int fd, uint64_t *start, uint64_t *size,
				       struct problem *problem)
{
	struct vmcore core = {
		.fd = fd, .start = start, .size = size, .problem = problem, .left = MAX_HEADERS,
	};
	uint8_t signature[SIGNATURE_SIZE];

	if (!read_at(&core, 0, signature, sizeof(signature), "signature"))
		return VMCORE_MALFORMED;
	if (begins_with(signature, sizeof(signature), ELFMAG, SELFMAG))
		return search_elf(&core);
	if (begins_with(signature, sizeof(signature), kdump_signature, SIGNATURE_SIZE))
		return search_kdump(&core);
	problem_at(problem, 0, "signature: expected an ELF or kdump-compressed dump, found a "
		   "flattened one: makedumpfile -R makes a dump of it");
	return VMCORE_MALFORMED;
}
