// Times the engine and holds it against the thresholds in thresholds.json.
//
//     swift run -c release engine-bench [--check] [--json] [--seconds 0.5] [--isa v3] [--workers]
//
// What is compared are ratios to the multiply-add roof that is measured between the samples, and times only where there
// is no such ratio: machines differ, and virtual ones differ from minute to minute. --check fails (exit 1) when a ratio
// is below its threshold.

import FoundationEssentials
import RNNForecast

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Least per cent of the roof and most microseconds, by "isa what"; most bytes of a model; least ratio of two workers.
struct Thresholds: Codable {
    var percentOfPeak: [String: Double]
    var microseconds: [String: Double]
    var storedBytes: [String: Int]
    var memoryBytes: [String: Int]
    var workers: Double
}

/// What --json prints.
struct Report: Codable {
    var training: [Capacity.TrainingRow]
    var models: [Capacity.ModelRow]
    var sizes: [SizeRow]
    var workers: WorkerRow?
}

func padded(_ text: String, _ width: Int) -> String {
    text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
}

func rounded(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths) % 10)"
}

let arguments = CommandLine.arguments
let seconds = arguments.firstIndex(of: "--seconds").flatMap { Double(arguments[$0 + 1]) } ?? 0.4
let clock = ContinuousClock()
let only = arguments.firstIndex(of: "--isa").map { arguments[$0 + 1] }

#if SPIKE
    if arguments.contains("--spike") {
        compareWithSpike(seconds: seconds)
        exit(0)
    }
#endif

let sizes = measureSizes()
let training = Capacity.measureTraining(clock: clock, duration: .seconds(seconds), isa: only)
let models = Capacity.measureModels(clock: clock, duration: .seconds(seconds), isa: only)
let workers = arguments.contains("--workers") ? await measureWorkers() : nil

if arguments.contains("--json") {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let report = Report(training: training, models: models, sizes: sizes, workers: workers)
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
} else {
    for row in training {
        let name = padded("\(row.isa) \(row.cell) \(row.hidden)", 20)
        print(
            name, padded("\(Int(row.windowsPerSecond)) windows/s", 20), padded("\(rounded(row.gflops)) GF/s", 12),
            "\(rounded(row.percentOfPeak)) % of \(rounded(row.peakGflops))")
    }
    for row in models {
        let share = row.percentOfPeak.map { "\(rounded($0)) % of peak" } ?? ""
        print(padded("\(row.isa) \(row.what)", 42), padded("\(rounded(row.microseconds)) us", 14), share)
    }
    for row in sizes {
        print(padded(row.what, 42), padded("\(row.storedBytes) bytes stored", 24), "\(row.memoryBytes) in memory")
    }
    if let workers { print("two workers over two roofs:", rounded(workers.ratio * 100), "%") }
}

if arguments.contains("--check") {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "thresholds.json")
    let thresholds = try JSONDecoder().decode(Thresholds.self, from: Data(contentsOf: file))
    var (held, missed) = (0, 0)
    func hold<Value: Comparable & Sendable>(_ name: String, _ value: Value?, least: Value? = nil, most: Value? = nil) {
        guard let value, least != nil || most != nil else { return }
        held += 1
        if let least, value < least {
            missed += 1
            print("MISSED \(name): \(value), at least \(least) wanted")
        }
        if let most, value > most {
            missed += 1
            print("MISSED \(name): \(value), at most \(most) wanted")
        }
    }
    for row in training {
        let name = "\(row.isa) \(row.cell) \(row.hidden)"
        hold("\(name), % of peak", row.percentOfPeak, least: thresholds.percentOfPeak[name])
    }
    for row in models {
        let name = "\(row.isa) \(row.what)"
        hold("\(name), % of peak", row.percentOfPeak, least: thresholds.percentOfPeak[name])
        hold("\(name), us", row.microseconds, most: thresholds.microseconds[name])
    }
    for row in sizes {
        hold("\(row.what), bytes stored", row.storedBytes, most: thresholds.storedBytes[row.what])
        hold("\(row.what), bytes in memory", row.memoryBytes, most: thresholds.memoryBytes[row.what])
    }
    hold("two workers over two roofs", workers?.ratio, least: thresholds.workers)
    print("\(held - missed) passed, \(missed) failed")
    if missed > 0 { exit(1) }
}
