internal import CSystem
internal import Glibc

/// System calls by their numbers, which differ between machines up to 423. Those that are newer than some headers stand
/// here as numbers.
enum SystemCalls {
  #if arch(x86_64)
    /// AUDIT_ARCH_X86_64
    static let architecture: UInt32? = 0xC000_003E
    /// x32 is of the same architecture, with numbers of its own.
    static let firstOfX32: UInt32? = 0x4000_0000
    private static let ofThisMachine = [
      SYS_fork, SYS_vfork, SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_mknod, SYS_iopl,
      SYS_ioperm, SYS_modify_ldt, SYS_uselib,
    ]
  #elseif arch(arm64)
    /// AUDIT_ARCH_AARCH64
    static let architecture: UInt32? = 0xC000_00B7
    static let firstOfX32: UInt32? = nil
    private static let ofThisMachine: [Int32] = []
  #else
    static let architecture: UInt32? = nil
    static let firstOfX32: UInt32? = nil
    private static let ofThisMachine: [Int32] = []
  #endif

  static let clone = SYS_clone
  static let clone3: Int32 = 435
  static let ioctl = SYS_ioctl
  static let listen = SYS_listen
  static let socket = SYS_socket

  static let never = ofThisMachine + ofPrograms + ofOthers + ofNamespaces + ofTheSystem + ofTheKernel + ofAttributes

  /// No program is run any more; what was to be run, the supervisor runs.
  private static let ofPrograms = [SYS_execve, SYS_execveat]

  /// Another process's memory, files and keys, and signals to it but by the calls that are looked at below.
  private static let ofOthers = [
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_tkill, SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo, 424 /* pidfd_send_signal */, 438 /* pidfd_getfd */, 440 /* process_madvise */,
    SYS_add_key, SYS_request_key, SYS_keyctl,
  ]

  private static let ofNamespaces = [
    SYS_unshare, SYS_setns, SYS_chroot, SYS_pivot_root, SYS_mount, SYS_umount2, 428 /* open_tree */,
    429 /* move_mount */, 430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */, 433 /* fspick */,
    442 /* mount_setattr */,
  ]

  private static let ofTheSystem = [
    SYS_reboot, SYS_kexec_load, SYS_kexec_file_load, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_swapon,
    SYS_swapoff, SYS_acct, SYS_quotactl, SYS_syslog, SYS_sethostname, SYS_setdomainname, SYS_settimeofday,
    SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
  ]

  /// Much of the kernel that can be reached by few, or goes by other ways than those that are looked at.
  private static let ofTheKernel = [
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_open_by_handle_at, 425 /* io_uring_setup */,
    426 /* io_uring_enter */, 427 /* io_uring_register */,
  ]

  /// Whose a file is, who may do what with it, and when it was changed: Landlock leaves that to everybody. Its length by
  /// name Landlock knows only since its third version, and nothing here changes it so.
  private static let ofAttributes = [
    SYS_truncate,
    SYS_fchmodat, 452 /* fchmodat2 */, SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
    SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_mknodat, 463 /* setxattrat */, 466 /* removexattrat */,
    469 /* file_setattr */,
  ]

  /// Those that are for the process itself alone, by its number.
  static let signalling = [SYS_kill, SYS_tgkill]

  static let takingOverModes = [SYS_fchmod, SYS_fchown]

  static let ofSockets = [
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
  ]

  /// Of sockets: netlink is how glibc learns which addresses this machine has.
  static let families = [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK].map { UInt32($0) }

  /// IPPROTO_MPTCP, whose ports Landlock doesn't know.
  static let multipathTCP: UInt32 = 262

  /// TIOCSTI and TIOCLINUX: they put words into the mouth of whoever is at the terminal.
  static let typing: [UInt32] = [0x5412, 0x541C]

  /// Flags of clone: CLONE_THREAD, and every CLONE_NEW….
  static let thread: UInt32 = 0x0001_0000
  static let namespaces: UInt32 = 0x7E02_0000
}
