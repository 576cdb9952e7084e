package import ACMECore
package import ACMETool
package import ArgumentParser

/// Which certificate request is the right one, whatever a document says.
package struct PinOption: ParsableArguments {
  @Option(file: "Refuse what is for another certificate request than FILE's.")
  package var csr: Path?

  package init() {}

  package var needs: [Need] { .file(csr) }

  /// The request; nil where none is named.
  package var request: CertificateRequest? {
    get throws { try csr.map { file in try reading(file.description) { try CertificateRequest(Files.read(file)) } } }
  }

  /// Throws `Failure` 65 for a document with another request.
  package func check(_ document: OrderDocument) throws {
    guard let csr, let request = try request, request != document.csr else { return }
    throw Failure(.input, "the order document holds another certificate request than \(csr)")
  }
}
