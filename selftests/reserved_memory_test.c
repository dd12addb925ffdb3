// SPDX-License-Identifier: GPL-2.0
/*
 * Drivers that use reserved memory, as modules: load, use, unload, load; what
 * they say, what they get, and that nothing stays. And what userspace can see
 * of a region through /dev/mem, /proc/kcore and /dev/dma_heap.
 *
 * The devices are those of dts-fixtures/test-drivers.dtso, the drivers those of
 * kunit/drivers/of/reserved_memory/.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guarded_module.h"
#include "harness.h"
#include "heap_trial.h"
#include "kcore.h"
#include "kernel_log.h"
#include "kernel_module.h"
#include "machine_state.h"
#include "text_file.h"

#define MAPPING_MODULE	"region_mapping_module"
#define POOL_MODULE	"pool_buffer_module"
#define HEAP_MODULE	"heap_export_module"
#define MAPPING_DRIVER	"/sys/bus/platform/drivers/reserved-memory"
#define HEAP_DRIVER	"/sys/bus/platform/drivers/cma-tests,heap-exporter"
#define FIXTURE_NODE	"/proc/device-tree/reserved-driver"

#define BUFFER_BYTES	0x100000
#define BUFFER_REGION	0x70000000ull
#define DSP_REGION	0x50000000ull
#define POOL_REGION	0x80000000ull
#define VPU_REGION	0x90000000ull
#define VPU_AREA	"vpu_cma@90000000"
#define DEADLINE_MS	5000

/* A message: the device, or another word of its line, and what it says. */
struct message {
	const char *who;
	const char *what;
};

FIXTURE(reserved_memory)
{
	struct cma_area_list areas;
	struct kernel_log log;
	struct guard guard;
	size_t page_size;
};

FIXTURE_SETUP(reserved_memory)
{
	const char *reason;
	int err;

	self->log.fd = -1;
	if (!text_file_exists(FIXTURE_NODE))
		SKIP_SETUP("no node /reserved-driver in a device tree: boot with dts-fixtures/test-drivers.dtso");
	if (geteuid())
		SKIP_SETUP("needs root: modules, the kernel log, addresses");
	reason = guarded_module_prepare(MAPPING_MODULE);
	if (!reason)
		reason = guarded_module_prepare(POOL_MODULE);
	if (reason)
		SKIP_SETUP("%s", reason);
	if (guard_open(&self->guard))
		SKIP_SETUP("needs pidfd_open() (Linux 5.3) for the guard process");
	self->page_size = sysconf(_SC_PAGESIZE);
	err = cma_area_discover(&self->areas);
	if (err == -ENOENT)
		SKIP_SETUP("needs CONFIG_CMA_DEBUGFS with debugfs mounted, or CONFIG_CMA_SYSFS");
	ASSERT_EQ(0, err);
	err = kernel_log_open(&self->log, true);
	if (err == -ENOENT)
		SKIP_SETUP("needs CONFIG_PRINTK and /dev/kmsg");
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(reserved_memory)
{
	kernel_log_close(&self->log);
	EXPECT_EQ(0, guard_close(&self->guard));
}

#define NO_HEAP_DRIVER "needs a kernel with kunit/drivers/of/reserved_memory: no " HEAP_DRIVER

/* Mappings that the kernel has of @paddr, beside the linear map; -1: unknown. */
static int count_mappings(unsigned long long paddr)
{
	char wanted[64], *text, *at;
	int count = 0;

	snprintf(wanted, sizeof(wanted), "phys=0x%016llx", paddr);
	if (text_file_read_all("/proc/vmallocinfo", &text) < 0)
		return -1;
	for (at = text; (at = strstr(at, wanted)); at++)
		count++;
	free(text);
	return count;
}

/* The number behind @before in a line of @who; ~0 without such a line. */
static unsigned long long said_number(const struct kernel_log *log,
				      const char *who, const char *before)
{
	const char *line = kernel_log_find(log, who, before);

	return line ? strtoull(strstr(line, before) + strlen(before), NULL, 0) :
		      ~0ull;
}

#define EXPECT_SAID(log, messages) do { \
	for (size_t _i = 0; _i < ARRAY_SIZE(messages); _i++) { \
		EXPECT_NE(NULL, kernel_log_find(log, (messages)[_i].who, \
						(messages)[_i].what)) { \
			TH_LOG("expected \"%s\" and \"%s\" in a line of the kernel log", \
			       (messages)[_i].who, (messages)[_i].what); \
		} \
	} \
} while (0)

