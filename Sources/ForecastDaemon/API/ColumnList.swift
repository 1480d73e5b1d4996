// Timestamps and values of series as one JSON array: the answer of `/v1/samples`. Bins of many series are read at once, so
// that what neighbours share (a snapshot, a directory, a time column) is read once.

import SeriesStore

/// Columns of series as JSON. Series that are sampled together, and bins of one range, have the same timestamps: these are
/// turned into digits once.
struct ColumnList {
    private var json = JSONList()
    private var timestamps: [Timestamp] = []
    private var digits: [UInt8] = []

    /// Bins are read for so many series at once, or for fewer, if they have more than `mostBins` together.
    private static let together = 512

    mutating func add(
        _ requests: [(info: SeriesInfo, bins: BinRequest)], _ clock: BinClock, _ running: Running
    ) async throws {
        var rest = requests[...]
        while !rest.isEmpty {
            var count = 0
            let part = rest.prefix { request in
                count += request.bins.range.count
                return count <= ReadRoutes.mostBins
            }.prefix(Self.together)
            rest = rest.dropFirst(part.count)
            for ((info, request), values) in zip(part, try await running.store.reader.bins(of: part.map(\.bins))) {
                add(info, request, values, clock)
            }
        }
    }

    /// The bins that have a value.
    private mutating func add(_ info: SeriesInfo, _ request: BinRequest, _ values: [Double], _ clock: BinClock) {
        var timestamps: [Timestamp] = []
        timestamps.reserveCapacity(values.count)
        for (bin, value) in zip(request.range, values) where !value.isNaN { timestamps.append(clock.start(of: bin)) }
        add(info, timestamps, timestamps.count == values.count ? values : values.filter { !$0.isNaN })
    }

    mutating func add(_ info: SeriesInfo, _ timestamps: [Timestamp], _ values: [Double]) {
        if timestamps != self.timestamps || digits.isEmpty {
            var writer = JSONWriter()
            writer.value(timestamps)
            (self.timestamps, digits) = (timestamps, writer.bytes)
        }
        json.add { json in
            json.object { json in
                json.member("series", info.key.description)
                json.name("timestamps")
                json.raw(digits)
                json.member("values", values)
            }
        }
    }

    mutating func finished() -> [UInt8] { json.finished() }
}
