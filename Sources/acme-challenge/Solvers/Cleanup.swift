import ACMECore
import ACMETool

/// Takes away what was published. What can't be taken away is no reason to leave the rest; an interruption is.
final class Cleanup {
  let circumstances: Circumstances
  /// Whether the CA found what was published, or is likely to have; some hooks want to know.
  let isSuccess: Bool
  private let begins: (Proof) -> Void
  private let failed: (Proof, any Error) -> Void
  private var isInterrupted = false

  /// - Parameters:
  ///   - begins: called before each is taken away.
  ///   - failed: called with each that couldn't be, and why; after `Interrupted` comes none.
  init(
    _ circumstances: Circumstances, after isSuccess: Bool, begins: @escaping (Proof) -> Void = { _ in },
    failed: @escaping (Proof, any Error) -> Void
  ) {
    self.circumstances = circumstances
    self.isSuccess = isSuccess
    self.begins = begins
    self.failed = failed
  }

  func run(_ batches: [Solvers.Batch]) {
    for batch in batches { batch.solver.clean(batch.proofs, self) }
  }

  /// What a solver does for one proof after another.
  ///
  /// - Parameters:
  ///   - place: where it can be seen, in a person's words.
  ///   - clean: says whether it was there.
  func each(_ proofs: [Proof], at place: (Proof) -> String, _ clean: (Proof) throws -> Bool) {
    for proof in proofs where !isInterrupted {
      begins(proof)
      do {
        let wasThere = try clean(proof)
        circumstances.tool.messages.step(
          "\(proof.identifier): \(wasThere ? "taken away" : "not there any more"): \(place(proof))")
      } catch {
        isInterrupted = error is Interrupted
        failed(proof, error)
      }
    }
  }
}