static const struct message mapping_messages[] = {
	{ "reserved-memory reserved-driver: ", "Device Tree Probing" },
	{ "reserved-memory reserved-driver: Allocated reserved memory, vaddr: 0x",
	  ", paddr: 0x00070000000" },
	{ "reserved-memory reserved-driver-ioremap: Allocated reserved memory, vaddr: 0x",
	  ", paddr: 0x000A8000000" },
	{ "reserved-memory dsp: Allocated reserved memory, vaddr: 0x",
	  ", paddr: 0x00050000000" },
	{ "reserved-driver-without-region: ", "No memory-region specified" },
	{ "reserved-driver-without-region", "failed with error -22" },
	{ "reserved-driver-dynamic-region: ",
	  "No memory address assigned to the region" },
	{ "reserved-driver-dynamic-region", "failed with error -22" },
	{ "reserved-driver-unaddressable: ", "Could not map the region" },
	{ "reserved-driver-unaddressable", "failed with error -12" },
};

static const struct message pool_messages[] = {
	{ "reserved-memory-pool vpu: ",
	  "assigned reserved memory node vpu_cma@90000000" },
	{ "reserved-memory-pool vpu: ",
	  "Allocated coherent memory, vaddr: 0x" },
	{ "reserved-memory-pool reserved-driver-pool: ",
	  "assigned reserved memory node pool@80000000" },
	{ "reserved-memory-pool reserved-driver-pool: ",
	  "Allocated coherent memory, vaddr: 0x" },
	{ "reserved-driver-high-pool: ",
	  "reserved memory is beyond device's set DMA address range" },
	{ "reserved-driver-high-pool: ", ", paddr: 0x00120000000" },
	{ "reserved-driver-disabled-pool: ",
	  "Allocated coherent memory, vaddr: 0x" },
	{ "reserved-driver-without-pool: ", "Could not get reserved memory" },
	{ "reserved-driver-no-pool: ", "Could not get reserved memory" },
	{ "reserved-driver-no-pool", "failed with error -22" },
	{ "reserved-driver-small-pool: ", "Could not allocate 2097152 bytes" },
	{ "reserved-driver-small-pool", "failed with error -12" },
};

/* The first test: what was said at boot is lost when much else is said. */
TEST_F(reserved_memory, failing_heap_driver_speaks)
{
	static const struct message messages[] = {
		{ "my-cma-heap-without-region: ",
		  "No reserved DMA memory, ret=-19" },
		{ "my-cma-heap-without-name: ",
		  "dma_heap_add failed, ret=-22" },
	};
	struct kernel_log boot;
	bool is_whole;

	if (!text_file_exists(HEAP_DRIVER))
		SKIP(return, NO_HEAP_DRIVER);
	ASSERT_EQ(0, kernel_log_open(&boot, false));
	ASSERT_EQ(0, kernel_log_read(&boot));
	is_whole = kernel_log_find(&boot, "Linux version", "");
	if (is_whole)
		EXPECT_SAID(&boot, messages);
	kernel_log_close(&boot);
	if (!is_whole)
		SKIP(return, "needs the boot's log, the kernel's buffer has lost it");
}

TEST_F(reserved_memory, mapping_driver_speaks)
{
	ASSERT_EQ(0, guarded_module_load(&self->guard, MAPPING_MODULE));
	ASSERT_EQ(0, kernel_log_read(&self->log));
	EXPECT_SAID(&self->log, mapping_messages);
}

