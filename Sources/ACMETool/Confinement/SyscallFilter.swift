internal import CSystem
internal import Glibc

/// Refuses for good the system calls that no step makes, whatever they are about (seccomp(2)): what Landlock doesn't
/// know, or not in every kernel.
struct SyscallFilter {
  /// Where the program finds the call (`struct seccomp_data`); of an argument, the half that counts in an `int`.
  private enum Offset {
    static let number: UInt32 = 0
    static let architecture: UInt32 = 4

    static func argument(_ index: UInt32) -> UInt32 { 16 + 8 * index }
  }

  private var steps: [sock_filter] = []

  /// nil on a machine whose numbers of calls aren't known here.
  ///
  /// - Parameters:
  ///   - usesSockets: whether the step makes any.
  ///   - listens: whether it takes connections.
  ///   - takesOverModes: whether it makes a file with the mode and the owner of another.
  init?(usesSockets: Bool, listens: Bool, takesOverModes: Bool) {
    guard let architecture = SystemCalls.architecture else { return nil }
    let own = UInt32(getpid())
    load(Offset.architecture)
    refuse(ENOSYS, unless: [architecture])
    load(Offset.number)
    if let first = SystemCalls.firstOfX32 { refuse(ENOSYS, from: first) }
    for call in SystemCalls.never { refuse(EPERM, call) }
    // Its flags lie in memory, and can't be seen: glibc then begins a thread by clone.
    refuse(ENOSYS, SystemCalls.clone3)
    refuse(EPERM, SystemCalls.clone, unless: 0, [SystemCalls.thread], of: SystemCalls.thread | SystemCalls.namespaces)
    for call in SystemCalls.signalling { refuse(EPERM, call, unless: 0, [own]) }
    for request in SystemCalls.typing { refuse(EPERM, SystemCalls.ioctl, where: 1, request) }
    if !takesOverModes { for call in SystemCalls.takingOverModes { refuse(EPERM, call) } }
    if usesSockets {
      refuse(EAFNOSUPPORT, SystemCalls.socket, unless: 0, SystemCalls.families)
      refuse(EPROTONOSUPPORT, SystemCalls.socket, where: 2, SystemCalls.multipathTCP)
      if !listens { refuse(EPERM, SystemCalls.listen) }
    } else {
      for call in SystemCalls.ofSockets { refuse(EPERM, call) }
    }
    answer(SECCOMP_RET_ALLOW)
  }

  /// From here on it holds. Needs no_new_privs. A kernel without such filters goes on without.
  func enter() { _ = CSystem_filter_calls(steps, UInt16(steps.count)) }

  // MARK: The program

  private mutating func load(_ offset: UInt32) { add(BPF_LD | BPF_W | BPF_ABS, offset) }

  private mutating func answer(_ action: UInt32) { add(BPF_RET | BPF_K, action) }

  private mutating func refuse(_ error: Int32) { answer(SECCOMP_RET_ERRNO | UInt32(error)) }

  private mutating func add(_ code: Int32, _ value: UInt32, then: Int = 0, else other: Int = 0) {
    steps.append(sock_filter(code: UInt16(code), jt: UInt8(then), jf: UInt8(other), k: value))
  }

  private mutating func refuse(_ error: Int32, _ call: Int32) {
    add(BPF_JMP | BPF_JEQ | BPF_K, UInt32(call), else: 1)
    refuse(error)
  }

  private mutating func refuse(_ error: Int32, from first: UInt32) {
    add(BPF_JMP | BPF_JGE | BPF_K, first, else: 1)
    refuse(error)
  }

  /// What is loaded has to be one of `values`.
  private mutating func refuse(_ error: Int32, unless values: [UInt32]) {
    for (index, value) in values.enumerated() { add(BPF_JMP | BPF_JEQ | BPF_K, value, then: values.count - index) }
    refuse(error)
  }

  /// The call's argument, or those bits of it, have to be one of `values`.
  private mutating func refuse(
    _ error: Int32, _ call: Int32, unless argument: UInt32, _ values: [UInt32], of bits: UInt32 = .max
  ) {
    looking(at: argument, of: call) {
      $0.add(BPF_ALU | BPF_AND | BPF_K, bits)
      $0.refuse(error, unless: values)
    }
  }

  /// The call's argument mustn't be `value`.
  private mutating func refuse(_ error: Int32, _ call: Int32, where argument: UInt32, _ value: UInt32) {
    looking(at: argument, of: call) { $0.refuse(error, Int32(bitPattern: value)) }
  }

  /// What `check` adds is passed over for another call than `call`.
  private mutating func looking(at argument: UInt32, of call: Int32, _ check: (inout SyscallFilter) -> Void) {
    let start = steps.count
    add(BPF_JMP | BPF_JEQ | BPF_K, UInt32(call))
    load(Offset.argument(argument))
    check(&self)
    load(Offset.number)
    steps[start].jf = UInt8(steps.count - start - 1)
  }
}
