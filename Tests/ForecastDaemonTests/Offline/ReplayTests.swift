// Replay and backtest: what they write, that they look no further than they may, and what they say of bad input.

import FoundationEssentials
import Testing

@testable import ForecastDaemon

/// A folder that is gone when its owner is.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path() + "/offline-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, _ name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self)
    }

    func rows(_ name: String) throws -> [[String]] {
        try read(name).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }
}

private func line(
    _ id: String, _ values: [Double], step: Int = 300, train: Int? = nil, start: String = "1600000200"
) -> String {
    let list = values.map { $0.isFinite ? "\($0)" : "null" }.joined(separator: ",")
    let known = train.map { "\"train\":\($0)," } ?? ""
    return "{\"id\":\"\(id)\",\"step\":\(step),\"season\":null,\(known)\"start\":\(start),\"values\":[\(list)]}\n"
}

@Suite("Replay") struct ReplayTests {
    private func replay(_ options: ReplayOptions) async throws { try await Replay.run(options) }

    @Test("one row a value that is present, with the columns of the interface")
    func rows() async throws {
        let folder = try ScratchFolder()
        var values = waves(bins: 60, stepSeconds: 300, seed: 1)
        values[7] = .nan
        let input = try folder.write(line("a/b c", values), "in.jsonl")
        try await replay(ReplayOptions(inputs: [input], output: folder.path + "/out"))
        let rows = try folder.rows("out/a_b_c.csv")
        #expect(
            rows[0].joined(separator: ",")
                == "timestamp,value,expected,lower,upper,residual,rmse,baseline_rmse,score,anomaly,drift,model")
        #expect(rows.count == 60 && rows.allSatisfy { $0.count == 12 })
        #expect(rows[1][0] == "1600000200" && rows[8][0] == "\(1_600_000_200 + 8 * 300)")
        // No forecast before two values: nothing expected, no state.
        #expect(rows[1][2].isEmpty && rows[1][10].isEmpty && rows[2][2].isEmpty)
        let (value, expected, residual) = try (
            #require(Double(rows[20][1])), #require(Double(rows[20][2])), #require(Double(rows[20][5]))
        )
        #expect(residual == value - expected)
        #expect(rows[20][9] == "0" && rows[20][10] == "ok" && rows[20][11] == "last-value")
    }

    @Test("a truncated input gives the same rows")
    func causal() async throws {
        let folder = try ScratchFolder()
        let values = waves(bins: 460, stepSeconds: 300, seed: 2, gaps: 0.01)
        let whole = try folder.write(line("s", values, train: 120), "whole.jsonl")
        let cut = try folder.write(line("s", Array(values[..<430]), train: 120), "cut.jsonl")
        for (input, output) in [(whole, "w"), (cut, "c")] {
            try await replay(
                ReplayOptions(inputs: [input], output: "\(folder.path)/\(output)", horizons: [1, 24], seed: 9))
        }
        for name in ["s.csv", "s.forecasts.csv"] {
            let long = try folder.read("w/\(name)")
            let short = try folder.read("c/\(name)")
            #expect(short.count > 1000 && long.hasPrefix(short))
        }
    }

    @Test("the second table has the smallest horizon everywhere and the largest every K values from `train` on")
    func horizons() async throws {
        let folder = try ScratchFolder()
        let values = waves(bins: 100, stepSeconds: 300, seed: 3)
        let input = try folder.write(line("s", values, train: 60), "in.jsonl")
        try await replay(
            ReplayOptions(inputs: [input], output: folder.path, horizons: [2, 24], every: 10))
        let rows = try folder.rows("s.forecasts.csv")
        #expect(rows[0].joined(separator: ",") == "origin,step,mean,q0.1,q0.5,q0.9,model")
        let steps = Dictionary(grouping: rows.dropFirst(), by: { Int($0[0]) ?? -1 }).mapValues(\.count)
        #expect(steps.keys.sorted() == Array(59..<100))
        #expect(steps.allSatisfy { origin, count in count == ((origin + 1 - 60) % 10 == 0 ? 24 : 2) })
    }

    @Test("a value in a bin that is closed or filled moves nothing and gets the columns of its bin")
    func late() async throws {
        let folder = try ScratchFolder()
        let values = waves(bins: 40, stepSeconds: 300, seed: 4)
        var plain = "timestamp,value\n"
        var crowded = plain
        for (k, value) in values.enumerated() {
            let row = "\(1_600_000_200 + 300 * k),\(value)\n"
            plain += row
            crowded += row
            if k == 20 { crowded += "\(1_600_000_200 + 300 * k + 60),9999\n\(1_600_000_200 + 300 * 10),8888\n" }
        }
        let inputs = [try folder.write(plain, "plain.csv"), try folder.write(crowded, "crowded.csv")]
        try await replay(ReplayOptions(inputs: inputs, output: folder.path + "/out"))
        let one = try folder.rows("out/plain.csv")
        var two = try folder.rows("out/crowded.csv")
        let (filled, closed) = (two.remove(at: 22), two.remove(at: 22))
        #expect(one == two)
        #expect(filled[1] == "9999.0" && Array(filled[2...]) == Array(one[21][2...]))
        #expect(closed[1] == "8888.0" && Array(closed[2...]) == Array(one[11][2...]))
    }

    @Test("timestamps are written as they were given", arguments: ["2014-04-01 00:05:00", "2014-04-01T00:05:00Z"])
    func stamps(second: String) async throws {
        let folder = try ScratchFolder()
        let first = second.replacing("05:00", with: "00:00")
        let input = try folder.write("timestamp,value\r\n\(first),1\r\n\(second),2.5\r\n", "x.csv")
        try await replay(ReplayOptions(inputs: [input], output: folder.path + "/out"))
        #expect(try folder.rows("out/x.csv").dropFirst().map { $0[0] } == [first, second])
        let dated = try folder.write(line("d", [1, 2], start: "\"2014-04-01T00:00:00Z\""), "d.jsonl")
        try await replay(ReplayOptions(inputs: [dated], output: folder.path + "/out"))
        #expect(try folder.rows("out/d.csv").last?.first == "2014-04-01T00:05:00Z")
    }

    @Test("a constant is expected to be itself")
    func constant() async throws {
        let folder = try ScratchFolder()
        let values = Array(repeating: 7.0, count: 300) + [8, 8, 8, 8]
        let input = try folder.write(line("c", values), "in.jsonl")
        try await replay(ReplayOptions(inputs: [input], output: folder.path, horizons: [1]))
        let rows = try folder.rows("c.csv")
        #expect(rows[300][2] == "7.0" && rows[300][5] == "0.0" && rows[300][11] == "constant")
        #expect(rows[301][5] == "1.0" && rows[301][11] == "constant")
        #expect(rows[303][9] == "1" && rows[303][10] == "firing")
        #expect(try folder.rows("c.forecasts.csv")[299] == ["299", "1", "7.0", "7.0", "7.0", "7.0", "constant"])
    }

    @Test("results do not depend on threads or company")
    func threads() async throws {
        let folder = try ScratchFolder()
        let lines = (0..<5).map { line("s\($0)", waves(bins: 150, stepSeconds: 300, seed: UInt64($0))) }
        let all = try folder.write(lines.joined(), "all.jsonl")
        let one = try folder.write(lines[3], "one.jsonl")
        try await replay(ReplayOptions(inputs: [all], output: folder.path + "/1", threads: 1))
        try await replay(ReplayOptions(inputs: [all], output: folder.path + "/4", threads: 4))
        try await replay(ReplayOptions(inputs: [one], output: folder.path + "/one", threads: 2))
        for k in 0..<5 { #expect(try folder.read("1/s\(k).csv") == folder.read("4/s\(k).csv")) }
        #expect(try folder.read("1/s3.csv") == folder.read("one/s3.csv"))
    }

    @Test(
        "bad input is answered with file, line and reason",
        arguments: [
            ("{\"id\":\"a\"}\n", "in.jsonl", "in.jsonl:1: `step` is missing or no whole number of seconds"),
            (
                "\n{\"id\":\"a\",\"step\":60,\"start\":0,\"values\":[1,\"x\"]}\n", "in.jsonl",
                "in.jsonl:2: value 1 is neither a number nor null"
            ),
            ("time,value\n", "in.csv", "in.csv:1: the header must be `timestamp,value`"),
            ("timestamp,value\n0,1\n60,abc\n", "in.csv", "in.csv:3: `abc` is no number"),
            ("", "in.txt", "in.txt: a series file is named .jsonl or .csv, packed ones .jsonl.gz or .csv.gz"),
        ])
    func bad(text: String, name: String, sentence: String) async throws {
        let folder = try ScratchFolder()
        let input = try folder.write(text, name)
        let error = await #expect(throws: OfflineError.self) {
            try await replay(ReplayOptions(inputs: [input], output: folder.path + "/out"))
        }
        #expect(error?.description.hasSuffix(sentence) == true)
    }

    @Test("a file that is not there is named")
    func missing() async throws {
        let error = await #expect(throws: OfflineError.self) {
            try await replay(ReplayOptions(inputs: ["/nowhere/x.csv"], output: "/nowhere/out"))
        }
        #expect(error?.description == "cannot read /nowhere/x.csv: there is no such file")
    }

    @Test("two series that would share a file are refused")
    func clash() async throws {
        let folder = try ScratchFolder()
        let input = try folder.write(line("a/b", [1, 2]) + line("a_b", [1, 2]), "in.jsonl")
        await #expect(throws: OfflineError.sameFile(name: "a_b.csv", id: "a_b")) {
            try await replay(ReplayOptions(inputs: [input], output: folder.path + "/out"))
        }
    }
}

