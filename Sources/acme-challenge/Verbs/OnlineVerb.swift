import ACMECore
import ACMENetwork
import ACMETool

/// A verb that goes on with the order of the document on stdin.
protocol OnlineVerb: OrderStep {
  /// What is to be done before the CA is asked for anything: the document to go on with.
  func prepare(_ document: OrderDocument) throws -> OrderDocument

  func goOn(with run: OrderRun) throws
}

extension OnlineVerb {
  var input: Input? { Input(.order) }

  func prepare(_ document: OrderDocument) throws -> OrderDocument { document }

  func perform(_ input: [UInt8], _ tool: Tool) throws -> Product {
    let run = try order.goOn(with: prepare(tool.readOrder(input)), tool)
    try goOn(with: run)
    return try run.product(for: output)
  }
}
