// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes the files of an area from a KUnit thread.
 *
 * Both file systems are mounted by the kernel itself, so nothing depends on
 * what user space has mounted. debugfs wants its text in user memory: for the
 * time of a call the thread borrows an address space with one page in it.
 */
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "area_files.h"

static const struct {
	const char *type;
	const char *folder;
} places[] = {
	[AREA_DEBUGFS] = { "debugfs", "cma" },
	[AREA_SYSFS] = { "sysfs", "kernel/mm/cma" },
};

static struct file *open_file(struct vfsmount *mount, struct cma *cma,
			      enum area_files where, const char *name, int flags)
{
	struct path root = { .mnt = mount, .dentry = mount->mnt_root };
	struct file *file;
	char *path;

	path = kasprintf(GFP_KERNEL, "%s/%s/%s", places[where].folder,
			 cma_get_name(cma), name);
	if (!path)
		return ERR_PTR(-ENOMEM);
	file = file_open_root(&root, path, flags, 0);
	kfree(path);

	return file;
}

/* One read or write of @text with @user as the user's copy of it. */
static ssize_t transfer(struct file *file, char *text, size_t size, int flags,
			char __user *user)
{
	loff_t position = 0;
	ssize_t done;

	if (flags == O_WRONLY) {
		if (copy_to_user(user, text, size))
			return -EFAULT;
		return vfs_write(file, user, size, &position);
	}

	done = vfs_read(file, user, size - 1, &position);
	if (done >= 0) {
		if (copy_from_user(text, user, done))
			return -EFAULT;
		text[done] = '\0';
	}

	return done;
}

static ssize_t transfer_through_user_page(struct file *file, char *text,
					  size_t size, int flags)
{
	struct mm_struct *mm = mm_alloc();
	unsigned long user;
	ssize_t done;

	if (!mm)
		return -ENOMEM;
	mm->task_size = TASK_SIZE;
	arch_pick_mmap_layout(mm, &current->signal->rlim[RLIMIT_STACK]);
	kthread_use_mm(mm);

	user = vm_mmap(NULL, 0, PAGE_ALIGN(size), PROT_READ | PROT_WRITE,
		       MAP_ANONYMOUS | MAP_PRIVATE, 0);
	if (IS_ERR_VALUE(user))
		done = user;
	else
		done = transfer(file, text, size, flags, (char __user *)user);

	kthread_unuse_mm(mm);
	mmput(mm);

	return done;
}

static ssize_t access_file(struct cma *cma, enum area_files where,
			   const char *name, char *text, size_t size, int flags)
{
	struct file_system_type *type = get_fs_type(places[where].type);
	struct vfsmount *mount;
	struct file *file;
	ssize_t done = 0;

	if (!type)
		return -ENODEV;
	mount = kern_mount(type);
	if (IS_ERR(mount)) {
		done = PTR_ERR(mount);
		goto put_type;
	}

	file = open_file(mount, cma, where, name, flags);
	if (IS_ERR(file)) {
		done = PTR_ERR(file);
	} else {
		if (text)
			done = transfer_through_user_page(file, text, size, flags);
		/* Close now: the mount must not outlive this call. */
		__fput_sync(file);
	}
	kern_unmount(mount);
put_type:
	put_filesystem(type);

	return done;
}

bool area_file_exists(struct cma *cma, enum area_files where, const char *file)
{
	return !access_file(cma, where, file, NULL, 0, O_RDONLY);
}

ssize_t area_file_read(struct cma *cma, enum area_files where, const char *file,
		       char *text, size_t size)
{
	return access_file(cma, where, file, text, size, O_RDONLY);
}

int area_file_write(struct cma *cma, enum area_files where, const char *file,
		    const char *text)
{
	ssize_t done = access_file(cma, where, file, (char *)text, strlen(text),
				   O_WRONLY);

	return done < 0 ? done : 0;
}

unsigned long long area_file_number(struct kunit *test, struct cma *cma,
				    enum area_files where, const char *file)
{
	unsigned long long number;
	char text[32];
	ssize_t length;

	length = area_file_read(cma, where, file, text, sizeof(text));
	KUNIT_ASSERT_GT_MSG(test, length, 0L, "area %s: cannot read %s: %zd",
			    cma_get_name(cma), file, length);
	KUNIT_ASSERT_EQ_MSG(test, 0, kstrtoull(strim(text), 10, &number),
			    "area %s: expected a number in %s, got '%s'",
			    cma_get_name(cma), file, text);

	return number;
}