@Suite("Backtest") struct BacktestTests {
    @Test("by default it forecasts the future of each series from its last value")
    func future() async throws {
        let folder = try ScratchFolder()
        let input = try folder.write(
            line("x,y", waves(bins: 200, stepSeconds: 3600, seed: 1), step: 3600) + line("z", [5, 5], step: 3600),
            "in.jsonl")
        let report = try await Backtest.run(
            BacktestOptions(
                input: input, output: folder.path + "/o.csv", horizon: 30, quantiles: [0.05, 0.25, 0.5, 0.6, 0.9]))
        let text = try folder.read("o.csv").split(separator: "\n")
        #expect(text[0] == "series,origin,step,mean,q0.05,q0.25,q0.5,q0.6,q0.9,model")
        #expect(text.count == 61 && text[1].hasPrefix("\"x,y\",199,1,") && text[31].hasPrefix("z,1,1,5.0,"))
        for row in text.dropFirst() {
            let quantiles = row.split(separator: ",").dropLast().suffix(5).compactMap { Double($0) }
            #expect(quantiles.count == 5 && quantiles == quantiles.sorted())
        }
        #expect(report.targets == 0 && report.lines.isEmpty)
    }

    @Test("several origins are scored beside seasonal-naive, and look at nothing later")
    func origins() async throws {
        let folder = try ScratchFolder()
        let values = waves(bins: 300, stepSeconds: 3600, seed: 2)
        let whole = try folder.write(line("s", values, step: 3600), "whole.jsonl")
        // Without the targets of the last origin, that origin is the future.
        let cut = try folder.write(line("s", Array(values.dropLast(24)), step: 3600), "cut.jsonl")
        var options = BacktestOptions(
            input: whole, output: folder.path + "/w.csv", horizon: 24, origins: 3, stride: 12, seed: 4)
        let report = try await Backtest.run(options)
        #expect(report.targets == 72 && report.lines.count == 6)
        #expect(report.lines.first?.measure == "MASE")
        let rows = try folder.rows("w.csv")
        #expect(Set(rows.dropFirst().map { $0[1] }) == ["251", "263", "275"])
        options.input = cut
        options.output = folder.path + "/c.csv"
        options.origins = 1
        _ = try await Backtest.run(options)
        let last = rows.filter { $0[1] == "275" }.map { $0[3] }
        #expect(try folder.rows("c.csv").dropFirst().map { $0[3] } == last)
    }

