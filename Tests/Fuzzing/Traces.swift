@testable import ACMEClient
@testable import ACMECore

let traceParsers = [
  Parser("trace") { _ = try Replay(trace: $0, file: "trace", tool: "acme-chain") },
  Parser("line of a trace") { _ = try TraceLine(JSONObject(parsing: $0)) },
]
