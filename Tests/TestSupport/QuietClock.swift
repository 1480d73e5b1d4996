// A clock for a store whose housekeeping a test drives itself: short waits, as that for a group commit, pass as ever; the pause
// between rounds of housekeeping lasts until the test ends. However slow the machine, nothing is merged or given up beside it.

/// The continuous clock, on which nothing longer than a second ends.
public struct QuietClock: Clock {
    /// Those of the continuous clock.
    public typealias Instant = ContinuousClock.Instant

    /// The clock; all of them are one.
    public init() {}

    /// The continuous clock's time.
    public var now: Instant { ContinuousClock.now }
    /// The continuous clock's.
    public var minimumResolution: Duration { ContinuousClock().minimumResolution }

    /// Waits until then if that is within a second, else until the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let isLong = now.duration(to: deadline) > .seconds(1)
        try await ContinuousClock().sleep(
            until: isLong ? now.advanced(by: .seconds(1_000_000)) : deadline, tolerance: tolerance)
    }
}
