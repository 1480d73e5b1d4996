// swift-tools-version: 6.2
import PackageDescription

// The benchmarks of engine and store. A package of its own: nothing here is resolved, built or shipped with the daemon. Their
// sources are linked in rather than depended on, because they are targets of the daemon's package and not products.

func kernels(_ define: String, _ cpu: [String]) -> [SwiftSetting] {
    #if arch(x86_64)
        let flags = cpu.flatMap { ["-Xcc", $0] }
    #else
        let flags: [String] = []
    #endif
    return [.define(define), .unsafeFlags(["-O"] + flags)]
}

/// `over-spike` links another engine's sources in, to be timed beside ours.
let spike = Context.environment["FORECASTD_SPIKE"] != nil
func spikeKernels(_ define: String, _ cpu: [String]) -> [SwiftSetting] {
    [
        .swiftLanguageMode(.v5), .define(define),
        .unsafeFlags(["-Ounchecked"] + cpu.flatMap { ["-Xcc", $0] }),
    ]
}
let spikeTargets: [Target] =
    !spike
    ? []
    : [
        .target(name: "CShim", path: "Spike/CShim"),
        .target(
            name: "K512", dependencies: ["CShim"], path: "Spike/K512",
            swiftSettings: spikeKernels("V512", ["-march=x86-64-v4", "-mprefer-vector-width=512"])),
        .target(
            name: "K256", dependencies: ["CShim"], path: "Spike/K256",
            swiftSettings: spikeKernels("V256", ["-march=x86-64-v3"])),
    ]

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0")],
    targets: spikeTargets + [
        .target(name: "CVector"),
        .target(name: "RNNKernelTable", dependencies: ["CVector"]),
        .target(
            name: "RNNKernelsV1", dependencies: ["RNNKernelTable", "CVector"], swiftSettings: kernels("V128", [])),
        .target(
            name: "RNNKernelsV3", dependencies: ["RNNKernelTable", "CVector"],
            swiftSettings: kernels("V256", ["-march=x86-64-v3"])),
        .target(
            name: "RNNKernelsV4", dependencies: ["RNNKernelTable", "CVector"],
            swiftSettings: kernels("V512", ["-march=x86-64-v4", "-mprefer-vector-width=512"])),
        .target(
            name: "RNNForecast",
            dependencies: ["RNNKernelTable", "RNNKernelsV1", "RNNKernelsV3", "RNNKernelsV4"],
            swiftSettings: [
                .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
            ]),
        .executableTarget(
            name: "engine-bench", dependencies: ["RNNForecast"] + (spike ? ["K512", "K256"] : []),
            swiftSettings: spike ? [.define("SPIKE")] : []),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
        .target(
            name: "SeriesStore",
            dependencies: [
                "CZstd", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            // The codec is timed by itself, and it is internal.
            swiftSettings: [
                .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
                .unsafeFlags(["-enable-testing"]),
            ]),
        .executableTarget(name: "store-bench", dependencies: ["SeriesStore"]),
    ],
    swiftLanguageModes: [.v6]
)
