// System calls that Swift's Glibc module leaves out: variadics and Linux's own. No logic, no policy.
#ifndef ACME_CSYSTEM_SHIM_H
#define ACME_CSYSTEM_SHIM_H

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// prctl is variadic. PR_SET_DUMPABLE 0: no core dump, and no other process of the user may read our memory.
static inline int CSystem_set_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// glibc has no openat2, and syscall is variadic. RESOLVE_BENEATH: nothing in the path may lead out of the folder.
static inline int CSystem_open_beneath(int folder, const char *path, unsigned long flags, unsigned long mode) {
  struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = RESOLVE_BENEATH};
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

// glibc shows renameat2 only to _GNU_SOURCE. RENAME_NOREPLACE: fails where the new name is taken.
static inline int CSystem_rename_new(const char *from, const char *to) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1 /* RENAME_NOREPLACE */);
}

// glibc 2.36 has pidfd_open, older ones only its number; poll on the descriptor tells when the process has ended.
static inline int CSystem_pidfd_open(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

#endif
