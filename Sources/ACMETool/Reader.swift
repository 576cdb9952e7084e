internal import ACMECore
internal import Glibc

/// Nobody reads stdout any more. Whoever went has said why.
package struct ReaderGone: Error {}

extension Destination {
  /// Throws `ReaderGone` where the product would go into a pipe that nobody reads: for just before something is done
  /// that can't be done again for nothing.
  package func refuseWithoutReader() throws {
    guard isPipe else { return }
    var state = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    guard poll(&state, 1, 0) > 0, state.revents & Int16(POLLERR | POLLHUP) != 0 else { return }
    throw ReaderGone()
  }
}
