internal import ACMECore

extension HTTPResponse {
  /// The targets of Link headers with the relation `relation`, as text (RFC 8288); the ones that can't be read are
  /// passed over, and each is given once.
  package func links(_ relation: String) -> [String] {
    var seen: Set<String> = []
    return headers.filter { $0.name == "link" }.flatMap { header in
      header.value.split(separator: ",").compactMap { link -> String? in
        guard let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"), start < end else {
          return nil
        }
        let parameters = link[link.index(after: end)...].split(separator: ";")
        let isRelated = parameters.contains { parameter in
          let pair = parameter.split(separator: "=", maxSplits: 1).map { String($0).trimmingBlanks }
          guard pair.count == 2, pair[0].lowercased() == "rel" else { return false }
          let relations = pair[1].filter { $0 != "\"" }.split(separator: " ")
          return relations.contains { $0.lowercased() == relation }
        }
        let target = String(link[link.index(after: start)..<end])
        return isRelated && seen.insert(target).inserted ? target : nil
      }
    }
  }
}
