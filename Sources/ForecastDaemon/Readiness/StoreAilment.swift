// What a store suffers from while it still works, as sentences for `status`, `systemctl status` and scripts: the first is
// what *degraded* means there. What goes away by itself says so; what does not names the command.

import SeriesStore

/// The ailments of an open store.
struct StoreAilment: Sendable {
    /// Worst first; none for a store that is well.
    let sentences: [String]

    init(_ store: Store) {
        self.init(
            isFull: store.writer.meter.isFull || store.health.isFull, shedding: store.health.shedding,
            damaged: store.health.damagedSegments, tables: store.health.damagedTables,
            failures: store.health.failures, shortages: store.health.shortages)
    }

    init(
        isFull: Bool, shedding: StoreHealth.Shed?, damaged: [Int64: String],
        tables: [ForecastTable: String] = [:], failures: [StoreHealth.Chore: String] = [:],
        shortages: [Shortage] = []
    ) {
        var sentences: [String] = []
        if isFull { sentences.append("\(StoreError.full)") }
        if let first = damaged.min(by: { $0.key < $1.key }) {
            let what = damaged.count == 1 ? "a segment is" : "\(damaged.count) segments are"
            sentences.append(
                "\(what) damaged and left out of every answer (segment \(first.key): \(first.value)); the rest is served, "
                    + "new samples are stored. `forecastd verify` lists all of it, `--salvage NEW` saves what is good")
        }
        if let first = tables.min(by: { $0.key.rawValue < $1.key.rawValue }) {
            let names = tables.keys.map(\.rawValue).sorted().joined(separator: ", ")
            let what = tables.count == 1 ? "the table \(names) is" : "the tables \(names) are"
            sentences.append(
                "\(what) damaged (\(first.value)) and no longer written; samples are served and stored, forecasts go on in "
                    + "memory. Stop the daemon, let `forecastd verify --salvage NEW` save what is good, and put NEW in the "
                    + "store's place")
        }
        switch shedding {
        case .record: sentences.append("room is short: the record of past forecasts is being given up, oldest first")
        case .samples: sentences.append("room is short: the oldest samples are being given up before their time")
        case nil: break
        }
        sentences += shortages.map(Self.sentence)
        for chore in StoreHealth.Chore.allCases {
            guard let why = failures[chore] else { continue }
            sentences.append("\(chore.rawValue) failed: \(why); \(Self.next(chore))")
        }
        self.sentences = sentences
    }

    /// What does not fit, with both numbers.
    private static func sentence(_ shortage: Shortage) -> String {
        let (allowed, needed) = (Wording.decimal(Int64(shortage.allowed)), Wording.decimal(Int64(shortage.needed)))
        let stays = "nothing more is given up, and it holds more than it may"
        switch shortage.limit {
        case .ofStore:
            return "store.max_size \(allowed) is less than the newest day needs (\(needed)): \(stays). Raise it, or "
                + "keep fewer series"
        case .ofRule(let selector):
            return "max_size \(allowed) of the rule for \(selector) is less than the newest day of its series needs "
                + "(\(needed)): \(stays). Raise it, or keep fewer of these series"
        case .ofFileSystem:
            return "store.keep_free wants \(allowed) of the file system free, \(needed) are, and the store holds no "
                + "more than its newest day: make room there, or lower keep_free"
        }
    }

    /// When a chore that failed comes up again.
    private static func next(_ chore: StoreHealth.Chore) -> String {
        switch chore {
        case .expiry, .thinning: "it is tried again within the hour, and nothing else waits for it"
        case .room, .log: "it is tried again in 15 s"
        case .ending: "what was acknowledged is stored, lines that nobody waited for may be lost"
        }
    }
}
