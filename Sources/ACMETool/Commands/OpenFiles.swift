internal import ACMECore
internal import CSystem
internal import Glibc

/// The descriptors that a process was left with.
enum OpenFiles {
  /// How far is looked where nothing tells which there are.
  private static let mostLookedAt = 65536

  /// Closes all but those that `isKept`.
  static func leave(_ isKept: (Int32) -> Bool) {
    let limit = Int32(min(sysconf(Int32(_SC_OPEN_MAX)), mostLookedAt))
    var kept: Int32 = 0
    // Those at hand one by one, the rest by one call, if there is that call.
    for number in 0..<256 where isKept(Int32(number)) { kept = Int32(number) + 1 }
    for number in 0..<kept where !isKept(number) { close(number) }
    guard CSystem_close_from(UInt32(kept)) != 0, kept < limit else { return }
    for number in kept..<limit { close(number) }
  }
}
