internal import ACMECore
internal import Glibc

/// What the process was started with, as the kernel gave it: `CommandLine.arguments` is put together from /proc and
/// the stack, and is empty where Swift finds nothing there.
enum Arguments {
  /// The name of the program and what follows it. Throws `Failure` 70 after a broken start, in which there is no name.
  static var given: [Octets] {
    get throws(Failure) {
      let words = (0..<Int(max(count, 0))).compactMap { index in
        vector?[index].map { Octets(cString: $0) }
      }
      // The kernel makes one empty word of an empty list.
      guard let name = words.first, !name.isEmpty else {
        throw Failure(.bug, "the tool was started without a list of arguments, and can't know what is wanted")
      }
      return words
    }
  }
}

private nonisolated(unsafe) var count: Int32 = 0
private nonisolated(unsafe) var vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?

/// glibc calls what stands in this section before main, with main's own arguments.
@section(".init_array") @used
private let keepArguments: @convention(c) (Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Void = {
  count = $0
  vector = $1
}
