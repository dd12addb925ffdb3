/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What phases.c needs of QEMU's plugin interface, version 1. Debian packages
 * QEMU without its header; these are declarations of our own.
 */
#ifndef PHASES_QEMU_PLUGIN_H
#define PHASES_QEMU_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_PLUGIN_EXPORT __attribute__((visibility("default")))
#define QEMU_PLUGIN_VERSION 1

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

/* QEMU's "callback reads no registers". */
#define QEMU_PLUGIN_CB_NO_REGS 0

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*callback)(uint64_t id,
							    struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*callback)(unsigned int cpu,
							   void *data),
					  int flags, void *data);
void qemu_plugin_register_atexit_cb(uint64_t id,
				    void (*callback)(uint64_t id, void *data),
				    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

#endif
