// How long a seeded fuzzer runs: so many rounds in an ordinary test run, or as many as fit into
// FORECASTD_FUZZ_SECONDS. Every round has its own number, which seeds it: a failure names one round to repeat.

import Glibc

/// The rounds of one fuzzer, as a sequence of their numbers.
public struct FuzzRounds: Sequence, IteratorProtocol, Sendable {
    private let rounds: UInt64
    private let deadline: ContinuousClock.Instant?
    private var round: UInt64 = 0

    /// - Parameter rounds: in an ordinary run; about a tenth of a second's worth in a debug build.
    public init(_ rounds: Int) {
        self.rounds = UInt64(rounds)
        let seconds = unsafe getenv("FORECASTD_FUZZ_SECONDS").flatMap { unsafe Int(String(cString: $0)) }
        deadline = seconds.map { ContinuousClock.now + .seconds($0) }
    }

    /// The number of the next round; nil when time or rounds are over.
    public mutating func next() -> UInt64? {
        let isOver = if let deadline { ContinuousClock.now >= deadline } else { round >= rounds }
        if isOver { return nil }
        round += 1
        return round
    }
}
