// System calls that Swift's Glibc module leaves out: variadics and Linux's own. No logic, no policy.
#ifndef ACME_CSYSTEM_SHIM_H
#define ACME_CSYSTEM_SHIM_H

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/stat.h>
#include <stddef.h>
#include <stdint.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// prctl is variadic. PR_SET_DUMPABLE 0: no core dump, and no other process of the user may read our memory.
static inline int CSystem_set_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// glibc shows renameat2 only to _GNU_SOURCE. RENAME_NOREPLACE: fails where the new name is taken.
static inline int CSystem_rename_new(const char *from, const char *to) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1 /* RENAME_NOREPLACE */);
}

// glibc shows accept4 only to _GNU_SOURCE. No moment in which a child could inherit the socket. SOCK_CLOEXEC and
// SOCK_NONBLOCK are these two by another name; their header here would take them away from the Glibc module.
struct sockaddr;
extern int accept4(int socket, struct sockaddr *address, unsigned int *length, int flags);
static inline int CSystem_accept(int socket) { return accept4(socket, 0, 0, O_CLOEXEC | O_NONBLOCK); }

// prctl is variadic. Children of our children whose parents have ended become ours.
static inline int CSystem_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

static inline int CSystem_can_adopt_orphans(void) {
  int adopts;
  return prctl(PR_GET_CHILD_SUBREAPER, &adopts, 0, 0, 0) == 0;
}

// glibc 2.36 has pidfd_open, older ones only its number; poll on the descriptor tells when the process has ended.
static inline int CSystem_pidfd_open(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

// <sys/stat.h> has statx only for _GNU_SOURCE, and glibc's own hides that the kernel has none. -1 where the kernel
// doesn't tell what is mounted.
static const int CSystem_attribute_mount_root = 1;
static const int CSystem_attribute_unchangeable = 2;
static inline int CSystem_attributes(const char *path) {
  struct statx file;
  if (syscall(SYS_statx, AT_FDCWD, path, 0, STATX_TYPE, &file) != 0) return -1;
  if (!(file.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT)) return -1;
  return (file.stx_attributes & STATX_ATTR_MOUNT_ROOT ? CSystem_attribute_mount_root : 0) |
         (file.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND) ? CSystem_attribute_unchangeable : 0);
}

// Swift calls fork unavailable, for a process may have threads. The one that is asked for here has none.
static inline int CSystem_fork(void) { return fork(); }

// glibc shows execvpe only to _GNU_SOURCE.
extern int execvpe(const char *program, char *const arguments[], char *const variables[]);
static inline int CSystem_become(char *const arguments[], char *const variables[]) {
  return execvpe(arguments[0], arguments, variables);
}

// Not in the Glibc module, and its header would take others away from there.
extern size_t malloc_usable_size(void *memory);

// Swift has no array on the stack, nor a way to keep a function's frame out of its caller's.
static inline __attribute__((noinline)) void CSystem_wipe_stack(void) {
  char used[65536];
  explicit_bzero(used, sizeof used);
}

// glibc has close_range since 2.34, for _GNU_SOURCE alone.
static inline int CSystem_close_from(unsigned from) { return (int)syscall(SYS_close_range, from, ~0U, 0); }

// prctl is variadic. Nothing that is run from here on has more rights than we have.
static inline int CSystem_set_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

// fcntl.h has O_PATH only for _GNU_SOURCE. What is opened so can be named to the kernel, and neither read nor written.
static inline int CSystem_open_name(int folder, const char *path, int flags) {
  return openat(folder, path, 010000000 /* O_PATH */ | O_CLOEXEC | flags);
}

// Landlock (landlock(7)): glibc has no names for its calls, whose numbers are those of every machine, and older headers
// than the kernel lack half of it.
static inline int CSystem_landlock_version(void) {
  return (int)syscall(444 /* landlock_create_ruleset */, (void *)0, (size_t)0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */);
}

// size: of what the kernel knows of the three.
static inline int CSystem_landlock_ruleset(uint64_t files, uint64_t network, uint64_t scopes, size_t size) {
  uint64_t handled[3] = {files, network, scopes};
  return (int)syscall(444, handled, size, 0);
}

static inline int CSystem_landlock_allow_file(int ruleset, int file, uint64_t rights) {
  struct {
    uint64_t rights;
    int32_t file;
  } __attribute__((packed)) rule = {rights, file};
  return (int)syscall(445 /* landlock_add_rule */, ruleset, 1 /* LANDLOCK_RULE_PATH_BENEATH */, &rule, 0);
}

static inline int CSystem_landlock_allow_port(int ruleset, uint64_t port, uint64_t rights) {
  uint64_t rule[2] = {rights, port};
  return (int)syscall(445, ruleset, 2 /* LANDLOCK_RULE_NET_PORT */, rule, 0);
}

static inline int CSystem_landlock_enter(int ruleset, uint32_t flags) {
  return (int)syscall(446 /* landlock_restrict_self */, ruleset, flags);
}

// seccomp(2): glibc has no name for it either.
static inline int CSystem_filter_calls(const struct sock_filter *steps, unsigned short count) {
  struct sock_fprog program = {count, (struct sock_filter *)steps};
  return (int)syscall(SYS_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 0, &program);
}

#endif
