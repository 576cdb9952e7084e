internal import COpenSSL
internal import CSystem
internal import Glibc

/// The memory that secrets are in, OpenSSL's own copies of them included.
package enum SecretMemory {
  /// Where `SecretBytes` are, and the private numbers of OpenSSL's keys: an area that is locked, not dumped, and wiped
  /// piece by piece. A hundred times what a key of the largest size takes; pages that aren't used cost nothing.
  private static let area = 1 << 19
  private static let smallestPiece = 32

  /// Makes room for secrets, and has OpenSSL wipe whatever it lets go: it leaves what it decodes and computes where it
  /// was. Called before OpenSSL is asked for anything, or that part has no effect.
  package static func prepare() {
    _ = CRYPTO_set_mem_functions(
      { size, _, _ in size == 0 ? nil : malloc(size) },
      { old, size, _, _ in SecretMemory.move(old, size) },
      { memory, _, _ in SecretMemory.free(memory) })
    // A process may lock less than this: then it is all the same but for that.
    _ = CRYPTO_secure_malloc_init(area, smallestPiece)
  }

  private static func move(_ old: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    guard size > 0 else {
      free(old)
      return nil
    }
    let room = malloc_usable_size(old)
    guard size > room else { return old }
    guard let new = malloc(size) else { return nil }
    if let old { new.copyMemory(from: old, byteCount: room) }
    free(old)
    return new
  }

  private static func free(_ memory: UnsafeMutableRawPointer?) {
    guard let memory else { return }
    explicit_bzero(memory, malloc_usable_size(memory))
    Glibc.free(memory)
  }

  /// Runs `body`, and wipes the stack that its calls have used: OpenSSL leaves passphrases and scalars there.
  static func wipingStack<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    defer { CSystem_wipe_stack() }
    return try body()
  }
}
