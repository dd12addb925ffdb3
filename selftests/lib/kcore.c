// SPDX-License-Identifier: GPL-2.0
#include "kcore.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/elf.h>
#include <string.h>
#include <unistd.h>

#if __SIZEOF_POINTER__ == 8
#define elf_header elf64_hdr
#define elf_program elf64_phdr
#else
#define elf_header elf32_hdr
#define elf_program elf32_phdr
#endif

static int read_segments(struct kcore *kcore)
{
	struct elf_header header;
	struct elf_program program;
	int i;

	if (pread(kcore->fd, &header, sizeof(header), 0) != sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) ||
	    header.e_phentsize != sizeof(program))
		return -EINVAL;
	for (i = 0; i < header.e_phnum; i++) {
		off_t at = header.e_phoff + i * sizeof(program);

		if (pread(kcore->fd, &program, sizeof(program), at) !=
		    sizeof(program))
			return -EINVAL;
		/* vmalloc and modules have no physical address. */
		if (program.p_type != PT_LOAD ||
		    program.p_paddr == (__typeof__(program.p_paddr))-1 ||
		    kcore->count == KCORE_MAX_SEGMENTS)
			continue;
		kcore->segment[kcore->count++] = (struct kcore_segment) {
			.paddr = program.p_paddr,
			.bytes = program.p_memsz,
			.offset = program.p_offset,
		};
	}
	return 0;
}

int kcore_open(struct kcore *kcore)
{
	int err;

	memset(kcore, 0, sizeof(*kcore));
	kcore->fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (kcore->fd < 0)
		return -errno;
	err = read_segments(kcore);
	if (err)
		kcore_close(kcore);
	return err;
}

void kcore_close(struct kcore *kcore)
{
	if (kcore->fd > 0)
		close(kcore->fd);
	kcore->fd = 0;
	kcore->count = 0;
}

int kcore_read(const struct kcore *kcore, __u64 paddr, void *to, size_t bytes)
{
	size_t i;

	for (i = 0; i < kcore->count; i++) {
		const struct kcore_segment *segment = &kcore->segment[i];
		__u64 skip = paddr - segment->paddr;
		ssize_t got;

		if (skip >= segment->bytes || bytes > segment->bytes - skip)
			continue;
		got = pread(kcore->fd, to, bytes, segment->offset + skip);
		if (got < 0)
			return -errno;
		return got == (ssize_t)bytes ? 0 : -EIO;
	}
	return -ENXIO;
}
