// Bounded waits. Nothing here sleeps for its own sake: a test waits for a condition, looks at it every few milliseconds,
// and fails with what it waited for when the bound has passed. Bounds are generous, because the machine may be loaded.

import Glibc

/// What a test waited for in vain, or what a process did that nobody expected.
struct ProcessFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A moment after which waiting is given up.
struct Deadline: Sendable {
    private let end: ContinuousClock.Instant

    /// So many seconds from now.
    static func after(_ seconds: Double) -> Deadline { Deadline(end: .now + .seconds(seconds)) }

    /// Milliseconds left, at least 0, as poll(2) wants them.
    var milliseconds: Int32 {
        let left = ContinuousClock.now.duration(to: end)
        return Int32(max(0, min(left / .milliseconds(1), 1e9)))
    }

    var hasPassed: Bool { ContinuousClock.now >= end }
}

/// Looks at a condition until it holds.
///
/// - Throws: `ProcessFailure` naming `what` after `seconds`.
func wait(for what: String, upTo seconds: Double = 30, until isTrue: () throws -> Bool) throws {
    let deadline = Deadline.after(seconds)
    while try !isTrue() {
        guard !deadline.hasPassed else { throw ProcessFailure("waited \(seconds) s in vain: \(what)") }
        pause(milliseconds: 10)
    }
}

/// The pause between two looks; also the random moment before a kill.
func pause(milliseconds: Int32) { _ = poll(nil, 0, milliseconds) }

/// Wall clock, nanoseconds since 1970.
func wallNanoseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// The value of an environment variable, if it is set and not empty.
func variable(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    let value = unsafe String(cString: text)
    return value.isEmpty ? nil : value
}

/// SplitMix64 (Steele, Lea & Flood 2014): the same seed gives the same test.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
