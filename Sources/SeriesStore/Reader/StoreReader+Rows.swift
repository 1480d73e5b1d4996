// Reads the small tables: forecasts, models, alerts and the rest. Each call is one look-up on a snapshot, well below a
// millisecond, and blocks the calling thread for it.

import GRDB

extension StoreReader {
    /// All grids whose rows are committed, by id.
    public func grids() throws(StoreError) -> [GridRow] {
        try readForecasts(otherwise: []) { db in try GridTable.all(in: db) }
    }

    /// The newest stored fan of a grid; up to 5 minutes older than the newest served one.
    public func latestFan(_ grid: GridID) throws(StoreError) -> FanRow? {
        try readForecasts(otherwise: nil) { db in try LatestFanTable.fan(of: grid, in: db) }
    }

    /// The newest kept fan of a grid whose origin, in seconds, is at or before `origin`: as it was issued then.
    public func fan(_ grid: GridID, asOf origin: Int64) throws(StoreError) -> FanRow? {
        try readForecasts(otherwise: nil) { db in try FanTable.fan(of: grid, asOf: origin, in: db) }
    }

    /// What had been forecast for the bins of a range, ascending, one for each bin that has any.
    public func record(grid: GridID, lead: Int, bins: Range<Int64>) throws(StoreError) -> [RecordEntry] {
        let owner = RecordOwner(grid: grid, lead: lead)
        for _ in 0..<Self.attempts {
            let (open, segments) = state.withLock { contents in
                (
                    contents.recordHeads[owner]?.entries ?? [],
                    contents.segments(of: GroupKey(grid: grid), from: bins.lowerBound, to: bins.upperBound)
                )
            }
            let recent = open.filter { bins.contains($0.bin) }
            if segments.isEmpty { return recent.ordered() }
            let sealed = try database.readNow { db in
                let reading = SegmentReading(db, skippingDamage: health)
                return try reading.records(of: owner, from: bins.lowerBound, to: bins.upperBound, in: segments)
            }
            if let sealed { return (sealed + recent).ordered() }
        }
        throw .failed("the segments of grid \(grid) change faster than they can be read")
    }

    /// What the pipeline of a grid stored last, and the bin it had processed.
    public func state(grid: GridID) throws(StoreError) -> (bytes: [UInt8], processed: Int64)? {
        try readForecasts(otherwise: nil) { db in try StateTable.state(of: grid, in: db) }
    }

    /// The newest accepted model of a grid.
    public func model(grid: GridID) throws(StoreError) -> ModelRow? {
        try readForecasts(otherwise: nil) { db in try ModelTable.newest(of: grid, in: db) }
    }

    /// The largest model id ever stored, 0 if none: ids are the caller's to give.
    public func lastModelID() throws(StoreError) -> Int64 {
        try readForecasts(otherwise: 0) { db in try ModelTable.lastID(in: db) }
    }

    /// Alerts, newest first: those that fire (`open`) or all, of one series or all, since an event time or ever.
    public func alerts(
        open openOnly: Bool = false, series: SeriesID? = nil, since: Timestamp? = nil
    ) throws(StoreError) -> [AlertRow] {
        try readForecasts(otherwise: []) { db in
            try AlertTable.rows(openOnly: openOnly, series: series, since: since, in: db)
        }
    }

    /// Reads tables of forecasts; a file without them holds none.
    private func readForecasts<T>(
        otherwise nothing: T, _ body: (Database) throws -> T
    ) throws(StoreError) -> T {
        do {
            return try database.readNow { db in try GridTable.exists(in: db) ? body(db) : nothing }
        } catch {
            if case .damagedTable(let table, let why) = error { health.damaged(table, why) }
            throw error
        }
    }

    /// What the file is made of; a damaged table of forecasts counts nothing.
    public func sizes() throws(StoreError) -> StoreSizes {
        try health.skippingDamage { (damaged) throws(StoreError) in try sizes(except: damaged) }
    }

    private func sizes(except damaged: Set<ForecastTable>) throws(StoreError) -> StoreSizes {
        var sizes = StoreSizes()
        var tiers: [Int64: StoreSizes.Tier] = [:]
        state.withLock { contents in
            for (group, segments) in contents.segments {
                let bytes = segments.reduce(0) { $0 + $1.size }
                sizes.segmentCount += segments.count
                switch group.kind {
                case .samples:
                    sizes.sampleBytes += bytes
                    sizes.sampleCount += segments.reduce(0) { $0 + $1.count }
                    for segment in segments { sizes.cover(segment.first, segment.last) }
                case .record: sizes.forecastBytes += bytes
                case .tier:
                    let step = group.tierStep
                    for segment in segments {
                        var tier =
                            tiers[step]
                            ?? StoreSizes.Tier(
                                stepSeconds: step, bytes: 0, oldest: segment.first, newest: segment.last)
                        tier.bytes += segment.size
                        tier.oldest = min(tier.oldest, segment.first)
                        tier.newest = max(tier.newest, segment.last)
                        tiers[step] = tier
                    }
                }
            }
            for head in contents.heads.values {
                sizes.headSampleCount += head.count
                if let span = head.span { sizes.cover(span.first, span.last) }
            }
        }
        sizes.tiers = tiers.values.sorted { $0.stepSeconds < $1.stepSeconds }
        sizes.sampleCount += sizes.headSampleCount
        sizes.seriesCount = catalogue.count
        try database.readNow { db in
            func number(_ sql: String) throws(StoreError) -> Int {
                try db.rows(sql) { row in Int(row.integer(0)) }.first ?? 0
            }
            func bytes(of table: ForecastTable, _ sum: String) throws(StoreError) -> Int {
                if damaged.contains(table) { return 0 }
                return try db.rows(
                    "SELECT coalesce(sum(\(sum)), 0) FROM \(table.rawValue)", on: table
                ) { Int($0.integer(0)) }.first ?? 0
            }
            let page = try number("PRAGMA page_size")
            sizes.fileBytes = page * (try number("PRAGMA page_count"))
            sizes.freeBytes = page * (try number("PRAGMA freelist_count"))
            sizes.journalRows = try number("SELECT count(*) FROM journal")
            sizes.sampleBytes += try number("SELECT coalesce(sum(length(bytes)), 0) FROM journal")
            guard try GridTable.exists(in: db) else { return }
            sizes.forecastBytes += try bytes(of: .latest, "length(fan) + \(FanTable.rowBytes)")
            if let history = state.withLock({ $0.historyBytes }) {
                sizes.forecastBytes += history
            } else {
                let history = try FanTable.historyBytes(in: db, except: damaged)
                state.withLock { $0.historyBytes = history }
                sizes.forecastBytes += history
            }
            // 64 and 16: the other columns, about.
            sizes.modelBytes = try bytes(of: .model, "length(bytes) + length(scores) + 64")
            sizes.modelBytes += try bytes(of: .state, "length(bytes) + 16")
        }
        sizes.logBytes = database.logBytes
        sizes.overheadBytes = max(
            0,
            sizes.fileBytes - sizes.freeBytes - sizes.sampleBytes - sizes.tierBytes - sizes.forecastBytes
                - sizes.modelBytes)
        return sizes
    }
}

extension StoreSizes {
    /// Widens the time covered.
    fileprivate mutating func cover(_ first: Timestamp, _ last: Timestamp) {
        oldest = min(oldest ?? first, first)
        newest = max(newest ?? last, last)
    }
}
