package import ACMECore
internal import Glibc

/// The signals that ask a tool to end, without a handler: held back, they stay pending and are looked for where the
/// tool waits. Whoever has something to put away does so and then dies by the signal after all.
package enum Signals {
  /// Those that writing brings about.
  static let ofWriting = [SIGPIPE, SIGXFSZ]

  /// Those that keys of a terminal bring about, beside SIGINT.
  static let ofKeys = [SIGQUIT, SIGTSTP]

  /// Those that would end the tool.
  private static var heeded: [Int32] { notIgnored([SIGINT, SIGTERM, SIGHUP]) }

  /// One that the tool was started to ignore, as by nohup, stays ignored; held back, it would be pending all the same.
  private static func notIgnored(_ signals: [Int32]) -> [Int32] {
    signals.filter { signal in
      var action = sigaction()
      sigaction(signal, nil, &action)
      return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self)
    }
  }

  private static func set(and others: [Int32] = []) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in heeded + notIgnored(others) { sigaddset(&set, signal) }
    return set
  }

  /// From now on a signal waits until `dieByPending` or `release`.
  package static func hold() {
    var signals = set()
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  package static func release() {
    var signals = set()
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Runs `body` with the signals, and `others`, held back; one that came does its work afterwards.
  package static func holding<Result>(and others: [Int32] = [], _ body: () throws -> Result) rethrows -> Result {
    var signals = set(and: others)
    var before = sigset_t()
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    return try body()
  }

  package static var isPending: Bool { pending != nil }

  private static var pending: Int32? { heeded.first(where: isPending) }

  /// Whether `signal` came while it was held back.
  static func isPending(_ signal: Int32) -> Bool {
    var signals = sigset_t()
    sigpending(&signals)
    return sigismember(&signals, signal) == 1
  }

  /// Lets `signal`, which is held back, do its work now: this returns where the process goes on after all.
  static func deliver(_ signal: Int32) {
    var one = sigset_t()
    var before = sigset_t()
    sigemptyset(&one)
    sigaddset(&one, signal)
    pthread_sigmask(SIG_UNBLOCK, &one, &before)
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }

  /// Waits, or throws as soon as a signal comes, which is then pending again.
  package static func sleep(_ seconds: Double) throws {
    var signals = set()
    let whole = seconds.rounded(.down)
    var time = timespec(tv_sec: Int(whole), tv_nsec: Int((seconds - whole) * 1e9))
    let signal = sigtimedwait(&signals, nil, &time)
    guard signal > 0 else { return }
    hold()
    kill(getpid(), signal)
    throw Interrupted()
  }

  /// Sends those that came, and are held back here, to `process`, for which they were meant.
  static func passOn(to process: pid_t) {
    var atOnce = timespec()
    while let signal = pending {
      var one = sigset_t()
      sigemptyset(&one)
      sigaddset(&one, signal)
      guard sigtimedwait(&one, nil, &atOnce) == signal else { return }
      kill(process, signal)
    }
  }

  /// Ends the process by the signal that came, so that the shell sees what it was.
  static func dieByPending() -> Never {
    release()
    // Not reached where a signal was pending with its default action.
    exit(ExitStatus.bug.rawValue)
  }

  package static var clock: Clock {
    Clock(
      monotonic: {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
      },
      wall: { Timestamp(seconds: Int64(time(nil))) },
      sleep: Signals.sleep)
  }
}
