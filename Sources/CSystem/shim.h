// System calls that Swift's Glibc module leaves out: variadics and Linux's own. No logic, no policy.
#ifndef ACME_CSYSTEM_SHIM_H
#define ACME_CSYSTEM_SHIM_H

#include <fcntl.h>
#include <linux/openat2.h>
#include <spawn.h>
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

// glibc shows these two only to _GNU_SOURCE: close everything from a descriptor on, and begin a new session.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
static inline int CSystem_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
  return posix_spawn_file_actions_addclosefrom_np(actions, from);
}
static const short CSystem_spawn_new_session = 0x80;

// glibc shows accept4 only to _GNU_SOURCE. No moment in which a child could inherit the socket. SOCK_CLOEXEC and
// SOCK_NONBLOCK are these two by another name; their header here would take them away from the Glibc module.
struct sockaddr;
extern int accept4(int socket, struct sockaddr *address, unsigned int *length, int flags);
static inline int CSystem_accept(int socket) { return accept4(socket, 0, 0, O_CLOEXEC | O_NONBLOCK); }

// prctl is variadic. Children of our children whose parents have ended become ours.
static inline int CSystem_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// glibc 2.36 has pidfd_open, older ones only its number; poll on the descriptor tells when the process has ended.
static inline int CSystem_pidfd_open(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

#endif
