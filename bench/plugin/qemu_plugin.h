/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What phases.c needs of QEMU's plugin interface, version 1. Debian packages
 * QEMU without its header; these are declarations of our own.
 */
#ifndef PHASES_QEMU_PLUGIN_H
#define PHASES_QEMU_PLUGIN_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#define QEMU_PLUGIN_EXPORT __attribute__((visibility("default")))
#define QEMU_PLUGIN_VERSION 1

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

/* QEMU's "callback reads no registers". */
#define QEMU_PLUGIN_CB_NO_REGS 0

void qemu_plugin_register_vcpu_tb_trans_cb(__u64 id,
					   void (*callback)(__u64 id,
							    struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*callback)(unsigned int cpu,
							   void *data),
					  int flags, void *data);
void qemu_plugin_register_atexit_cb(__u64 id,
				    void (*callback)(__u64 id, void *data),
				    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
__u64 qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t index);
__u64 qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

#endif
