// swift-tools-version: 6.2
import PackageDescription

/// Settings that every Swift target shares. Warnings are errors, and unsafe code must say `unsafe`.
let checked: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// The kernels: one source folder, compiled once for each instruction set. These are the only targets with
/// CPU flags; `RNNKernelTable` chooses among them at start (docs/decisions/0002-one-kernel-source.md).
func kernels(_ define: String, _ cpu: [String]) -> [SwiftSetting] {
    #if arch(x86_64)
        let flags = cpu.flatMap { ["-Xcc", $0] }
    #else
        let flags: [String] = []
    #endif
    return checked + [.define(define), .unsafeFlags(["-O"] + flags)]
}

/// The executable of a release: nobody looks up symbols in it, and its relocations, which the loader reads at every start,
/// are packed (glibc 2.36). An idle daemon has 27 MB resident instead of 34, the rest of it pages of code.
let small = LinkerSetting.unsafeFlags(
    ["-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"],
    .when(platforms: [.linux], configuration: .release))

let package = Package(
    name: "forecastd",
    products: [.executable(name: "forecastd", targets: ["forecastd"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CPlatform"),
        .target(name: "CVector"),
        .target(name: "RNNKernelTable", dependencies: ["CVector"], swiftSettings: checked),
        .target(
            name: "RNNKernelsV1", dependencies: ["RNNKernelTable", "CVector"],
            swiftSettings: kernels("V128", [])),
        .target(
            name: "RNNKernelsV3", dependencies: ["RNNKernelTable", "CVector"],
            swiftSettings: kernels("V256", ["-march=x86-64-v3"])),
        .target(
            name: "RNNKernelsV4", dependencies: ["RNNKernelTable", "CVector"],
            swiftSettings: kernels("V512", ["-march=x86-64-v4", "-mprefer-vector-width=512"])),
        .target(
            name: "RNNForecast",
            dependencies: ["RNNKernelTable", "RNNKernelsV1", "RNNKernelsV3", "RNNKernelsV4"],
            swiftSettings: checked),
        .target(
            name: "SeriesStore",
            dependencies: [
                "CZstd",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: checked),
        .target(
            name: "ForecastDaemon",
            dependencies: [
                "CPlatform", "RNNForecast", "SeriesStore",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: checked),
        .executableTarget(
            name: "forecastd",
            dependencies: [
                "ForecastDaemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: checked, linkerSettings: [small]),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: checked),
        .testTarget(
            name: "RNNKernelsTests", dependencies: ["RNNForecast", "RNNKernelTable", "TestSupport"],
            swiftSettings: checked),
        .testTarget(
            name: "RNNForecastTests", dependencies: ["RNNForecast", "TestSupport"], swiftSettings: checked),
        .target(name: "CPowerCut", path: "Tests/CPowerCut", linkerSettings: [.linkedLibrary("sqlite3")]),
        .testTarget(
            name: "SeriesStoreTests", dependencies: ["SeriesStore", "TestSupport", "CPowerCut"],
            swiftSettings: checked),
        .testTarget(
            name: "ForecastDaemonTests",
            dependencies: ["ForecastDaemon", "RNNForecast", "SeriesStore", "TestSupport"],
            swiftSettings: checked),
        .testTarget(name: "HouseTests", dependencies: ["TestSupport"], swiftSettings: checked),
        .testTarget(name: "ProcessTests", dependencies: ["TestSupport"], swiftSettings: checked),
    ],
    swiftLanguageModes: [.v6]
)
