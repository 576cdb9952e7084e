/// Where something is asked for, exactly as it was given.
package protocol WebURL: Sendable, CustomStringConvertible {
  /// By which schemes it may be asked, for libcurl.
  static var schemes: String { get }

  var text: String { get }
}

extension WebURL {
  package var description: String { text }
}
