// What is wrong with a store that still works: for `status`, which says *degraded*, and for the log.

import Synchronization

/// What a store suffers from. Safe from any thread.
public final class StoreHealth: Sendable {
    /// What is being given up for want of room.
    public enum Shed: String, Sendable {
        /// The record of forecasts.
        case record
        /// The oldest samples, or bins of tiers.
        case samples
    }

    /// Housekeeping; the words say what it was about to do.
    public enum Chore: String, Sendable, CaseIterable {
        /// Every hour.
        case expiry = "taking away what has had its time"
        /// Every hour.
        case thinning = "thinning old forecasts"
        /// Every 15 seconds.
        case room = "making room"
        /// Every 15 seconds, while somebody holds the log.
        case log = "copying the log into the file"
        /// Once.
        case ending = "the last commit"
    }

    private struct Reading: Sendable {
        var isFull = false
        var shed: Shed?
        var damaged: [Int64: String] = [:]
        var tables: [ForecastTable: String] = [:]
        var failures: [Chore: String] = [:]
        var shortage: Shortage?
        var shortagesOfRules: [Shortage] = []
    }

    private let reading = Mutex(Reading())

    /// Whether the last commit found no space.
    public var isFull: Bool { reading.withLock { $0.isFull } }
    /// What goes for want of room, nil if nothing does.
    public var shedding: Shed? { reading.withLock { $0.shed } }
    /// Segments that could not be read, by id, and why.
    public var damagedSegments: [Int64: String] { reading.withLock { $0.damaged } }

    /// Tables of forecasts that could not be read or written, and why. Nothing more is written to them: what is good in them
    /// stays for `verify --salvage`.
    public var damagedTables: [ForecastTable: String] { reading.withLock { $0.tables } }

    /// Tables that are not to be written: without grids nothing says what the rows of the others are about.
    var unwritable: Set<ForecastTable> {
        let damaged = Set(damagedTables.keys)
        return damaged.contains(.grid) ? Set(ForecastTable.allCases) : damaged
    }

    /// Runs `body`, which is told what tables are damaged, until it meets no further one: each is met once. A statement that
    /// met damage ends its transaction, so that all of it is done again.
    func skippingDamage<Value>(
        _ body: (Set<ForecastTable>) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        while true {
            let known = unwritable
            do { return try body(known) } catch { try note(error, unless: known) }
        }
    }

    /// Takes damage of a table down.
    ///
    /// - Throws: any other error, and damage of a table that was to be left alone.
    func note(_ error: StoreError, unless known: Set<ForecastTable>) throws(StoreError) {
        guard case .damagedTable(let table, let why) = error, !known.contains(table) else { throw error }
        damaged(table, why)
    }

    /// Housekeeping that failed when it was tried last: where, and why.
    public var failures: [Chore: String] { reading.withLock { $0.failures } }

    /// Sets or clears what came of a chore.
    func failed(_ chore: Chore, _ why: String?) { reading.withLock { $0.failures[chore] = why } }

    /// Limits of room that are exceeded although nothing more may go.
    public var shortages: [Shortage] {
        reading.withLock { ($0.shortage.map { [$0] } ?? []) + $0.shortagesOfRules }
    }

    func lacking(_ shortage: Shortage?) { reading.withLock { $0.shortage = shortage } }
    func lacking(ofRules shortages: [Shortage]) { reading.withLock { $0.shortagesOfRules = shortages } }
    func full(_ isFull: Bool) { reading.withLock { $0.isFull = isFull } }
    func shedding(_ shed: Shed?) { reading.withLock { $0.shed = shed } }
    func damaged(_ segment: Int64, _ why: String) { reading.withLock { $0.damaged[segment] = why } }
    func damaged(_ table: ForecastTable, _ why: String) { reading.withLock { $0.tables[table] = why } }
}

/// A limit of room that what stays in any case exceeds: the newest day of every series, names, alerts, models.
public struct Shortage: Sendable, Equatable {
    /// Where it was set.
    public enum Limit: Sendable, Equatable {
        /// `maxBytes` of the store.
        case ofStore
        /// `maxBytes` of the rule with this selector.
        case ofRule(String)
        /// `keepFree`.
        case ofFileSystem
    }

    /// Which limit.
    public var limit: Limit
    /// Bytes that may be used; of the file system, that shall stay free.
    public var allowed: Int
    /// Bytes that stay in any case; of the file system, that are free.
    public var needed: Int

    /// All fields; see there.
    public init(limit: Limit, allowed: Int, needed: Int) {
        self.limit = limit
        self.allowed = allowed
        self.needed = needed
    }
}