TEST_F(reserved_memory, pool_driver_speaks)
{
	ASSERT_EQ(0, guarded_module_load(&self->guard, POOL_MODULE));
	ASSERT_EQ(0, kernel_log_read(&self->log));
	EXPECT_SAID(&self->log, pool_messages);
	/* A disabled region is passed over in silence. */
	EXPECT_EQ(NULL, kernel_log_find(&self->log,
					"reserved-driver-disabled-pool: ",
					"assigned"));
}

/* The mapping comes and goes with the module, as often as it comes. */
TEST_F(reserved_memory, mapping_ends_with_the_module)
{
	int round;

	for (round = 0; round < 2; round++) {
		ASSERT_EQ(0, guarded_module_load(&self->guard, MAPPING_MODULE));
		EXPECT_EQ(-EEXIST, kernel_module_load(MAPPING_MODULE));
		EXPECT_EQ(1, count_mappings(BUFFER_REGION));
		EXPECT_EQ(1, count_mappings(DSP_REGION));
		ASSERT_EQ(0, kernel_module_unload(MAPPING_MODULE));
		EXPECT_EQ(0, count_mappings(BUFFER_REGION));
		EXPECT_EQ(0, count_mappings(DSP_REGION));
	}
}

/* Nobody writes to a no-map region while its driver is away. */
TEST_F(reserved_memory, contents_outlive_the_module)
{
	const char *who = "reserved-driver: mapped", *before = "mapped for the ";
	unsigned long long first;

	ASSERT_EQ(0, guarded_module_load(&self->guard, MAPPING_MODULE));
	ASSERT_EQ(0, kernel_log_read(&self->log));
	first = said_number(&self->log, who, before);
	ASSERT_NE(~0ull, first);
	ASSERT_EQ(0, kernel_module_unload(MAPPING_MODULE));
	kernel_log_forget(&self->log);
	ASSERT_EQ(0, guarded_module_load(&self->guard, MAPPING_MODULE));
	ASSERT_EQ(0, kernel_log_read(&self->log));
	EXPECT_EQ(first + 1, said_number(&self->log, who, before)) {
		TH_LOG("expected the mark of load %llu in the region", first);
	}
}

/* One device of several leaves its driver and comes back. */
TEST_F(reserved_memory, device_unbinds_and_binds)
{
	int round;

	ASSERT_EQ(0, guarded_module_load(&self->guard, MAPPING_MODULE));
	for (round = 0; round < 2; round++) {
		ASSERT_EQ(0, text_file_write(MAPPING_DRIVER "/unbind", "dsp"));
		EXPECT_EQ(0, count_mappings(DSP_REGION));
		EXPECT_EQ(1, count_mappings(BUFFER_REGION));
		ASSERT_EQ(0, text_file_write(MAPPING_DRIVER "/bind", "dsp"));
		EXPECT_EQ(1, count_mappings(DSP_REGION));
	}
}

/* The device's own area pays for its buffer, and the default one does not. */
TEST_F(reserved_memory, exclusive_area_pays_for_its_device)
{
	const struct cma_area *area = cma_area_find(&self->areas, VPU_AREA);
	__u64 before = cma_area_used_of(&self->areas, VPU_AREA);
	__u64 others = cma_area_used_of(&self->areas, "reserved");
	unsigned long long paddr;
	int round;

	if (!text_file_exists(CMA_DEBUGFS_ROOT))
		SKIP(return, "needs CONFIG_CMA_DEBUGFS, and debugfs on /sys/kernel/debug");
	ASSERT_NE(NULL, area);
	ASSERT_NE(~0ull, before);
	ASSERT_NE(~0ull, others);
	for (round = 0; round < 2; round++) {
		kernel_log_forget(&self->log);
		ASSERT_EQ(0, guarded_module_load(&self->guard, POOL_MODULE));
		ASSERT_EQ(0, kernel_log_read(&self->log));
		paddr = said_number(&self->log, "reserved-memory-pool vpu: ",
				    ", paddr: ");
		EXPECT_TRUE(cma_area_contains(area, paddr / self->page_size)) {
			TH_LOG("area %s does not contain %#llx", VPU_AREA,
			       paddr);
		}
		EXPECT_EQ(before + BUFFER_BYTES / self->page_size,
			  cma_area_used_of(&self->areas, VPU_AREA));
		EXPECT_EQ(others, cma_area_used_of(&self->areas, "reserved"));
		ASSERT_EQ(0, kernel_module_unload(POOL_MODULE));
		EXPECT_EQ(before, cma_area_used_of(&self->areas, VPU_AREA));
		EXPECT_EQ(others, cma_area_used_of(&self->areas, "reserved"));
	}
}

