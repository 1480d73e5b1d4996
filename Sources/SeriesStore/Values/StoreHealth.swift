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

    private struct Reading: Sendable {
        var isFull = false
        var shed: Shed?
        var damaged: [Int64: String] = [:]
    }

    private let reading = Mutex(Reading())

    /// Whether the last commit found no space.
    public var isFull: Bool { reading.withLock { $0.isFull } }
    /// What goes for want of room, nil if nothing does.
    public var shedding: Shed? { reading.withLock { $0.shed } }
    /// Segments that could not be read, by id, and why.
    public var damagedSegments: [Int64: String] { reading.withLock { $0.damaged } }

    func full(_ isFull: Bool) { reading.withLock { $0.isFull = isFull } }
    func shedding(_ shed: Shed?) { reading.withLock { $0.shed = shed } }
    func damaged(_ segment: Int64, _ why: String) { reading.withLock { $0.damaged[segment] = why } }
}
