internal import ACMECore
package import ArgumentParser

extension CommandConfiguration {
  /// A verb of `tool`, whose usage is shown as it is typed.
  package static func verb(_ name: String, of tool: String, abstract: String) -> CommandConfiguration {
    CommandConfiguration(commandName: name, _superCommandName: tool, abstract: abstract, version: suiteVersion)
  }
}
