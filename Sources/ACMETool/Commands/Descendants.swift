internal import ACMECore
internal import CSystem
internal import Glibc

/// A program, in a session of its own or not, and all that it started. Only the process that adopts them may ask.
struct Descendants {
  /// How often is looked where no descriptor tells that a process has ended.
  static let pollMilliseconds = 20.0

  /// The kernel's own limit (PID_MAX_LIMIT).
  private static let largestProcessNumber: pid_t = 1 << 22
  private static let mostGenerations = 1000
  /// How long a program has, once it is asked to end, before it is made to.
  private static let graceSeconds = 2.0

  private let first: pid_t
  private let leadsSession: Bool
  private let areAdopted: Bool

  /// - Parameters:
  ///   - leadsSession: whether it is in a session of its own, not in ours.
  ///   - areAdopted: whether those whose parents have ended become our children.
  init(of first: pid_t, leadsSession: Bool, areAdopted: Bool) {
    self.first = first
    self.leadsSession = leadsSession
    self.areAdopted = areAdopted
  }

  /// A descriptor that poll finds ready when the program has ended; -1 where the kernel has none.
  func pollable() -> Int32 { CSystem_pidfd_open(first) }

  /// The wait status of the program, if it has ended.
  func statusOfFirst() -> Int32? {
    var status: Int32 = 0
    return waitpid(first, &status, WNOHANG) == first ? status : nil
  }

  /// Asks the program to end, and ends it and all that it started.
  func end() {
    // Our own session is that of the whole pipeline.
    let whole = leadsSession ? -first : first
    kill(whole, SIGTERM)
    waitForFirst()
    // Whoever is left in its session; the number stays taken while the program isn't waited for.
    kill(whole, SIGKILL)
    if leadsSession, !areAdopted { killSession() }
    var status: Int32 = 0
    waitpid(first, &status, 0)
    killChildren()
  }

  private func waitForFirst() {
    let clock = Signals.clock
    let end = clock.monotonic() + Self.graceSeconds
    let descriptor = pollable()
    defer { if descriptor >= 0 { close(descriptor) } }
    while !Self.hasEnded(first) {
      let left = (end - clock.monotonic()) * 1000
      guard left > 0 else { return }
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&ready, 1, Int32(min(left, descriptor >= 0 ? left : Self.pollMilliseconds).rounded(.up)))
    }
  }

  /// Whether a child of ours has ended; it is left to be waited for.
  private static func hasEnded(_ process: pid_t) -> Bool {
    var info = siginfo_t()
    guard waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 else { return true }
    return info.si_signo != 0
  }

  /// Those that left the program's session are our children as soon as their parents have ended.
  private func killChildren() {
    for _ in 0..<Self.mostGenerations {
      var status: Int32 = 0
      var ended: pid_t
      repeat { ended = waitpid(-1, &status, WNOHANG) } while ended > 0
      // ECHILD: there is nobody left.
      guard ended == 0 else { return }
      for child in children {
        kill(child, SIGKILL)
        waitpid(child, &status, 0)
      }
    }
  }

  private var children: [pid_t] {
    let list =
      (try? Files.contents(of: Path("/proc/thread-self/children"))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let numbers = list.split(separator: " ").compactMap { pid_t($0) }
    // A /proc that isn't there tells nothing, and one of other processes' has other numbers.
    guard numbers.isEmpty || !numbers.allSatisfy(Self.isChild) else { return numbers }
    let recent = sinceFirst.filter(Self.isChild)
    return recent.isEmpty ? (1..<Self.largestProcessNumber).filter(Self.isChild) : recent
  }

  /// The numbers that processes got since the program was started: the kernel gives them out in turn, from the lowest
  /// again after the highest.
  private var sinceFirst: [pid_t] {
    let newest = CSystem_fork()
    guard newest != 0 else { _exit(0) }
    var status: Int32 = 0
    guard newest > 0, waitpid(newest, &status, 0) == newest else { return [] }
    return newest > first ? Array(first..<newest) : Array(first..<Self.largestProcessNumber) + Array(1..<newest)
  }

  private static func isChild(_ process: pid_t) -> Bool {
    var info = siginfo_t()
    return waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0
  }

  private func killSession() {
    for process in sinceFirst where getsid(process) == first { kill(process, SIGKILL) }
  }
}
