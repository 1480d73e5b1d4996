// Measures the store and holds it against the thresholds in thresholds.json.
//
//     swift run -c release store-bench [--data DIR] [--nab DIR] [--folder DIR] [--check]
//
// --data: a folder with fleet.tsd and node.tsd of the storage study, of which those that are there are taken; --nab: a
// folder with data/GROUP/NAME.csv. Without either, data are generated: then bytes a point say how this build compares with
// another, and nothing about real data. --folder: on whose disk (the current folder's). --check: exit 1 when a figure is
// above its threshold.

import FoundationEssentials

@testable import SeriesStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The largest allowed figure, by "set: what".
struct Thresholds: Codable {
    var store: [String: Double]
}

let arguments = CommandLine.arguments
func option(_ name: String) -> String? { arguments.firstIndex(of: name).map { arguments[$0 + 1] } }

let folder = option("--folder") ?? FileManager.default.currentDirectoryPath
var sets: [DataSet] = []
if let data = option("--data") {
    for name in ["node", "fleet"] {
        let url = URL(filePath: data).appending(path: name + ".tsd")
        if FileManager.default.fileExists(atPath: url.path) { sets.append(try DataSet.tsd(url)) }
    }
}
if let nab = option("--nab") { sets.append(try DataSet.csv(URL(filePath: nab))) }
if sets.isEmpty {
    print("no data given: measured on generated samples")
    sets = [DataSet.generated()]
}

/// Prints figures and gives them back under the name of what they were measured on.
func shown(_ group: String, _ rows: [(what: String, value: Double)]) -> [(what: String, value: Double)] {
    rows.map { what, value in
        let name = "\(group): \(what)"
        let padding = String(repeating: " ", count: max(1, 64 - name.count))
        print(name + padding + "\((value * 10_000).rounded() / 10_000)")
        return (name, value)
    }
}

var figures: [(what: String, value: Double)] = []
for set in sets {
    print("\(set.name): \(set.columns.count) series, \(set.points) points")
    for chunk in [1024, 4096] {
        let codec = try Run.codec(set, chunk: chunk)
        figures += shown(
            set.name,
            [
                ("encode, CPU ns, \(chunk) a chunk", codec.encode),
                ("decode, CPU ns, \(chunk) a chunk", codec.decode),
            ])
    }
    if set.name == "nab" { figures += shown(set.name, [("bytes a point, series by itself", Run.alone(set))]) }
    figures += shown(set.name, try await Run.store(set, in: folder))
}
figures += shown("store", try await Run.commits(in: folder))
figures += shown("store", try await Run.fans(in: folder))

if arguments.contains("--check") {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "thresholds.json")
    let thresholds = try JSONDecoder().decode(Thresholds.self, from: Data(contentsOf: file)).store
    var (held, missed) = (0, 0)
    for (what, value) in figures {
        guard let most = thresholds[what] else { continue }
        if value <= most {
            held += 1
        } else {
            missed += 1
            print("MISSED \(what): \(value), at most \(most) wanted")
        }
    }
    print("\(held) passed, \(missed) failed")
    if missed > 0 { exit(1) }
}
