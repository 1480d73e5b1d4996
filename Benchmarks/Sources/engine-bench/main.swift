// Times the engine and holds it against the thresholds in thresholds.json.
//
//     swift run -c release engine-bench [--check] [--json] [--seconds 0.5]
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

/// Least per cent of the roof, and most microseconds, by "isa what".
struct Thresholds: Codable {
    var percentOfPeak: [String: Double]
    var microseconds: [String: Double]
}

/// What --json prints.
struct Report: Codable {
    var training: [Capacity.TrainingRow]
    var models: [Capacity.ModelRow]
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
let training = Capacity.measureTraining(clock: clock, duration: .seconds(seconds))
let models = Capacity.measureModels(clock: clock, duration: .seconds(seconds))

if arguments.contains("--json") {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(String(decoding: try encoder.encode(Report(training: training, models: models)), as: UTF8.self))
} else {
    for row in training {
        let name = padded("\(row.isa) \(row.cell) \(row.hidden)", 20)
        print(
            name, padded("\(Int(row.windowsPerSecond)) windows/s", 20), padded("\(rounded(row.gflops)) GF/s", 12),
            "\(rounded(row.percentOfPeak)) % of \(rounded(row.peakGflops))")
    }
    for row in models {
        let share = row.percentOfPeak.map { "\(rounded($0)) % of peak" } ?? ""
        print(padded("\(row.isa) \(row.what)", 34), padded("\(rounded(row.microseconds)) us", 14), share)
    }
}

if arguments.contains("--check") {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "thresholds.json")
    let thresholds = try JSONDecoder().decode(Thresholds.self, from: Data(contentsOf: file))
    var missed = 0
    func hold(_ name: String, _ value: Double?, least: Double?) {
        guard let value, let least, value < least else { return }
        missed += 1
        print("MISSED \(name): \(rounded(value)) % of peak, at least \(least) wanted")
    }
    for row in training {
        let name = "\(row.isa) \(row.cell) \(row.hidden)"
        hold(name, row.percentOfPeak, least: thresholds.percentOfPeak[name])
    }
    for row in models {
        let name = "\(row.isa) \(row.what)"
        hold(name, row.percentOfPeak, least: thresholds.percentOfPeak[name])
        if let most = thresholds.microseconds[name], row.microseconds > most {
            missed += 1
            print("MISSED \(name): \(rounded(row.microseconds)) us, at most \(most) wanted")
        }
    }
    print("\(training.count + models.count - missed) passed, \(missed) failed")
    if missed > 0 { exit(1) }
}
