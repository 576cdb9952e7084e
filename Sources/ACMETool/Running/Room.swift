internal import ACMECore
internal import Glibc

/// What the system lets the process have (setrlimit(2)): with too little of it, it would end in the midst of something,
/// by a signal or with the wrong words.
enum Room {
  /// Of the stack: what OpenSSL leaves there is wiped, and that alone takes a quarter.
  private static let stack: rlim_t = 256 << 10
  private static let memory = 4 << 20
  /// The standard streams, what is read and what is written, and what Landlock is told of both.
  private static let files: rlim_t = 8
  /// libcurl's, too.
  private static let filesOfTheNetwork: rlim_t = 16
  private static let usualStack: rlim_t = 8 << 20
  private static let usualFiles: rlim_t = 1024

  /// The limit to the stack with which the process was started; nil where it is the usual one, or more.
  private nonisolated(unsafe) static var givenStack: rlim_t?

  /// Takes what the tool may take by itself, and throws `Failure` 70 where that isn't enough to begin with.
  static func take() throws(Failure) {
    givenStack = limit(RLIMIT_STACK).flatMap { $0.rlim_cur < usualStack ? $0.rlim_cur : nil }
    let stack = raised(RLIMIT_STACK, to: usualStack)
    guard stack >= Self.stack else { throw lack("the stack may have no more than \(stack >> 10) KiB", "-s") }
    try takeFiles(Self.files, usual: Self.files)
    let probe = mmap(nil, memory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard probe != MAP_FAILED else { throw lack("there are no \(memory >> 20) MiB of memory to be had", "-v, -d") }
    munmap(probe, memory)
  }

  /// The same for a tool that is about to open connections.
  static func takeForNetwork() throws(Failure) {
    try takeFiles(filesOfTheNetwork, usual: usualFiles)
  }

  private static func takeFiles(_ fewest: rlim_t, usual: rlim_t) throws(Failure) {
    let files = raised(RLIMIT_NOFILE, to: usual)
    guard files >= fewest else { throw lack("no more than \(files) files may be open at once", "-n") }
  }

  /// For another program, which is to have no other stack than the user's.
  static func giveBack() {
    guard let givenStack, let limit = limit(RLIMIT_STACK) else { return }
    _ = set(RLIMIT_STACK, rlimit(rlim_cur: givenStack, rlim_max: limit.rlim_max))
  }

  /// The limit, which is raised to what is usual, or as far as the system allows.
  private static func raised(_ resource: __rlimit_resource, to usual: rlim_t) -> rlim_t {
    guard let given = limit(resource), given.rlim_cur < usual else { return usual }
    let wanted = rlimit(rlim_cur: min(usual, given.rlim_max), rlim_max: given.rlim_max)
    return set(resource, wanted) ? wanted.rlim_cur : given.rlim_cur
  }

  private static func limit(_ resource: __rlimit_resource) -> rlimit? {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 ? limit : nil
  }

  private static func set(_ resource: __rlimit_resource, _ limit: rlimit) -> Bool {
    withUnsafePointer(to: limit) { setrlimit(__rlimit_resource_t(resource.rawValue), $0) == 0 }
  }

  private static func lack(_ what: String, _ option: String) -> Failure {
    Failure(
      .bug, "\(what), and that is too little to begin with", hint: "ulimit \(option) shows the limit, and sets it")
  }
}
