import ACMECore
import ArgumentParser

/// `DIR`, or `NAME=DIR` for one name. A NAME holds no slash, so that `./a=b` is a DIR.
struct WebRootArgument {
  /// nil for all names that have no web root of their own.
  let identifier: Identifier?
  let folder: String

  init(text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, !parts[0].contains("/") {
      do { identifier = try Identifier(typed: String(parts[0])) } catch {
        throw ValidationError("--webroot \(text.shown(limit: 300)): \(error.reason)")
      }
      folder = String(parts[1])
    } else {
      identifier = nil
      folder = text
    }
    guard !folder.isEmpty else { throw ValidationError("--webroot names no folder") }
  }
}
