import ArgumentParser

/// The solvers that answer from this process, and so end with it: for the all-in-one form alone.
struct ListenerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("http-01: answer on this port while the CA looks.", valueName: "[addr:]port"),
    transform: ListeningAddress.init(text:))
  var standalone: ListeningAddress?

  @Option(
    help: ArgumentHelp("tls-alpn-01: answer on this port while the CA looks.", valueName: "[addr:]port"),
    transform: ListeningAddress.init(text:))
  var alpn: ListeningAddress?

  var solvers: [any Solver] {
    var solvers: [any Solver] = []
    if let standalone { solvers.append(StandaloneSolver(standalone)) }
    if let alpn { solvers.append(ALPNSolver(alpn)) }
    return solvers
  }
}