TEST_F(reserved_memory, coherent_pool_serves_its_device)
{
	unsigned long long paddr;

	ASSERT_EQ(0, guarded_module_load(&self->guard, POOL_MODULE));
	ASSERT_EQ(0, kernel_log_read(&self->log));
	paddr = said_number(&self->log,
			    "reserved-memory-pool reserved-driver-pool: ",
			    ", paddr: ");
	EXPECT_GE(paddr, POOL_REGION);
	EXPECT_LT(paddr, VPU_REGION);
}

/* Not even one that was loaded a moment ago, with a device taken from its driver. */
TEST_F(reserved_memory, killed_owner_leaves_no_module)
{
	long long end = monotonic_deadline_ms(DEADLINE_MS);
	struct machine_state before, after;
	char line[512] = "";
	struct guard guard;
	int status;
	pid_t pid;

	ASSERT_EQ(0, machine_state_read(&before));
	pid = fork();
	ASSERT_LE(0, pid);
	if (pid == 0) {
		if (guard_open(&guard) || guarded_module_load(&guard, MAPPING_MODULE) ||
		    text_file_write(MAPPING_DRIVER "/unbind", "dsp"))
			_exit(1);
		raise(SIGKILL);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status));
	while (guarded_module_is_loaded(MAPPING_MODULE) && monotonic_ms() < end)
		usleep(1000);
	ASSERT_FALSE(guarded_module_is_loaded(MAPPING_MODULE));
	EXPECT_EQ(0, count_mappings(BUFFER_REGION));
	ASSERT_EQ(0, guarded_module_load(&self->guard, MAPPING_MODULE));
	EXPECT_EQ(1, count_mappings(DSP_REGION));
	/* Who looks for what was left behind would see it. */
	ASSERT_EQ(0, machine_state_read(&after));
	EXPECT_TRUE(machine_state_difference(&before, &after, line, sizeof(line)));
	EXPECT_NE(NULL, strstr(line, MAPPING_MODULE));
	machine_state_free(&after);
	machine_state_free(&before);
}

static bool load_and_unload(struct guard *guard, const char *module)
{
	return !guarded_module_load(guard, module) &&
	       !kernel_module_unload(module);
}

/*
 * Twenty rounds cost no mapping and no page. The first round is apart: the
 * kernel keeps its mapping of a coherent pool once a device had it.
 */
TEST_F_TIMEOUT(reserved_memory, many_rounds_lose_nothing, 110)
{
	__u64 used;
	int round, mappings;

	ASSERT_TRUE(load_and_unload(&self->guard, POOL_MODULE));
	used = cma_area_used_of(&self->areas, VPU_AREA);
	mappings = count_mappings(POOL_REGION);
	EXPECT_EQ(1, mappings);
	for (round = 0; round < 20; round++) {
		ASSERT_TRUE(load_and_unload(&self->guard, MAPPING_MODULE));
		ASSERT_TRUE(load_and_unload(&self->guard, POOL_MODULE));
	}
	EXPECT_EQ(mappings, count_mappings(POOL_REGION));
	EXPECT_EQ(0, count_mappings(BUFFER_REGION));
	EXPECT_EQ(used, cma_area_used_of(&self->areas, VPU_AREA));
}

/* A byte at each, through each window on physical memory. */
static const struct {
	unsigned long long paddr;
	bool readable;
} places[] = {
	{ DSP_REGION - 1, true },
	{ DSP_REGION, false },
	{ BUFFER_REGION, false },
	{ POOL_REGION - 1, false },
	{ POOL_REGION, false },
	{ VPU_REGION, true },
	{ VPU_REGION + 0x7ffffff, true },
};

