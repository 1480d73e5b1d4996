// The node_exporter capture that lies beside the project for measurements: one scrape a second for 868 s, 614 series.
// It is not part of the project; tests that use it say that they skip where it is not.
//
// TSD: `TSD1`, u32 series, then for each: u32 samples, u32 length of the name, name, i64 milliseconds, f64 values, all
// little endian. The name is `measurement,tag=v field`.

import TestSupport

/// One series of a capture.
struct CapturedSeries: Sendable {
    /// Series part of a line: measurement and tags.
    let head: String
    let field: String
    /// Milliseconds since 1970.
    let times: [Int64]
    let values: [Double]

    /// As the daemon prints it, up to quoting: name, then labels in any order.
    var name: String { field == "value" ? measurement : "\(measurement)_\(field)" }
    private var measurement: String { String(head.split(separator: ",")[0]) }
    var tags: Set<String> { Set(head.split(separator: ",").dropFirst().map(String.init)) }

    var isConstant: Bool { Set(values.map(\.bitPattern)).count < 2 }
}

enum Capture {
    /// The series of the capture; nil, with a word in the log, where it does not lie beside the project.
    static func node(in folder: String) throws -> [CapturedSeries]? {
        let path = SourceTree.root + "/../shared/data/storage/node.tsd.xz"
        guard Files.exists(path), Tool.exists("xz") else {
            print("skipped: the node capture is not beside the project (\(path))")
            return nil
        }
        return try decode(try Tool.run(["xz", "-dc", path], in: folder).output)
    }

    private static func decode(_ bytes: [UInt8]) throws -> [CapturedSeries] {
        guard bytes.starts(with: Array("TSD1".utf8)) else { throw ProcessFailure("no TSD file") }
        var position = 4
        func integer(_ count: Int) -> UInt64 {
            defer { position += count }
            return bytes[position..<position + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        return (0..<integer(4)).map { _ in
            let (samples, length) = (Int(integer(4)), Int(integer(4)))
            let name = String(decoding: bytes[position..<position + length], as: UTF8.self)
            position += length
            let parts = name.split(separator: " ")
            return CapturedSeries(
                head: String(parts[0]), field: String(parts[1]),
                times: (0..<samples).map { _ in Int64(bitPattern: integer(8)) },
                values: (0..<samples).map { _ in Double(bitPattern: integer(8)) })
        }
    }

    /// Lines in order of time, as a collector would send them.
    ///
    /// - Parameter place: nanoseconds of a captured millisecond.
    static func lines(_ series: [CapturedSeries], at place: (Int64) -> Int64) -> [UInt8] {
        var order: [(time: Int64, series: Int, sample: Int)] = []
        for (index, one) in series.enumerated() {
            for (sample, time) in one.times.enumerated() { order.append((time, index, sample)) }
        }
        order.sort { ($0.time, $0.series) < ($1.time, $1.series) }
        var text: [UInt8] = []
        for (time, index, sample) in order {
            text += "\(series[index].head) \(series[index].field)=\(series[index].values[sample]) \(place(time))\n".utf8
        }
        return text
    }
}