    @Test("every part of a network can be asked for: context, gates and an event's probability, or a roll-out")
    func parts() async throws {
        let folder = try ScratchFolder()
        let input = try folder.write(
            line("s", waves(bins: 700, stepSeconds: 3600, seed: 3), step: 3600), "in.jsonl")
        var options = BacktestOptions(
            input: input, output: folder.path + "/o.csv", horizon: 6, origins: 4, stride: 5, cell: "gru")
        options.context = 4
        options.gated = true
        options.event = 0.9
        let report = try await Backtest.run(options)
        #expect(report.lines.last?.measure == "Brier score of events" || report.lines.count == 6)
        let rows = try folder.rows("o.csv")
        #expect(rows[0].last == "event")
        for row in rows.dropFirst() {
            let says = Double(row[row.count - 1])
            #expect((says != nil) == row[row.count - 2].hasPrefix("gru"))
            if let says { #expect((0...1).contains(says)) }
        }
        options = BacktestOptions(input: input, output: folder.path + "/r.csv", horizon: 6)
        options.readout = "every-step"
        _ = try await Backtest.run(options)
        #expect(try folder.rows("r.csv").count == 7)
    }

    @Test("a network that cannot be is refused with a sentence", arguments: ["every-step", "first"])
    func impossible(readout: String) async throws {
        var options = BacktestOptions(input: "x.jsonl", output: "o", horizon: 5)
        options.readout = readout
        options.layers = 2
        await #expect(throws: OfflineError.self) { try await Backtest.run(options) }
    }

    @Test(
        "options that cannot be had are refused with a sentence",
        arguments: [
            BacktestOptions(input: "x.jsonl", output: "o", horizon: 0),
            BacktestOptions(input: "x.jsonl", output: "o", horizon: 5, quantiles: [0.99]),
            BacktestOptions(input: "x.jsonl", output: "o", horizon: 5, cell: "transformer"),
        ])
    func refused(options: BacktestOptions) async throws {
        let error = await #expect(throws: OfflineError.self) { try await Backtest.run(options) }
        guard case .option = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
