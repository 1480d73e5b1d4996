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
            damaged: store.health.damagedSegments)
    }

    init(isFull: Bool, shedding: StoreHealth.Shed?, damaged: [Int64: String]) {
        var sentences: [String] = []
        if isFull { sentences.append("\(StoreError.full)") }
        if let first = damaged.min(by: { $0.key < $1.key }) {
            let what = damaged.count == 1 ? "a segment is" : "\(damaged.count) segments are"
            sentences.append(
                "\(what) damaged and left out of every answer (segment \(first.key): \(first.value)); the rest is served, "
                    + "new samples are stored. `forecastd verify` lists all of it, `--salvage NEW` saves what is good")
        }
        switch shedding {
        case .record: sentences.append("room is short: the record of past forecasts is being given up, oldest first")
        case .samples: sentences.append("room is short: the oldest samples are being given up before their time")
        case nil: break
        }
        self.sentences = sentences
    }
}
