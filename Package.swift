// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// A tool that never touches the network: it has no way to reach libcurl.
func offlineTool(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["ACMECore", "ACMETool", argumentParser], swiftSettings: strict)
}

func onlineTool(_ name: String, _ more: Target.Dependency...) -> Target {
  .executableTarget(
    name: name, dependencies: ["ACMECore", "ACMEClient", "ACMETool", "ACMENetwork", argumentParser] + more,
    swiftSettings: strict)
}

let package = Package(
  name: "acme-tools",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "COpenSSLTLS", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CResolv"),
    .systemLibrary(name: "CSystem"),
    .target(name: "ACMECore", dependencies: ["COpenSSL", "CSystem"], swiftSettings: strict),
    .target(name: "ACMEClient", dependencies: ["ACMECore", "CCurl"], swiftSettings: strict),
    .target(
      name: "ACMETool", dependencies: ["ACMECore", "CSystem", argumentParser], swiftSettings: strict),
    .target(
      name: "ACMENetwork", dependencies: ["ACMECore", "ACMEClient", "ACMETool", argumentParser], swiftSettings: strict),
    offlineTool("acme-key"),
    offlineTool("acme-csr"),
    onlineTool("acme-register"),
    onlineTool("acme-challenge", "COpenSSLTLS", "CResolv", "CSystem"),
    onlineTool("acme-finalize"),
    onlineTool("acme-chain"),
    onlineTool("acme-renewal"),
    onlineTool("acme-revoke"),
    .testTarget(name: "ACMECoreTests", dependencies: ["ACMECore"], swiftSettings: strict),
    .testTarget(
      name: "ACMEClientTests", dependencies: ["ACMECore", "ACMEClient"], swiftSettings: strict),
    .testTarget(name: "ACMEToolTests", dependencies: ["ACMECore", "ACMETool"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
