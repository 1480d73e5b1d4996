// `forecastd capacity`: what this machine can train and store, as an object for scripts and as a page for people.

internal import RNNForecast

/// The parts that were asked for.
package struct CapacityReport: Sendable {
    /// What can be measured.
    package enum Part: String, Sendable, CaseIterable {
        case training, store
    }

    private var training: [Capacity.TrainingRow]?
    private var store: StoreCapacity?
    private let cores: Int

    /// Measures; half a minute for everything.
    ///
    /// - Parameter only: one part; nil: all.
    package static func measure(only: Part?, folder: String) async throws -> CapacityReport {
        var report = CapacityReport(cores: Environment.processorCount)
        if only != .store { report.training = Capacity.measureTraining(clock: ContinuousClock()) }
        if only != .training { report.store = try await StoreCapacity.measure(in: folder) }
        return report
    }

    private init(cores: Int) { self.cores = cores }

    /// The object of the interface.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            if let training {
                json.array("training") { json in for row in training { Self.write(row, to: &json) } }
                json.object("series_per_hour") { json in
                    for (cell, count) in perHour(training) { json.member(cell, count) }
                }
            }
            store?.write(to: &json)
        }
        json.endLine()
        return json.bytes
    }

    private func perHour(_ rows: [Capacity.TrainingRow]) -> [(cell: String, count: Double)] {
        Capacity.seriesPerHour(rows, workers: cores).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func write(_ row: Capacity.TrainingRow, to json: inout JSONWriter) {
        json.object { json in
            json.member("isa", row.isa)
            json.member("cell", row.cell)
            json.member("hidden", row.hidden)
            json.member("window", row.window)
            json.member("inputs", row.inputs)
            json.member("outputs", row.outputs)
            json.member("batch", row.batch)
            json.member("windows_per_second", row.windowsPerSecond)
            json.member("gflops", row.gflops)
            json.member("peak_gflops", row.peakGflops)
            json.member("percent_of_peak", row.percentOfPeak)
            json.member("seconds_per_series", row.secondsPerSeries)
        }
    }

    /// For a person.
    package func written(on screen: Screen) -> String {
        var out = ""
        if let training {
            var table = Table([
                ("kernels", .left), ("cell", .left), ("hidden", .right), ("windows/s", .right), ("GFLOP/s", .right),
                ("of peak", .right), ("a series", .right),
            ])
            for row in training {
                table.add([
                    row.isa, row.cell, "\(row.hidden)", Wording.count(Int64(row.windowsPerSecond)),
                    Wording.number(row.gflops), Wording.percent(row.percentOfPeak / 100),
                    "\(Wording.number(row.secondsPerSeries)) s",
                ])
            }
            out += table.written(on: screen)
            for (cell, count) in perHour(training) {
                out += "\(cell), 32 hidden units: \(Wording.count(Int64(count))) series an hour on \(cores) cores\n"
            }
        }
        if let store { out += (out.isEmpty ? "" : "\n") + Self.page(store) }
        return out
    }

    private static func page(_ store: StoreCapacity) -> String {
        func rate(_ value: Double) -> String { "\(Wording.number(value / 1e6)) million points/s" }
        func time(_ value: Double) -> String { "\(Wording.number(value)) ms" }
        let rows = [
            ("stored", "\(Wording.count(Int64(store.points))) points of \(store.series) series at 10 s, generated"),
            ("size", "\(Wording.number(store.bytesPerPoint)) bytes a point, the whole file"),
            ("ingest", "\(rate(store.ingestPointsPerSecond)), an fsync every 10 000"),
            ("one fsync", time(store.acknowledgementMilliseconds)),
            ("encode", rate(store.encodePointsPerSecond)),
            ("decode", rate(store.decodePointsPerSecond)),
            ("last point", time(store.lastPointMilliseconds)),
            (
                "a day",
                "\(time(store.dayOfMeansMilliseconds)) as 5-minute means, "
                    + "\(time(store.dayOfSamplesMilliseconds)) as samples"
            ),
        ]
        return rows.map { $0 + String(repeating: " ", count: 12 - $0.count) + $1 + "\n" }.joined()
    }
}
