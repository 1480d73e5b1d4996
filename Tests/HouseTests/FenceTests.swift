// The fences of the house: which room may import what, and where the word `unsafe` may stand. ARCHITECTURE.md says why.

import TestSupport
import Testing

@Suite("The fences of the house") struct FenceTests {
    static let sources = SourceTree.files(under: "Sources")

    @Test(
        "an import stands only where the house allows it",
        arguments: [
            ("GRDB", ["Sources/SeriesStore/"]),
            ("GRDBSQLite", ["Sources/SeriesStore/"]),
            ("CZstd", ["Sources/SeriesStore/"]),
            ("Hummingbird", ["Sources/ForecastDaemon/API/"]),
            ("HummingbirdCore", ["Sources/ForecastDaemon/API/"]),
            ("HTTPTypes", ["Sources/ForecastDaemon/API/"]),
            ("NIOCore", ["Sources/ForecastDaemon/API/", "Sources/ForecastDaemon/Ingest/"]),
            ("NIOPosix", ["Sources/ForecastDaemon/API/", "Sources/ForecastDaemon/Ingest/"]),
            ("NIOExtras", ["Sources/ForecastDaemon/API/", "Sources/ForecastDaemon/Ingest/"]),
            ("NIOHTTP1", ["Sources/ForecastDaemon/API/"]),
            ("Yams", ["Sources/ForecastDaemon/Configuration/"]),
            ("ArgumentParser", ["Sources/forecastd/"]),
            ("Foundation", []),
            ("SeriesStore", ["Sources/ForecastDaemon/", "Sources/forecastd/"]),
            ("RNNForecast", ["Sources/ForecastDaemon/"]),
            ("RNNKernelTable", ["Sources/RNNForecast/", "Sources/RNNKernels"]),
            ("CPlatform", ["Sources/ForecastDaemon/"]),
        ])
    func imports(module: String, rooms: [String]) {
        let strangers = Self.sources.filter { file in
            file.imports.contains(module) && !rooms.contains { file.path.hasPrefix($0) }
        }.map(\.path)
        #expect(strangers == [], "these import \(module)")
    }

    /// Where `unsafe` may stand, by folder or file. A new entry needs a reason in ARCHITECTURE.md.
    static let unsafeRooms = [
        "Sources/RNNKernels", "Sources/RNNKernelTable/", "Sources/SeriesStore/Bytes/Span+LittleEndian.swift",
        "Sources/SeriesStore/Codec/",
        "Sources/SeriesStore/Zstandard/", "Sources/SeriesStore/SQLite/", "Sources/SeriesStore/FileSystem/",
        "Sources/ForecastDaemon/Ingest/Parsing/",
        "Sources/ForecastDaemon/Platform/",
    ]

    @Test("the word unsafe stands only in the rooms listed here")
    func unsafeWord() {
        let strangers = Self.sources.filter { file in
            file.usesWord("unsafe") && !Self.unsafeRooms.contains { file.path.hasPrefix($0) }
        }.map(\.path)
        #expect(strangers == [])
    }

    @Test("no file of Swift is longer than 400 lines")
    func length() {
        let long = (Self.sources + SourceTree.files(under: "Tests")).filter { $0.lines.count > 401 }.map(\.path)
        #expect(long == [])
    }

    @Test("every source file opens with a comment that says what it is")
    func opening() {
        let mute = Self.sources.filter { !($0.lines.first ?? "").hasPrefix("//") }.map(\.path)
        #expect(mute == [])
    }

    @Test("nothing sleeps, and nothing is left for later")
    func leftovers() {
        for word in ["Task.sleep", "Thread.sleep", "TODO", "FIXME"] {  // the words that are looked for
            let found = Self.sources.filter { $0.code.contains { $0.contains(word) } }.map(\.path)
            #expect(found == [], "\(word)")
        }
    }
}
