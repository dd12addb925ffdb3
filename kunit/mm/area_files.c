// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes the files of an area from a KUnit thread.
 *
 * Both file systems are mounted by the kernel itself, so nothing depends on
 * what user space has mounted. debugfs wants its text in user memory: for the
 * time of a call the thread borrows an address space with one page in it.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "area_files.h"

static struct file *open_file(struct vfsmount *mount, const char *path,
			      int flags)
{
	struct path root = {
		.mnt = mount,
		.dentry = mount->mnt_root,
	};

	return file_open_root(&root, path, flags, 0);
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

static ssize_t access_path(struct vfsmount *mount, const char *path,
			   char *text, size_t size, int flags)
{
	struct file *file = open_file(mount, path, flags);
	ssize_t done;

	if (IS_ERR(file))
		return PTR_ERR(file);
	done = transfer_through_user_page(file, text, size, flags);
	/* At once: the mount does not wait for files that close later. */
	__fput_sync(file);

	return done;
}

static ssize_t access_file(struct area_files *files, const char *name,
			   char *text, size_t size, int flags)
{
	ssize_t done;
	char *path;

	path = kasprintf(GFP_KERNEL, "%s/%s/%s", files->folder,
			 cma_get_name(files->cma), name);
	if (!path)
		return -ENOMEM;
	done = access_path(files->mount, path, text, size, flags);
	kfree(path);
	area_expect_let_go(files->test, files->cma, name);

	return done;
}

ssize_t area_file_read(struct area_files *files, const char *name, char *text,
		       size_t size)
{
	return access_file(files, name, text, size, O_RDONLY);
}

int area_file_write(struct area_files *files, const char *name,
		    const char *text)
{
	ssize_t done = access_file(files, name, (char *)text, strlen(text),
				   O_WRONLY);

	return done < 0 ? done : 0;
}

int path_write(struct vfsmount *mount, const char *path, const char *text)
{
	ssize_t done = access_path(mount, path, (char *)text, strlen(text),
				   O_WRONLY);

	return done < 0 ? done : 0;
}

unsigned long long area_file_number(struct area_files *files, const char *name)
{
	const char *area = cma_get_name(files->cma);
	struct kunit *test = files->test;
	unsigned long long number;
	char text[32];
	ssize_t length;

	length = area_file_read(files, name, text, sizeof(text));
	KUNIT_ASSERT_GT_MSG(test, length, 0L, "area %s: cannot read %s: %zd",
			    area, name, length);
	KUNIT_ASSERT_EQ_MSG(test, 0, kstrtoull(strim(text), 10, &number),
			    "area %s: expected a number in %s, got '%s'",
			    area, name, text);

	return number;
}

static void unmount(void *mount)
{
	kern_unmount(mount);
}

struct vfsmount *mount_kunit(struct kunit *test, const char *name)
{
	struct file_system_type *type = get_fs_type(name);
	struct vfsmount *mount;

	KUNIT_ASSERT_NOT_NULL_MSG(test, type, "expected a file system %s", name);
	mount = kern_mount(type);
	put_filesystem(type);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(mount), "cannot mount %s: %pe",
			       name, mount);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, unmount, mount));

	return mount;
}

struct area_files *area_files_kunit(struct kunit *test, struct cma *cma,
				    enum area_files_in where)
{
	struct area_files *files;

	if (where == AREA_DEBUGFS && !IS_ENABLED(CONFIG_CMA_DEBUGFS))
		kunit_skip(test, "needs CONFIG_CMA_DEBUGFS");
	if (where == AREA_SYSFS && !IS_ENABLED(CONFIG_CMA_SYSFS))
		kunit_skip(test, "needs CONFIG_CMA_SYSFS");

	files = kunit_kzalloc(test, sizeof(*files), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, files);
	files->test = test;
	files->cma = cma;
	files->folder = where == AREA_DEBUGFS ? "cma" : "kernel/mm/cma";
	files->mount = mount_kunit(test, where == AREA_DEBUGFS ? "debugfs" :
							       "sysfs");

	return files;
}