/* To /dev/mem a no-map region is no memory; CONFIG_STRICT_DEVMEM denies RAM. */
TEST_F(reserved_memory, dev_mem_reads_no_nomap_region)
{
	int fd = open("/dev/mem", O_RDONLY | O_CLOEXEC), err;
	char byte;

	if (fd < 0 && (errno == ENOENT || errno == EPERM || errno == EACCES))
		SKIP(return, "needs CONFIG_DEVMEM and CAP_SYS_RAWIO");
	ASSERT_LE(0, fd);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		err = pread(fd, &byte, 1, places[i].paddr) == 1 ? 0 : errno;
		if (places[i].readable && err == EPERM)
			err = 0;
		EXPECT_EQ(places[i].readable ? 0 : EFAULT, err) {
			TH_LOG("/dev/mem at %#llx", places[i].paddr);
		}
	}
	close(fd);
}

TEST_F(reserved_memory, kcore_reads_no_nomap_region)
{
	struct kcore kcore;
	int err = kcore_open(&kcore);
	char byte;

	if (err == -ENOENT || err == -EPERM)
		SKIP(return, "needs CONFIG_PROC_KCORE and CAP_SYS_RAWIO");
	ASSERT_EQ(0, err);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		EXPECT_EQ(places[i].readable ? 0 : -ENXIO,
			  kcore_read(&kcore, places[i].paddr, &byte, 1)) {
			TH_LOG("/proc/kcore at %#llx", places[i].paddr);
		}
	}
	kcore_close(&kcore);
}

#define EXPECT_HEAP_WORKS(areas, heap, area) do { \
	/* The second buffer finds what the first one wrote. */ \
	for (int _round = 0; _round < 2; _round++) { \
		const char *_complaint = heap_trial(areas, heap, area); \
		EXPECT_EQ(NULL, _complaint) { \
			TH_LOG("heap %s: %s", heap, _complaint); \
		} \
	} \
} while (0)

/* What a driver in the kernel can do everywhere. */
TEST_F(reserved_memory, driver_exports_its_area_as_a_heap)
{
	if (!text_file_exists(HEAP_DRIVER))
		SKIP(return, NO_HEAP_DRIVER);
	EXPECT_HEAP_WORKS(&self->areas, "my_cma_heap", "my_cma");
	EXPECT_FALSE(text_file_exists(DMA_HEAP_ROOT "/my_lost_heap"));
}

/* What 7.2 does unasked: a heap for each area, called after its node. */
TEST_F(reserved_memory, kernel_exports_each_area_as_a_heap)
{
	if (!text_file_exists(DMA_HEAP_ROOT "/my_cma") &&
	    !text_file_exists(DMA_HEAP_ROOT "/" VPU_AREA))
		SKIP(return, "this kernel offers the default area alone as a heap");
	EXPECT_HEAP_WORKS(&self->areas, "my_cma", "my_cma");
	EXPECT_HEAP_WORKS(&self->areas, VPU_AREA, VPU_AREA);
}

/* What a module can do where dma_heap_add() is exported. It stays for good. */
TEST_F(reserved_memory, module_exports_its_area_as_a_heap)
{
	int err;

	if (!kernel_module_exists(HEAP_MODULE))
		SKIP(return, "this kernel exports no dma_heap_add() to modules");
	if (!testbed_owns_machine())
		SKIP(return, "needs CMA_TESTS_OWN_MACHINE=1: the module cannot be removed");
	err = kernel_module_load(HEAP_MODULE);
	ASSERT_TRUE(err == 0 || err == -EEXIST) {
		TH_LOG("%s: %s", HEAP_MODULE, strerror(-err));
	}
	EXPECT_HEAP_WORKS(&self->areas, "my_other_cma_heap", "my_other_cma");
	EXPECT_EQ(-EBUSY, kernel_module_unload(HEAP_MODULE));
}

TEST_HARNESS_MAIN
