// What retention will hold: how long samples stay, and how large the file will be when nothing is added but what comes in
// today. Samples go, their bins stay in tiers; a tier holds the time between the age at which samples go and its own. Age and
// size are two limits; the one that is met first is named.

import SeriesStore

/// A forecast of the store's own size, from its bytes and the time that they cover.
struct Keeping: Sendable {
    /// Nil: for ever.
    let retentionSeconds: Int64?
    /// Nil: no limit.
    let maximumBytes: Int64?
    /// Share of the file system that stays free.
    let keepFree: Double
    /// Seconds from the oldest to the newest sample.
    let coveredSeconds: Double
    /// Bytes of the file that hold something, but for tiers.
    let usedBytes: Int64
    /// Samples of a day, and series.
    private let samples: (perDay: Double, series: Double)
    /// What is wanted of tiers, and what is there.
    private let tiers: [(wanted: Store.Options.Tier, there: StoreSizes.Tier?)]

    /// Less than a day says little about a year.
    private static let leastSeconds = 86_400.0

    init(options: Store.Options, sizes: StoreSizes, path: String) {
        retentionSeconds = options.retention?.components.seconds
        maximumBytes = options.maxBytes.map(Int64.init)
        keepFree = options.keepFree
        let covered = sizes.oldest.flatMap { oldest in sizes.newest.map { Double($0) - Double(oldest) } }
        coveredSeconds = (covered ?? 0) / 1e9
        usedBytes = Int64(sizes.fileBytes - sizes.freeBytes - sizes.tierBytes)
        samples = (
            coveredSeconds > 0 ? Double(sizes.sampleCount) / coveredSeconds * 86_400 : 0, Double(sizes.seriesCount)
        )
        tiers = options.tiers.map { wanted in
            (wanted, sizes.tiers.first { $0.stepSeconds == wanted.stepSeconds })
        }
    }

    /// Bytes that a day brings, on the average of what is there; nil while that is less than a day's, or more than is kept:
    /// then a stray sample of 1970 stretches it, until it goes.
    var bytesPerDay: Double? {
        let isStretched = retentionSeconds.map { coveredSeconds > Double($0) + Self.leastSeconds } ?? false
        if coveredSeconds < Self.leastSeconds || isStretched { return nil }
        return Double(usedBytes) / (coveredSeconds / 86_400)
    }

    /// Bytes of the file once retention takes away as much as comes in, and what limits them.
    var willHold: (bytes: Int64, limitedBy: String)? {
        guard let bytesPerDay else { return nil }
        let byAge = retentionSeconds.map { seconds in
            tiers.reduce(bytesPerDay * Double(seconds) / 86_400) { sum, tier in
                let days = Double(tier.wanted.keep.components.seconds - seconds) / 86_400
                return sum + max(0, days) * dailyBytes(of: tier.wanted, tier.there)
            }
        }
        switch (byAge, maximumBytes.map(Double.init)) {
        case (let age?, let size?): return age <= size ? (Int64(age), "age") : (Int64(size), "size")
        case (let age?, nil): return (Int64(age), "age")
        case (nil, let size?): return (Int64(size), "size")
        case (nil, nil): return nil
        }
    }

    /// A bin of five minutes took ten bytes, one of an hour nineteen (`docs/decisions/0013`).
    private static let bytesOfBin = 15.0

    /// Bytes that a day of a tier takes: as it does, once there is a day of it; before that a bin for every series and step, but
    /// no more of them than there are samples.
    private func dailyBytes(of wanted: Store.Options.Tier, _ there: StoreSizes.Tier?) -> Double {
        if let there {
            let seconds = (Double(there.newest) - Double(there.oldest)) / 1e9 + Double(there.stepSeconds)
            if seconds >= max(Self.leastSeconds, 2 * Double(there.stepSeconds)) {
                return Double(there.bytes) / seconds * 86_400
            }
        }
        return min(samples.perDay, samples.series * 86_400 / Double(wanted.stepSeconds)) * Self.bytesOfBin
    }

    /// `"keeps": {…}`.
    func write(to json: inout JSONWriter) {
        json.object("keeps") { json in
            json.member("retention_seconds", retentionSeconds)
            json.member("max_bytes", maximumBytes)
            json.member("keep_free_percent", keepFree * 100)
            json.member("covers_seconds", coveredSeconds)
            json.member("bytes_per_day", bytesPerDay)
            json.member("will_hold_bytes", willHold?.bytes)
            json.member("limited_by", willHold?.limitedBy)
        }
    }
}
