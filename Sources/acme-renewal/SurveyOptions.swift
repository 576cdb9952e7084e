import ACMENetwork
import ACMETool
import ArgumentParser

/// Who is asked.
struct SurveyOptions: ParsableArguments {
  @Flag(help: "Ask no CA: the lifetime of each certificate decides.")
  var offline = false

  @OptionGroup var ca: CAOptions

  func needs(_ tool: Tool) -> [Need] { offline ? [] : ca.needs(tool) }
}
